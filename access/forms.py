"""Sign-in, in our words."""

from datetime import timedelta
from math import ceil
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from access import signins
from access.models import SignIn
from common.requests import client_address

TOO_MANY = "Too many sign-ins failed. Wait {}, then try again."


class SignInForm(AuthenticationForm):
    """User name and password; never says which of the two is wrong, nor whether the user exists."""

    error_messages = {
        "invalid_login": "User name or password is wrong. Mind capital letters, then try again.",
        "inactive": "This account is switched off. Ask an administrator to switch it on.",
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **options: Any) -> None:
        super().__init__(request, *args, **options)
        username, password = self.fields["username"], self.fields["password"]
        username.label, password.label = "User name", "Password"
        username.error_messages["required"] = "Give your user name."
        password.error_messages["required"] = "Give your password."
        username.widget.attrs.pop("maxlength", None)

    def clean(self) -> dict[str, Any]:
        """Look at the password, unless too many were wrong lately; says the same whether or not the user exists."""
        name, password = (self.cleaned_data.get(field) for field in ("username", "password"))
        if not name or not password:
            return self.cleaned_data
        now = timezone.now()
        attempt = signins.begin(name=name, address=client_address(self.request) if self.request else "", now=now)
        if attempt.outcome == SignIn.Outcome.HELD_BACK:
            raise ValidationError(TOO_MANY.format(_wait(signins.wait(attempt, now))), code="held_back")
        cleaned: dict[str, Any] = super().clean()
        signins.succeeded(attempt)
        return cleaned


def _wait(duration: timedelta) -> str:
    """Rounded up, so that nobody comes too early."""
    seconds = ceil(duration.total_seconds())
    return f"{ceil(seconds / 60)} min" if seconds > 60 else f"{seconds} s"
