"""The forms of a domain in the Django admin: those of the console, plus what the admin needs to check by itself."""

from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localtime

from appservers import rules
from appservers.forms import DomainForm, ServerForm
from appservers.models import ApplicationServer, Domain, Role
from appservers.neighbours import cautioned
from appservers.selectors import saves_since
from appservers.store import GENERAL_FIELDS


class DomainAdminForm(DomainForm):
    """General Properties, with the revision that the person saw."""

    seen_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    meant = forms.BooleanField(label="Save, and let it switch", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "seen_revision" in self.fields:
            self.fields["seen_revision"].initial = self.instance.revision

    def clean(self) -> dict[str, Any]:
        right = super().clean() or self.cleaned_data
        stored = Domain.objects.filter(pk=self.instance.pk).first()
        if stored is not None and right.get("seen_revision") != stored.revision:
            raise ValidationError(_saved_by(stored, right.get("seen_revision") or 0))
        if stored is not None and not right.get("meant"):
            self._ask(stored, right)
        return right

    def _ask(self, stored: Domain, right: dict[str, Any]) -> None:
        """Refuse what has consequences at once, and show the box that says that it is meant."""
        wanted = copy(stored)
        for name in set(right) & set(GENERAL_FIELDS):
            setattr(wanted, name, right[name])
        if sentences := cautioned(stored, wanted):
            self.fields["meant"].widget = forms.CheckboxInput()
            self.add_error("meant", f"{' '.join(sentences)} Nothing was saved yet. Tick this if it is meant.")


class ServerInlineForm(ServerForm):
    """A server, whose role is chosen here."""

    class Meta(ServerForm.Meta):
        fields = ("role", *ServerForm.Meta.fields)


class ServerFormSet(forms.BaseInlineFormSet[ApplicationServer, Domain, Any]):
    """The servers of a domain; after clean(), `wanted` holds their forms by role."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.wanted: dict[str, ServerInlineForm] = {}
        for form, role in zip(self.forms, Role, strict=False):
            if form.instance._state.adding:
                form.initial["role"] = role

    def validate_unique(self) -> None:
        """Left to clean(), which words it for people."""

    def clean(self) -> None:
        kept = [form for form in self.forms if form.has_changed() or not form.instance._state.adding]
        kept = [form for form in kept if form not in self.deleted_forms]
        self.wanted = {form.cleaned_data.get("role", ""): form for form in kept}
        if len(self.wanted) < len(kept):
            raise ValidationError("A domain has one primary and one secondary server. Change the role of one of them.")
        if all(form.is_valid() for form in kept) and Role.PRIMARY not in self.wanted:
            raise ValidationError("A domain needs a primary server. Give one server the role Primary.")
        for problem in self._broken_rules():
            self._refuse(problem)

    def _broken_rules(self) -> list[rules.Problem]:
        described = {role: form.described for role, form in self.wanted.items()}
        return rules.problems(
            outsource=self.instance.outsource,
            secondary_active=self.instance.active_role == Role.SECONDARY,
            primary=described.get(Role.PRIMARY) or rules.Server(None, None, None),
            secondary=described.get(Role.SECONDARY),
        )

    def _refuse(self, problem: rules.Problem) -> None:
        form = self.wanted.get(problem.section)
        if form is None:
            raise ValidationError(problem.message)
        if problem.field not in form.errors:
            form.add_error(problem.field, problem.message)


def _saved_by(stored: Domain, seen: int) -> str:
    saves = saves_since(stored, seen)
    who = f"{saves[0].by} at {localtime(saves[0].at):%H:%M:%S}" if saves else "somebody"
    return f"Nothing was saved: this domain was saved by {who}, after you had opened it. Open it again and repeat."
