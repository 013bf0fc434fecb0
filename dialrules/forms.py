"""The forms of a dial rule and of an emergency."""

from typing import Any

from django import forms

from appservers.models import Domain
from common.words import same_to_the_eye
from dialrules.models import DialRule


class DialRuleForm(forms.ModelForm[DialRule]):
    """A rule. Its domain is chosen here only where the page does not know it."""

    class Meta:
        model = DialRule
        fields = ["domain", "name", "pattern", "emergency_uri", "enabled"]
        error_messages = {
            "domain": {
                "required": "Choose the domain this rule is for.",
                "invalid_choice": "That domain was deleted. Choose another one.",
            },
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.domain_id is not None:
            del self.fields["domain"]


class ReasonForm(forms.Form):
    """Why an emergency is declared or ended."""

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        error_messages={
            "required": "Give a reason: the next shift reads it.",
            "max_length": "Shorten the reason to 500 characters.",
        },
        help_text="It is kept with the emergency.",
    )


class DeclareForm(ReasonForm):
    """A reason, and the domain's name as the proof that this domain is meant."""

    name = forms.CharField(
        label="Domain's name",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Type the domain's name to confirm that this one is meant."},
    )

    def __init__(self, *args: Any, domain: Domain, **options: Any) -> None:
        super().__init__(*args, **options)
        self.domain = domain
        self.fields["reason"].help_text = "Every page of the domain shows it while the emergency lasts; it is kept."
        self.fields["name"].help_text = f"Type “{domain.name}” to confirm that this domain is meant."

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if not same_to_the_eye(typed, self.domain.name):
            raise forms.ValidationError(f"This is not the domain's name. Type: {self.domain.name}")
        return typed
