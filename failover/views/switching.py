"""The page that asks before it makes the other server active."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import FormView

from appservers.models import Domain, Role
from appservers.views.gone import to_the_list
from common.typed import repeated
from failover.clock import SystemClock
from failover.exceptions import Refusal, SwitchRefused, SwitchUncertain
from failover.forms import SwitchForm
from failover.health import Status
from failover.overview import DomainRow, ServerRow, found, row
from failover.precheck import precheck
from failover.selectors import leading_monitor, switches_since
from failover.switch import switch_by_hand

FIRST = (Refusal.CONFLICT, Refusal.ALREADY_ACTIVE)  # somebody else was


class Switching(PermissionRequiredMixin, FormView[SwitchForm]):
    """Manual failover and fail-back."""

    permission_required = "appservers.switch_domain"
    template_name = "failover/switch.html"
    form_class = SwitchForm
    domain: Domain
    row: DomainRow

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.has_permission():
            try:
                self.look()
            except Domain.DoesNotExist:
                return to_the_list(request, kwargs["slug"], self.form_class)
            if self.row.standby is None:
                alone = f"{self.domain.name} has no second server to switch to. Register one first."
                messages.error(request, f"{alone}{repeated(request, self.form_class)}")
                return redirect("failover:high_availability", self.domain.slug)
        return super().dispatch(request, *args, **kwargs)

    def look(self) -> None:
        """Take the domain as it is now; raises Domain.DoesNotExist."""
        self.domain = found().get(slug=self.kwargs["slug"])
        self.row = row(self.domain, watched=leading_monitor(timezone.now()) is not None)

    def get_initial(self) -> dict[str, Any]:
        return {"epoch": self.domain.epoch, "to_role": Role(self.domain.active_role).other}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"domain": self.domain, "doubt": doubt(self.row.standby)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "domain": self.domain,
            "row": self.row,
            "doubt": doubt(self.row.standby),
            "check": precheck(
                self.row,
                Role(self.domain.active_role).other,
                seen_epoch=self.domain.epoch,
                force=False,
                clock=SystemClock(),
            ),
        }
        return super().get_context_data(**context | kwargs)

    def form_valid(self, form: SwitchForm) -> HttpResponse:
        try:
            event = switch_by_hand(
                domain=self.domain,
                to_role=Role(form.cleaned_data["to_role"]),
                seen_epoch=form.cleaned_data["epoch"],
                actor_name=self.request.user.get_username(),
                actor_id=self.request.user.pk,
                reason=form.cleaned_data["reason"],
                force=form.cleaned_data.get("force", False),
                clock=SystemClock(),
            )
        except SwitchRefused as refused:
            return self.refused(form, refused)
        except SwitchUncertain as uncertain:
            messages.error(self.request, str(uncertain))
            return redirect("failover:high_availability", self.domain.slug)
        messages.success(self.request, f"{event.get_to_role_display()} is active now (epoch {event.epoch}).")
        return redirect("failover:high_availability", self.domain.slug)

    def refused(self, form: SwitchForm, refused: SwitchRefused) -> HttpResponse:
        """Show the domain as it is now and why nothing was done; when somebody was first, who that was."""
        try:
            self.look()
        except Domain.DoesNotExist:
            return to_the_list(self.request, self.kwargs["slug"], self.form_class)
        if refused.code in FIRST:
            return self.second(form, refused)
        again = self.get_form()
        again.add_error(None, refused.sentence)
        return self.form_invalid(again)

    def second(self, form: SwitchForm, refused: SwitchRefused) -> HttpResponse:
        """Whoever comes second decides anew, on the state as it is now; the reason that was typed is kept."""
        wish = {"epoch": self.domain.epoch, "to_role": form.cleaned_data["to_role"]}
        wanted = refused.code == Refusal.CONFLICT
        fresh = SwitchForm(
            initial=wish | {"reason": form.cleaned_data["reason"]}, domain=self.domain, doubt=doubt(self.row.standby)
        )
        switches = switches_since(self.domain, form.cleaned_data["epoch"])
        context = {"form": fresh if wanted else None, "refused": refused, "switches": switches}
        return self.render_to_response(self.get_context_data(**context))


def doubt(standby: ServerRow | None) -> str:
    """Why the server that would become active may not do; empty when it is up."""
    if standby is None or standby.status is Status.UP:
        return ""
    return f"{standby.role.label} {'is down' if standby.status is Status.DOWN else 'is not known to be up'}"
