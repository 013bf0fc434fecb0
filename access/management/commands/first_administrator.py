"""manage.py first_administrator: make the first administrator of an installation that has none."""

import os
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from access.models import User

DEFAULT_NAME = "admin"


class Command(BaseCommand):
    help = (
        "Make an administrator unless there is one. DJANGO_SUPERUSER_USERNAME (default: admin) names the user, "
        "DJANGO_SUPERUSER_PASSWORD holds the password; without it one is made up and printed this once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        name = os.environ.get("DJANGO_SUPERUSER_USERNAME", "").strip() or DEFAULT_NAME
        given = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
        password = given or secrets.token_urlsafe(12)
        with transaction.atomic():
            if User.objects.filter(is_superuser=True).exists():
                return
            create(name, password)
        shown = "the password in DJANGO_SUPERUSER_PASSWORD" if given else f"password {password} (shown only this once)"
        self.stdout.write(f"First administrator: user {name}, {shown}")


def create(name: str, password: str) -> None:
    """Make the administrator; raises CommandError with a sentence when the name does not do."""
    if User.objects.filter(username=name).exists():
        raise CommandError(
            f"The user “{name}” exists and is not an administrator. Set DJANGO_SUPERUSER_USERNAME to another name."
        )
    user = User(username=name, is_staff=True, is_superuser=True)
    user.set_password(password)
    try:
        user.clean_fields()
    except ValidationError as error:
        raise CommandError(f"DJANGO_SUPERUSER_USERNAME does not do: {' '.join(error.messages)}") from error
    user.save()
