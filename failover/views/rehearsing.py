"""Failing over for practice, and what other intervals would have done."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.generic import FormView, View

from appservers.models import Domain
from appservers.views.gone import to_the_list
from failover import conf, looks
from failover.adviser import advise
from failover.clock import SystemClock
from failover.drill import shadow, there_and_back_later
from failover.exceptions import NotPossible, SwitchRefused, SwitchUncertain
from failover.forms import DrillForm
from failover.tradeoffs import HEIGHT, WIDTH, columns

DAYS = 30


class Adviser(PermissionRequiredMixin, View):
    """What other intervals would have done with the recorded outages: a panel of the High Availability page."""

    permission_required = "appservers.view_domain"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        domain = get_object_or_404(Domain, slug=slug)
        advice = advise(domain=domain, days=DAYS, pace=conf.pace(), now=timezone.now())
        context = {
            "domain": domain,
            "advice": advice,
            "columns": columns(advice),
            "days": DAYS,
            "size": {"width": WIDTH, "height": HEIGHT},
        }
        template = "failover/adviser.html" if "HX-Request" in request.headers else "failover/adviser_page.html"
        return render(request, template, context)


class Drill(PermissionRequiredMixin, FormView[DrillForm]):
    """A failure of the active server, played; and a form that makes it real."""

    permission_required = "appservers.switch_domain"
    template_name = "failover/drill.html"
    form_class = DrillForm
    domain: Domain

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.has_permission():
            domain = Domain.objects.filter(slug=kwargs["slug"]).first()
            if domain is None:
                return to_the_list(request, kwargs["slug"], self.form_class)
            self.domain = domain
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"epoch": self.domain.epoch, "stay": 5}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"domain": self.domain}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        played = shadow(domain=self.domain, pace=conf.pace(), clock=SystemClock())
        steps = [
            (played.moment(step), step, looks.state_look(step.decision.state, step.decision.code))
            for step in played.steps
        ]
        return super().get_context_data(domain=self.domain, played=played, steps=steps, **kwargs)

    def form_valid(self, form: DrillForm) -> HttpResponse:
        try:
            event, back = there_and_back_later(
                domain=self.domain,
                seen_epoch=form.cleaned_data["epoch"],
                stay=timedelta(minutes=form.cleaned_data["stay"]),
                actor_name=self.request.user.get_username(),
                actor_id=self.request.user.pk,
                reason=form.cleaned_data["reason"],
                clock=SystemClock(),
            )
        except (SwitchRefused, SwitchUncertain, NotPossible) as problem:
            form.add_error(None, str(problem))
            return self.form_invalid(form)
        messages.success(
            self.request,
            f"Drill: {event.get_to_role_display()} is active now (epoch {event.epoch}). "
            f"It comes back by itself at {timezone.localtime(back.opens_at):%H:%M:%S}, if the other server is up then.",
        )
        return redirect("failover:high_availability", self.domain.slug)
