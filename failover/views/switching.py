"""The page that asks before it makes the other server active."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic import FormView

from appservers.models import Domain, Role
from failover.clock import SystemClock
from failover.exceptions import SwitchRefused
from failover.forms import SwitchForm
from failover.health import Status
from failover.overview import DomainRow, found, row
from failover.selectors import leading_monitor
from failover.switch import switch_by_hand


class Switching(PermissionRequiredMixin, FormView[SwitchForm]):
    """Manual failover and fail-back."""

    permission_required = "appservers.switch_domain"
    template_name = "failover/switch.html"
    form_class = SwitchForm
    domain: Domain
    row: DomainRow

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.has_permission():
            self.domain = get_object_or_404(found(), slug=kwargs["slug"])
            self.row = row(self.domain, watched=leading_monitor(timezone.now()) is not None)
            if self.row.standby is None:
                messages.error(request, f"{self.domain.name} has no second server to switch to. Register one first.")
                return redirect("failover:high_availability", self.domain.slug)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"epoch": self.domain.epoch, "to_role": Role(self.domain.active_role).other}

    def get_form_kwargs(self) -> dict[str, Any]:
        standby = self.row.standby
        forcible = standby is None or standby.status is not Status.UP
        return super().get_form_kwargs() | {"domain": self.domain, "forcible": forcible}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(domain=self.domain, row=self.row, **kwargs)

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
            form.add_error(None, refused.sentence)
            return self.form_invalid(form)
        messages.success(self.request, f"{event.get_to_role_display()} is active now (epoch {event.epoch}).")
        return redirect("failover:high_availability", self.domain.slug)
