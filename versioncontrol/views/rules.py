"""A domain's version rules: list, new, edit, delete, and what a pattern would do while it is typed."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from appservers.models import Domain
from common import crud
from versioncontrol import consequences, looks, overview, selectors, services
from versioncontrol.admission import decide
from versioncontrol.consequences import Outlook
from versioncontrol.exceptions import AcknowledgementRequired
from versioncontrol.forms import TryForm, VersionRuleForm
from versioncontrol.models import Component, VersionRule
from versioncontrol.patterns import LONGEST, Unfit, cleaned, cleaned_version
from versioncontrol.remedies import remedies

SHOWN = 12


class RulePage(crud.Page):
    """What the pages have in common."""

    domain_model = Domain
    model = VersionRule
    form = VersionRuleForm
    app_name = "versioncontrol"

    @staticmethod
    def rows(domain: Domain) -> list[VersionRule]:
        return selectors.rules(domain)

    @property
    def acknowledged(self) -> Sequence[str]:
        """The tokens of the warnings that the person has read and sets aside."""
        return self.request.POST.getlist("acknowledged") if "acknowledge" in self.request.POST else ()


class List(RulePage, crud.ListPage):
    """The components with their rules and modes, and a version to try."""

    @staticmethod
    def rows(domain: Domain) -> list[VersionRule]:
        return []  # they come with the sections

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        now = timezone.now()
        sections = overview.sections(self.domain, now)
        policy = selectors.version_policy(self.domain)
        broken = policy.break_glass_until is not None and policy.break_glass_until > now
        return super().get_context_data(
            sections=[section for section in sections if section.lines],
            unruled=[section for section in sections if not section.lines],
            policy=policy,
            broken=broken,
            trial=trial(self.request, self.domain),
            here=reverse("versioncontrol:list", args=[self.domain.slug]),
            acknowledgements=selectors.acknowledgements(self.domain),
            **context,
        )


def trial(request: HttpRequest, domain: Domain) -> dict[str, Any]:
    """The form to try a version, and what came of it."""
    form = TryForm(request.GET if "version" in request.GET else None)
    if not form.is_bound or not form.is_valid():
        return {"form": form}
    component: Component = form.cleaned_data["component"]
    try:
        version = cleaned_version(form.cleaned_data["version"])
    except Unfit as error:
        form.add_error("version", str(error))
        return {"form": form}
    policy = selectors.policies_of(domain)[component.pk]
    now, helps = timezone.now(), remedies(domain.pk).helps
    verdict = decide(policy, version, now)
    return {
        "form": form,
        "component": component,
        "version": version,
        "verdict": verdict,
        "look": looks.DECISIONS[verdict.decision],
        "sentence": looks.sentence(verdict),
        "inside": helps(component.pk, policy, version, "private", now),
        "outside": helps(component.pk, policy, version, "public", now),
    }


class RuleForm(RulePage):
    """A rule to fill in. There may be something to say before it is saved."""

    def save(self, row: VersionRule, seen: int | None) -> VersionRule:  # type: ignore[override]
        return services.save_rule(
            rule=row, seen=seen, acknowledged=self.acknowledged, also=self.also, actor=self.request.user
        )

    @property
    def also(self) -> list[str]:
        """Patterns to add beside the rule."""
        return self.request.POST.getlist("also")[:5]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        form: VersionRuleForm = context["form"]
        typed = {"component": form["component"].value(), "pattern": form["pattern"].value()}
        return super().get_context_data(
            preview=preview(self.domain, typed, form.instance.pk, context.get("also", self.also)),
            also=context.pop("also", self.also),
            **context,
        )


class RuleSaving(RuleForm, crud.FormPage):
    """Saving, unless a better pattern was chosen or there is something to say first."""

    def try_to_save(self, form: Any, seen: int | None = None) -> HttpResponse:
        if "use" in self.request.POST:
            return self.use(form, self.request.POST["use"], seen)
        try:
            return super().try_to_save(form, seen)
        except AcknowledgementRequired as error:
            return self.show(form, seen=seen, required=error.warnings)

    def use(self, form: Any, code: str, seen: int | None) -> HttpResponse:
        """Put the better pattern into the form; nothing is saved yet."""
        pattern, *also = self.better(form, code)
        typed = form.data.copy()
        typed["pattern"] = pattern
        shown = self.form(initial=typed.dict(), instance=self.model(domain=self.domain, pk=form.instance.pk))
        return self.show(shown, seen=seen, also=also)

    def better(self, form: Any, code: str) -> Sequence[str]:
        form.is_valid()
        pattern = form.data.get("pattern", "")
        said = preview(self.domain, form.data, form.instance.pk, ()).get("warnings", ())
        return next((one.better for one in said if one.code == code and one.better), (pattern,))


class New(RuleSaving, crud.NewPage):
    """A new rule; the address may name its component and pattern."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        named = {name: request.GET[name] for name in ("component", "pattern") if name in request.GET}
        return self.show(self.form(instance=self.model(domain=self.domain), initial=named))


class Edit(RuleSaving, crud.EditPage):
    """A stored rule."""


class Delete(RulePage, crud.DeletePage):
    """A rule to delete, and what follows from it. Who presses Delete has read it."""

    def delete(self, row: VersionRule) -> bool:  # type: ignore[override]
        acknowledged = self.request.POST.getlist("acknowledged")
        return services.delete_rule(rule=row, acknowledged=acknowledged, actor=self.request.user)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except AcknowledgementRequired:
            return self.render_to_response(self.get_context_data())

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        outlook = consequences.of_deletion(self.row, timezone.now())
        return super().get_context_data(
            last=selectors.is_last(self.row),
            unlisted=selectors.version_policy(self.domain).unlisted,
            warnings=outlook.warnings,
            effects=overview.effect_lines(outlook.locked_out)[:SHOWN],
            **context,
        )


class Preview(RulePage, View):
    """The part of the form's page that follows what is typed. Saves nothing."""

    action = "view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = preview(self.domain, request.GET, crud.number(request.GET.get("rule")), request.GET.getlist("also")[:5])
        return render(request, "versioncontrol/preview.html", {"preview": shown, "domain": self.domain})


def preview(domain: Domain, typed: Any, rule_id: int | None, also: Sequence[str]) -> dict[str, Any]:
    """What a rule as typed would do; empty until a component and a pattern are given."""
    component = Component.objects.filter(pk=crud.number(str(typed.get("component") or "")) or 0).first()
    if component is None or not str(typed.get("pattern") or "").strip():
        return {}
    try:
        pattern, beside = cleaned(typed["pattern"]), [cleaned(one) for one in also]
    except Unfit as error:
        return {"error": str(error)}
    rule = VersionRule(pk=rule_id, domain=domain, component=component, pattern=pattern)
    outlook = consequences.of_rule(rule, timezone.now(), beside)
    warnings = services.rule_warnings(rule=rule, also=beside)
    full = component.pk in selectors.full(domain, [component.pk])
    told = {"pattern": pattern, "component": component, "warnings": warnings, "full": full}
    return summary(outlook, component) | told


def summary(outlook: Outlook, component: Component) -> dict[str, Any]:
    """The seen versions of the component, and how many agents that are."""
    found = [effect for effect in outlook.effects if effect.seen.component == component.pk]
    lines = overview.effect_lines(found)
    policy = outlook.then[component.pk]
    return {
        "lines": lines[:SHOWN],
        "more": len(lines) - len(lines[:SHOWN]),
        "agents": sum(line.agents for line in lines),
        "admitted": sum(effect.seen.agents for effect in found if policy.admits(effect.seen.version)),
        "locked_out": sum(effect.seen.agents for effect in outlook.locked_out),
        "stranded": sum(effect.seen.agents for effect in found if effect.stranded),
        "days": selectors.LATELY.days,
        "longest": LONGEST,
    }
