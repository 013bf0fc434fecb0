"""Sign-in, in our words."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest


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
