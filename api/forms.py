"""The form of a new token."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone

from api.models import ApiToken
from api.tokens import Scope

LIFETIMES = {"30": "30 days", "90": "90 days", "365": "One year", "": "It does not expire"}


class TokenForm(forms.ModelForm[ApiToken]):
    """Who uses the token, what it opens, and for how long."""

    scopes = forms.MultipleChoiceField(
        label="Opens",
        choices=[(scope.value, scope.label) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.COMPONENTS.value],
        error_messages={"required": "Choose at least one.", "invalid_choice": "Choose from the list."},
    )
    lifetime = forms.ChoiceField(
        label="Expires after",
        choices=list(LIFETIMES.items()),
        required=False,
        initial="365",
        help_text="Components whose token has expired are refused: note the day.",
    )

    class Meta:
        model = ApiToken
        fields = ["name"]

    def clean_scopes(self) -> list[Scope]:
        return [Scope(word) for word in self.cleaned_data["scopes"]]

    def expires_at(self, now: datetime | None = None) -> datetime | None:
        """When the token will expire, if ever."""
        days = self.cleaned_data["lifetime"]
        return (now or timezone.now()) + timedelta(days=int(days)) if days else None
