"""The pages on which people say how a domain is to be handled: each asks once more, then calls one service."""

from typing import Any, ClassVar

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
from failover.exceptions import NotPossible
from failover.holds import acknowledge_flapping, confirm_active_server
from failover.orderforms import AcknowledgeForm, ConfirmForm, NothingForm, OrderForm, PauseForm, ScheduleForm
from failover.overview import DomainRow, found, row
from failover.pausing import pause, resume
from failover.scheduling import cancel, schedule
from failover.selectors import leading_monitor


class Ordering(PermissionRequiredMixin, FormView[Any]):
    """One order: says what it means, asks what it needs, carries it out and goes back to the domain."""

    permission_required = "appservers.switch_domain"
    form_class: type[OrderForm]
    done: ClassVar[str] = ""
    domain: Domain
    row: DomainRow

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.has_permission():
            try:
                self.domain = found().get(slug=kwargs["slug"])
            except Domain.DoesNotExist:
                return to_the_list(request, kwargs["slug"], self.form_class)
            self.row = row(self.domain, watched=leading_monitor(timezone.now()) is not None)
            if pointless := self.pointless():
                messages.warning(request, f"{pointless}{repeated(request, self.form_class)}")
                return self.back()
        return super().dispatch(request, *args, **kwargs)

    def pointless(self) -> str:
        """Why there is nothing to order; empty when there is."""
        return ""

    def order(self, answers: dict[str, Any], actor_name: str) -> None:
        """Carry it out. Raises NotPossible."""
        raise NotImplementedError

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"domain": self.domain, "now": timezone.now()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(domain=self.domain, row=self.row, remarks=self.row.remarks, **kwargs)

    def form_valid(self, form: OrderForm) -> HttpResponse:
        try:
            self.order(form.cleaned_data, self.request.user.get_username())
        except NotPossible as not_possible:
            form.add_error(None, str(not_possible))
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return self.back()

    def back(self) -> HttpResponse:
        return redirect("failover:high_availability", self.domain.slug)


class Pausing(Ordering):
    """Nothing switches by itself for a while; a pause that runs is replaced."""

    template_name = "failover/pause.html"
    form_class = PauseForm
    done = "Automatic switching is paused."

    def order(self, answers: dict[str, Any], actor_name: str) -> None:
        until, reason = answers["until"], answers["reason"]
        pause(domain=self.domain, reason=reason, actor_name=actor_name, clock=SystemClock(), until=until)


class Resuming(Ordering):
    """It switches by itself again."""

    template_name = "failover/resume.html"
    form_class = NothingForm
    done = "Automatic switching is resumed. A full interval must pass before anything switches by itself."

    def pointless(self) -> str:
        return "" if self.row.remarks.pause else "It is not paused: the pause ended, or somebody else resumed it."

    def order(self, answers: dict[str, Any], actor_name: str) -> None:
        resume(domain=self.domain, actor_name=actor_name, clock=SystemClock())


class Acknowledging(Ordering):
    """A person looked at why it switched so often."""

    template_name = "failover/acknowledge.html"
    form_class = AcknowledgeForm
    done = "Acknowledged. It switches by itself again."

    def pointless(self) -> str:
        return (
            ""
            if self.row.remarks.flapping
            else "There is nothing to acknowledge: it does not flap, or somebody else acknowledged it."
        )

    def order(self, answers: dict[str, Any], actor_name: str) -> None:
        acknowledge_flapping(domain=self.domain, actor_name=actor_name, note=answers["note"], clock=SystemClock())


class Confirming(Ordering):
    """A person says which server is active after the database went back."""

    template_name = "failover/confirm.html"
    form_class = ConfirmForm
    done = "The active server is confirmed. It switches by itself again."

    def pointless(self) -> str:
        return (
            ""
            if self.row.remarks.behind
            else "There is nothing to confirm: the database did not go back, or somebody else confirmed it."
        )

    def order(self, answers: dict[str, Any], actor_name: str) -> None:
        confirm_active_server(
            domain=self.domain,
            active=Role(answers["active"]),
            actor_name=actor_name,
            note=answers["note"],
            clock=SystemClock(),
        )


class Scheduling(Ordering):
    """The other server is made active later; a schedule that waits is replaced."""

    template_name = "failover/schedule.html"
    form_class = ScheduleForm
    done = "The switch is scheduled."

    def get_initial(self) -> dict[str, Any]:
        return {"to_role": Role(self.domain.active_role).other}

    def pointless(self) -> str:
        there = self.row.standby is not None
        return "" if there else f"{self.domain.name} has no second server to switch to. Register one first."

    def order(self, answers: dict[str, Any], actor_name: str) -> None:
        opens_at, closes_at = answers["window"]
        schedule(
            domain=self.domain,
            to_role=Role(answers["to_role"]),
            opens_at=opens_at,
            closes_at=closes_at,
            nightly=answers["when"] == "nightly",
            reason=answers["reason"],
            actor_name=actor_name,
            clock=SystemClock(),
        )


class Cancelling(Ordering):
    """The switch that was scheduled is not made."""

    template_name = "failover/cancel.html"
    form_class = NothingForm
    done = "The scheduled switch was cancelled."

    def pointless(self) -> str:
        return (
            ""
            if self.row.remarks.schedule
            else "Nothing is scheduled: the switch was made, or somebody else cancelled it."
        )

    def order(self, answers: dict[str, Any], actor_name: str) -> None:
        cancel(domain=self.domain, actor_name=actor_name, clock=SystemClock())
