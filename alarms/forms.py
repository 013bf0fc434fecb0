"""The filters of the page, and the note of whoever acknowledges."""

from typing import Any

from django import forms
from django.db.models import Q

from alarms.kinds import Kind, Priority

LONGEST_NOTE = 500
SHOWN = {"active": "Active", "over": "Over"}


class Filters(forms.Form):
    """What is wanted, as the address carries it; a filter that makes no sense does not count."""

    show = forms.ChoiceField(label="Alarms", required=False, choices=list(SHOWN.items()))
    priority = forms.TypedChoiceField(
        label="Priority", required=False, coerce=int, choices=[("", "Every priority"), *Priority.choices]
    )
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "Every kind"), *Kind.choices])
    domain = forms.CharField(label="Domain", required=False, max_length=100)
    alarm = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    @property
    def over(self) -> bool:
        return bool(self._wanted().get("show") == "over")

    @property
    def only(self) -> int | None:
        """The one alarm that is asked for."""
        return self._wanted().get("alarm")

    @property
    def filtered(self) -> bool:
        return bool(self.condition())

    def condition(self) -> Q:
        """Which alarms, of those that are active or over."""
        wanted = self._wanted()
        chosen = Q()
        for name in ("priority", "kind"):
            if wanted.get(name):
                chosen &= Q(**{name: wanted[name]})
        if part := wanted.get("domain"):
            chosen &= Q(domain_name__icontains=part)
        return chosen & Q(pk=wanted["alarm"]) if wanted.get("alarm") else chosen

    def _wanted(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data


class Acknowledgement(forms.Form):
    """What somebody found, or does about it; of alarms that were there when they looked, not of later ones."""

    newest = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**63 - 1)
    note = forms.CharField(
        label="Note",
        max_length=LONGEST_NOTE,
        help_text="What you found or do about it, for whoever comes next.",
        error_messages={
            "required": "Say what you found or do about it.",
            "max_length": f"Shorten it to {LONGEST_NOTE} characters.",
        },
    )
