"""Form fields between what administrators type and what the project stores."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common import words

NUL = {"null_characters_not_allowed": "Remove the invisible NUL characters; they often come with copied text."}


class CanonicalText(forms.CharField):
    """Text in the form that a pure function gives it; that function's ValueError is the message."""

    def __init__(self, *, canonical: Callable[[str], str], **options: Any) -> None:
        self.canonical = canonical
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.canonical(text) if text else text
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


class MinutesField(forms.CharField):
    """A duration that people type in minutes: `2`, `0.5` or `0,5`."""

    default_error_messages = {
        "required": "Give the interval in minutes. 0 switches as soon as the outage is confirmed.",
        "invalid": "This is not a number of minutes. Write 2, or 0.5 for half a minute.",
        "negative": "An interval cannot be negative. 0 switches as soon as the outage is confirmed.",
        "too_long": "The longest interval is 1440 minutes (one day). Give less.",
        "too_fine": "Give at most six digits after the decimal point.",
        **NUL,
    }
    pattern = re.compile(r"[+\-\N{MINUS SIGN}]?(\d+[.,]?\d*|[.,]\d+)")
    longest = Decimal(1440)

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return words.minutes(value) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self._duration(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True

    def _duration(self, text: str) -> timedelta:
        if not self.pattern.fullmatch(text):
            raise self._refusal("invalid")
        minutes = Decimal(text.replace(",", ".").replace("\N{MINUS SIGN}", "-"))
        if minutes < 0:
            raise self._refusal("negative")
        if minutes > self.longest:
            raise self._refusal("too_long")
        if minutes != round(minutes, 6):
            raise self._refusal("too_fine")
        return timedelta(microseconds=int(minutes * 60_000_000))

    def _refusal(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)


class PortField(forms.IntegerField):
    """A TCP port; the model says which numbers are ports."""

    default_error_messages = {
        "required": "Give the port of the naming service, usually 9999.",
        "invalid": "This is not a port. Give a number from 1 to 65535, usually 9999.",
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(**options)
