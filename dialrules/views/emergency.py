"""A domain's emergency: declared and ended with a reason, after a warning of what follows."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.generic import View

from appservers.exceptions import EmergencyUnchanged, Gone
from appservers.models import Domain, UnmatchedCalls
from appservers.selectors import emergencies
from appservers.services import declare_emergency, end_emergency
from appservers.views.gone import to_the_list
from common.typed import repeated
from dialrules import selectors
from dialrules.forms import DeclareForm, ReasonForm

SHOWN = 20


class EmergencyPage(PermissionRequiredMixin, View):
    """Where the domain stands, what an emergency would do to its calls, and the emergencies that there were."""

    permission_required = "appservers.view_domain"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        domain = get_object_or_404(Domain, slug=slug)
        return self.show(domain, ReasonForm() if domain.emergency else DeclareForm(domain=domain))

    def show(self, domain: Domain, form: ReasonForm) -> HttpResponse:
        rules = selectors.rules(domain)
        context = {
            "domain": domain,
            "form": form,
            "declaring": isinstance(form, DeclareForm),
            "rules": [rule for rule in rules if rule.enabled],
            "complete": selectors.matches_every_number(rules),
            "rejected": domain.unmatched_calls == UnmatchedCalls.REJECT,
            "emergencies": emergencies(domain)[:SHOWN],
        }
        return render(self.request, "dialrules/emergency.html", context)


class ChangeEmergency(EmergencyPage):
    """What declaring and ending have in common."""

    permission_required = "appservers.declare_emergency"
    http_method_names = ["post"]
    service: Callable[..., object]
    form_class: type[ReasonForm] = ReasonForm
    done = ""

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        domain = Domain.objects.filter(slug=slug).first()
        if domain is None:
            return to_the_list(request, slug, self.form_class)
        form = self.form(domain)
        if not form.is_valid():
            return self.show(domain, form)
        try:
            type(self).service(
                domain=domain,
                reason=form.cleaned_data["reason"],
                actor_id=request.user.pk,
                actor_name=request.user.get_username(),
                at=timezone.now(),
            )
        except EmergencyUnchanged as unchanged:
            typed = repeated(request, self.form_class)
            messages.warning(request, f"{unchanged} Nothing was changed.{typed}")
        except Gone:
            return to_the_list(request, slug, self.form_class)
        else:
            messages.success(request, self.done.format(domain.name))
        return redirect("dialrules:emergency", domain.slug)

    def form(self, domain: Domain) -> Any:
        """The form as it was sent."""
        return self.form_class(self.request.POST)


class Declare(ChangeEmergency):
    """Declare it."""

    service = staticmethod(declare_emergency)
    form_class = DeclareForm
    done = "The emergency of “{}” is declared."

    def form(self, domain: Domain) -> Any:
        return DeclareForm(self.request.POST, domain=domain)


class End(ChangeEmergency):
    """End it."""

    service = staticmethod(end_emergency)
    done = "The emergency of “{}” has ended. Its calls go their usual way."
