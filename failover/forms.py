"""The form that makes the other server active."""

from typing import Any

from django import forms

from appservers.models import Domain, Role
from common.words import same_to_the_eye


class SwitchForm(forms.Form):
    """What the person saw and wants, a reason, the domain's name and, for a server that is not up, a second choice."""

    epoch = forms.IntegerField(widget=forms.HiddenInput)
    to_role = forms.ChoiceField(choices=Role.choices, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give a reason: the next shift reads it in the history."},
        help_text="Why you switch. It is kept with the event.",
    )
    name = forms.CharField(
        label="Domain's name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type the domain's name to confirm that this one is meant."},
    )
    force = forms.BooleanField(
        label="Switch although the new server is not known to be up",
        required=False,
        help_text="If it is down, the site is dark until it comes back. The event is marked as forced.",
    )

    def __init__(self, *args: Any, domain: Domain, forcible: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domain = domain
        self.fields["name"].help_text = f"Type “{domain.name}” to confirm that this domain is meant."
        if not forcible:
            del self.fields["force"]

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if not same_to_the_eye(typed, self.domain.name):
            raise forms.ValidationError(f"This is not the domain's name. Type: {self.domain.name}")
        return typed
