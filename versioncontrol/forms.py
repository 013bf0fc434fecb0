"""The forms of Version Control."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from appservers.models import Domain
from versioncontrol import copying, services
from versioncontrol.admission import Mode
from versioncontrol.models import UNLISTED, Component, VersionRule

FROM_DATE = "enforce-from"


class VersionRuleForm(forms.ModelForm[VersionRule]):
    """A rule of one domain; the domain comes with the instance."""

    class Meta:
        model = VersionRule
        fields = ["component", "pattern"]
        widgets = {"pattern": forms.TextInput(attrs={"spellcheck": "false"})}
        error_messages = {
            "component": {
                "required": "Choose the component this rule is for.",
                "invalid_choice": "That component was removed from the catalogue. Choose another one.",
            },
        }


class AdminRuleForm(forms.ModelForm[VersionRule]):
    """The form of the Django admin: there is no box to tick until the warnings stand beside it."""

    acknowledge = forms.BooleanField(label="Save in spite of the warnings", required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = VersionRule
        fields = ["domain", "component", "pattern"]

    @property
    def acknowledged(self) -> list[str]:
        """The tokens of the warnings that the person has read and sets aside."""
        return self.cleaned_data["shown"].split() if self.cleaned_data["acknowledge"] else []

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # not part of the stubs
        if self.errors:
            return
        warnings = services.rule_warnings(rule=self.instance)
        if {warned.token for warned in warnings} - set(self.acknowledged):
            for warned in warnings:
                self.add_error("acknowledge", warned.sentence)
            self.fields["acknowledge"].widget = forms.CheckboxInput()
            typed: Any = self.data
            self.data = typed = typed.copy()
            typed["shown"] = " ".join(warned.token for warned in warnings)
            typed.pop("acknowledge", None)


class ModeForm(forms.Form):
    """What becomes of a component's versions that no rule admits."""

    mode = forms.ChoiceField(
        label="Versions that no rule admits",
        choices=[
            (Mode.ENFORCE, "are denied"),
            (FROM_DATE, "are warned until a date, then denied"),
            (Mode.WARN, "are warned only"),
        ],
    )
    enforce_at = forms.DateTimeField(
        label="Denied from",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Give a date and a time, for example 2026-12-01 06:00."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["enforce_at"].help_text = f"In the time zone {timezone.get_current_timezone_name()}."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("mode") == FROM_DATE and not given.get("enforce_at") and "enforce_at" not in self.errors:
            self.add_error("enforce_at", "Give the date from which they are denied.")
        return given

    @property
    def chosen(self) -> tuple[Mode, datetime | None]:
        """The mode and the date; a date that was left behind in the form does not count."""
        if self.cleaned_data["mode"] == FROM_DATE:
            return Mode.ENFORCE, self.cleaned_data["enforce_at"]
        return Mode(self.cleaned_data["mode"]), None


class UnlistedForm(forms.Form):
    """The domain's choice about components without rules."""

    unlisted = forms.ChoiceField(label="Components without rules", choices=UNLISTED)


class BreakGlassForm(forms.Form):
    """For how long nobody is denied, and why."""

    hours = forms.FloatField(
        label="Hours",
        initial=2,
        widget=forms.NumberInput(attrs={"step": "any", "min": "0"}),
        error_messages={"required": "Give the hours.", "invalid": "Give a number of hours, for example 2 or 0.5."},
        help_text="It ends by itself; at most 72.",
    )
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        error_messages={"required": "Give a reason: whoever reads the record later wants to know why."},
    )


class TryForm(forms.Form):
    """A version to try."""

    component = forms.ModelChoiceField(queryset=Component.objects.all(), label="Component", empty_label=None)
    version = forms.CharField(label="Version", max_length=100)


class CopyForm(forms.Form):
    """Where rules are copied from and to, seen from one domain."""

    direction = forms.ChoiceField(
        label="Copy",
        choices=[("from", "the rules of another domain to this one"), ("to", "this domain's rules to others")],
    )
    others = forms.ModelMultipleChoiceField(
        label="Other domains",
        queryset=Domain.objects.none(),
        to_field_name="slug",
        widget=forms.SelectMultiple(attrs={"size": "8"}),
        error_messages={"required": "Choose at least one domain.", "invalid_choice": "That domain was deleted."},
    )
    replacing = forms.BooleanField(
        label="Also remove what is not in the copy",
        required=False,
        help_text="Of the components that are copied, rules that the source does not have are deleted.",
    )

    def __init__(self, *args: Any, domain: Domain, **options: Any) -> None:
        super().__init__(*args, **options)
        self.domain = domain
        self.fields["others"].queryset = Domain.objects.exclude(pk=domain.pk)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("direction") == "from" and len(given.get("others", ())) > 1:
            self.add_error("others", "Choose one domain to copy from.")
        if len(given.get("others", ())) > copying.MOST:
            self.add_error("others", f"Choose at most {copying.MOST} domains at a time.")
        return given

    @property
    def source(self) -> Domain:
        return self.cleaned_data["others"][0] if self.cleaned_data["direction"] == "from" else self.domain

    @property
    def targets(self) -> list[Domain]:
        return [self.domain] if self.cleaned_data["direction"] == "from" else list(self.cleaned_data["others"])
