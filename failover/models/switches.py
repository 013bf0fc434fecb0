"""The switches that were made, and those that were refused."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from appservers.models import Domain, Role
from failover.models.choices import Cause


class SwitchEvent(models.Model):
    """One switch, written in its transaction; never changed. Keeps the name of a domain that is deleted."""

    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="switches")
    domain_name = models.CharField(max_length=100)
    epoch = models.PositiveBigIntegerField(help_text="The epoch that this switch began.")
    from_role = models.CharField(max_length=9, choices=Role)
    to_role = models.CharField(max_length=9, choices=Role)
    cause = models.CharField(max_length=16, choices=Cause)
    code = models.CharField(max_length=32)
    sentence = models.TextField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor_name = models.CharField(max_length=150)
    reason = models.TextField(blank=True, help_text="What the person gave as the reason.")
    forced = models.BooleanField(default=False, help_text="Made although the new server was not known to be up.")
    at = models.DateTimeField()
    outage_at = models.DateTimeField("first failed check", null=True, blank=True)
    decision_id = models.UUIDField(default=uuid.uuid4, editable=False)
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    inputs = models.JSONField(encoder=DjangoJSONEncoder, help_text="What the decision was made on.")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            # I1: epoch and events move together; a second event of one epoch is refused.
            models.UniqueConstraint(fields=["domain", "epoch"], name="switch_event_epoch_unique"),
            models.UniqueConstraint(fields=["decision_id"], name="switch_event_decision_unique"),
            models.CheckConstraint(condition=~Q(from_role=F("to_role")), name="switch_event_roles_differ"),
        ]

    def __str__(self) -> str:
        return f"{self.domain_name}, epoch {self.epoch}: {self.get_cause_display()} to {self.get_to_role_display()}"


class SwitchRefusal(models.Model):
    """A switch that was asked for or decided and not made, with the reason."""

    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="refusals")
    domain_name = models.CharField(max_length=100)
    to_role = models.CharField(max_length=9, choices=Role)
    cause = models.CharField(max_length=16, choices=Cause)
    code = models.CharField(max_length=32)
    sentence = models.TextField()
    actor_name = models.CharField(max_length=150)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    inputs = models.JSONField(
        encoder=DjangoJSONEncoder, null=True, blank=True, help_text="What was decided on, if it came so far."
    )

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.domain_name}: {self.code}"
