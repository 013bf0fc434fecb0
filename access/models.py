"""Users of the console, and their attempts to sign in."""

from typing import Any

import simple_history
from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from simple_history.models import HistoricalRecords

# Written by Django at a sign-in, the password when it hashes it anew; and how the person wants pages to look.
MOMENTARY = ({"last_login"}, {"password"}, {"preferences"})


class PeopleRecords(HistoricalRecords):  # type: ignore[misc]  # it comes without types
    """The history of people: what was done to them, not that they signed in."""

    def post_save(self, instance: Any, created: bool, using: Any = None, **options: Any) -> None:
        if set(options.get("update_fields") or ()) not in MOMENTARY:
            super().post_save(instance, created, using=using, **options)


class User(AbstractUser):
    """A person; what they may do follows from their roles, which are Django's groups."""

    preferences = models.JSONField(
        default=dict, blank=True, editable=False, help_text="How the person wants pages to look; common.preferences."
    )

    history = PeopleRecords(
        excluded_fields=["password", "last_login", "preferences"], m2m_fields=["groups", "user_permissions"]
    )

    class Meta(AbstractUser.Meta):
        permissions = [("use_admin", "Can enter the Django admin")]


simple_history.register(Group, app="access", m2m_fields=["permissions"])


class SignIn(models.Model):
    """An attempt to sign in; written by access.signins alone."""

    class Outcome(models.TextChoices):
        """What came of it."""

        SUCCEEDED = "succeeded", "Signed in"
        FAILED = "failed", "Failed"
        HELD_BACK = "held_back", "Held back: too many failed before"

    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    username = models.CharField(max_length=150, blank=True, help_text="Empty when no such person exists.")
    account = models.CharField(max_length=64, help_text="Keyed digest of what was typed as the user name.")
    address = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=64, blank=True, help_text="What is counted as one place.")
    outcome = models.CharField(max_length=9, choices=Outcome)
    request_id = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ()  # shown in the audit trail, which has a permission of its own
        indexes = [
            # Every attempt counts the ones before it.
            models.Index(fields=["account", "at"], name="sign_in_account_at"),
            models.Index(fields=["source", "at"], name="sign_in_source_at"),
            models.Index(fields=["at"], name="sign_in_at"),
        ]

    def __str__(self) -> str:
        return f"{self.username or 'somebody unknown'}: {self.get_outcome_display()}"
