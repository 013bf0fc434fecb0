"""Modes, the choice about components without rules, and breaking the glass."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import TemplateView

from appservers.models import Domain
from versioncontrol import overview, selectors, services
from versioncontrol.admission import Mode, Unlisted
from versioncontrol.exceptions import AcknowledgementRequired, NotPossible
from versioncontrol.forms import FROM_DATE, BreakGlassForm, ModeForm, UnlistedForm
from versioncontrol.models import Component

SHOWN = 20


class OfDomain(PermissionRequiredMixin):
    """What belongs to one domain."""

    kwargs: dict[str, Any]

    @cached_property
    def domain(self) -> Domain:
        return get_object_or_404(Domain, slug=self.kwargs["slug"])

    def to_list(self) -> HttpResponse:
        return redirect("versioncontrol:list", self.domain.slug)


class SettingPage(OfDomain, TemplateView):
    """A form about the domain's policy; there may be something to say before it is saved."""

    permission_required = "versioncontrol.change_versionpolicy"
    form: ClassVar[type[forms.Form]]

    def starting(self) -> dict[str, Any]:
        """What the form shows at first."""
        return {}

    def write(self, form: Any, acknowledged: Sequence[str]) -> str:
        """Call the service, and say what was done."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form(initial=self.starting()))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form)
        acknowledged = request.POST.getlist("acknowledged") if "acknowledge" in request.POST else ()
        try:
            messages.success(request, self.write(form, acknowledged))
        except AcknowledgementRequired as error:
            return self.show(form, warnings=error.warnings, required=True)
        except NotPossible as error:
            form.add_error(error.field, str(error))
            return self.show(form)
        return self.to_list()

    def show(self, form: forms.Form, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, domain=self.domain, **context))


class ModeOf(SettingPage):
    """What becomes of one component's versions that no rule admits."""

    template_name = "versioncontrol/mode.html"
    permission_required = "versioncontrol.change_componentmode"
    form = ModeForm

    @cached_property
    def component(self) -> Component:
        return get_object_or_404(Component, pk=self.kwargs["component"])

    def starting(self) -> dict[str, Any]:
        stored = selectors.modes(self.domain).get(self.component.pk)
        if stored is None:
            return {}
        return {"mode": FROM_DATE if stored.enforce_at else stored.mode, "enforce_at": stored.enforce_at}

    def write(self, form: ModeForm, acknowledged: Sequence[str]) -> str:
        mode, enforce_at = form.chosen
        services.set_mode(
            domain=self.domain,
            component=self.component,
            mode=mode,
            enforce_at=enforce_at,
            acknowledged=acknowledged,
            actor=self.request.user,
        )
        return (
            f"What no rule of {self.component} admits: {dict(form.fields['mode'].choices)[form.cleaned_data['mode']]}."  # type: ignore[attr-defined]
        )

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        outlook = services.outlook_of_mode(self.domain, self.component, Mode.ENFORCE, None)
        denied = [effect for effect in outlook.effects if effect.then.decision == "deny"]
        lines = overview.effect_lines(denied)
        return super().get_context_data(
            component=self.component,
            effects=lines[:SHOWN],
            more=max(0, len(lines) - SHOWN),
            agents=sum(effect.seen.agents for effect in denied),
            **context,
        )


class UnlistedOf(SettingPage):
    """Whether components without rules may connect."""

    template_name = "versioncontrol/unlisted.html"
    form = UnlistedForm

    def starting(self) -> dict[str, Any]:
        return {"unlisted": selectors.version_policy(self.domain).unlisted}

    def write(self, form: UnlistedForm, acknowledged: Sequence[str]) -> str:
        row = services.set_unlisted(
            domain=self.domain,
            unlisted=Unlisted(form.cleaned_data["unlisted"]),
            acknowledged=acknowledged,
            actor=self.request.user,
        )
        return f"Components without rules {row.get_unlisted_display()}."


class BreakGlass(SettingPage):
    """Deny nobody for a while."""

    template_name = "versioncontrol/break_glass.html"
    form = BreakGlassForm

    def write(self, form: BreakGlassForm, acknowledged: Sequence[str]) -> str:
        hours = form.cleaned_data["hours"]
        lasting = timedelta(hours=hours) if 0 < hours <= 1000 else timedelta(0)
        row = services.break_glass(
            domain=self.domain, lasting=lasting, reason=form.cleaned_data["reason"], actor=self.request.user
        )
        return f"Nobody is denied until {timezone.localtime(row.break_glass_until):%Y-%m-%d %H:%M}."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        policy = selectors.version_policy(self.domain)
        return super().get_context_data(records=selectors.broken_before(policy), **context)


class EndBreakGlass(SettingPage):
    """Enforce again before the time is over, after a look at whom that denies at once."""

    template_name = "versioncontrol/end_break_glass.html"
    form = forms.Form

    def write(self, form: forms.Form, acknowledged: Sequence[str]) -> str:
        ended = services.end_break_glass(domain=self.domain, acknowledged=acknowledged, actor=self.request.user)
        return "The rules are enforced again." if ended else "The rules were enforced already."

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        outlook = services.outlook_of_enforcing(self.domain)
        lines = overview.effect_lines(outlook.locked_out)
        shown = {"warnings": outlook.warnings, "effects": lines[:SHOWN], "more": max(0, len(lines) - SHOWN)}
        return super().get_context_data(**shown | context)
