"""The forms that make the other server active: for good, and for practice."""

from typing import Any

from django import forms

from appservers.models import Domain, Role
from common.words import same_to_the_eye


class MeantForm(forms.Form):
    """What the person saw, a reason, and the domain's name, typed because calls drop."""

    epoch = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        error_messages={"required": "Give a reason: the next shift reads it in the history."},
        help_text="Why you do it. It is kept in the history.",
    )
    name = forms.CharField(
        label="Domain's name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type the domain's name to confirm that this one is meant."},
    )

    def __init__(self, *args: Any, domain: Domain, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domain = domain
        self.fields["name"].help_text = f"Type “{domain.name}” to confirm that this domain is meant."

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if not same_to_the_eye(typed, self.domain.name):
            raise forms.ValidationError(f"This is not the domain's name. Type: {self.domain.name}")
        return typed


class DrillForm(MeantForm):
    """A real drill, and how long to stay on the other server."""

    stay = forms.IntegerField(
        label="Stay, minutes",
        min_value=1,
        max_value=1440,
        error_messages={"required": "Say how many minutes to stay on the other server."},
        help_text="After that this server becomes active again, as soon as it is up, within an hour.",
    )


class SwitchForm(MeantForm):
    """A switch to that server and, for a server that is not up, a second choice."""

    to_role = forms.ChoiceField(choices=Role.choices, widget=forms.HiddenInput)
    force = forms.BooleanField(
        required=False,
        help_text="While it is down, the site is dark. The event is marked as forced.",
    )

    def __init__(self, *args: Any, domain: Domain, doubt: str, **kwargs: Any) -> None:
        """`doubt` says why the new server may not take over, such as "Secondary is down"; empty when it is up."""
        super().__init__(*args, domain=domain, **kwargs)
        self.fields["force"].label = f"Switch although {doubt}"
        if not doubt:
            del self.fields["force"]
