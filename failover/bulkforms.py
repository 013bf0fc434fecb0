"""The forms of one order for many domains: what it needs to be told, and the number of domains as proof."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from failover.bulk import Do
from failover.orderforms import Line, PauseForm


class BulkForm(forms.Form):
    """A button that is pressed a second time."""

    def __init__(self, *args: Any, number: int, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.number = number


class BulkPauseForm(PauseForm):
    """For how long, and why."""

    def __init__(self, *args: Any, number: int, now: datetime, **options: Any) -> None:
        super().__init__(*args, domain=None, now=now, **options)


class CalmForm(BulkForm):
    """Why it ends."""

    reason = Line(
        label="Reason", missing="Give a reason: the next shift reads it.", help_text="It is kept with each emergency."
    )


class NumberForm(BulkForm):
    """The number of domains, typed as the proof that they are meant."""

    typed = forms.CharField(
        label="Number of domains",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": "Type the number of domains to confirm that they are meant."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["typed"].help_text = f"Type {self.number} to confirm that these domains are meant."

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip() != str(self.number):
            raise ValidationError(f"This is not the number of domains. Type: {self.number}")
        return typed


class DeclareForm(NumberForm):
    """Why it is declared, and the number."""

    reason = Line(
        label="Reason",
        missing="Give a reason: the next shift reads it.",
        help_text="Every page of the domains shows it while the emergency lasts; it is kept.",
    )
    field_order = ["reason", "typed"]


FORMS: dict[Do, Callable[..., Any]] = {
    Do.PAUSE: BulkPauseForm,
    Do.RESUME: BulkForm,
    Do.EMERGENCY: DeclareForm,
    Do.CALM: CalmForm,
    Do.DELETE: NumberForm,
}
