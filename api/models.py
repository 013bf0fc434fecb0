"""Tokens of the HTTP API."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from appservers.fields import PlainField
from appservers.models import NO_CONTROLS

SCOPES_SQL = r"\A(components|components reports|reports)\Z"


class ApiToken(models.Model):
    """A token: its digest, never the token. Rows stay when a token is revoked, as the record of who had what."""

    name = PlainField(
        "Name",
        max_length=100,
        validators=[RegexValidator(NO_CONTROLS, "Remove the line breaks and control characters.")],
        error_messages={"blank": "Give the token a name.", "max_length": "Shorten the name to 100 characters."},
        help_text="Who uses it and for what, for example “Agents in Szeged”.",
    )
    prefix = models.CharField(max_length=8, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by_name = models.CharField(max_length=150)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by_name = models.CharField(max_length=150, blank=True)
    request_id = models.CharField(max_length=32, default="", db_default="", blank=True, editable=False)
    revoke_request_id = models.CharField(max_length=32, default="", db_default="", blank=True, editable=False)

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at", "-pk"]
        constraints = [
            # Every request finds its token by the digest; people name one by the prefix.
            models.UniqueConstraint(fields=["digest"], name="api_token_digest_unique"),
            models.UniqueConstraint(fields=["prefix"], name="api_token_prefix_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="api_token_name_given"),
            models.CheckConstraint(condition=Q(scopes__regex=SCOPES_SQL), name="api_token_scopes_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def usable(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and not self.expired
