"""What the monitor knows and did: health now, countdowns, switches, refusals, monitors and the lease."""

import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from appservers.models import ApplicationServer, Domain, Role
from failover.conf import LATE
from failover.decision import Code, State
from failover.health import Status
from failover.observation import Reason


def named(choices: type) -> list[tuple[str, str]]:
    """A StrEnum of the pure core as choices."""
    return [(choice.value, choice.value.replace("_", " ").capitalize()) for choice in choices]  # type: ignore[attr-defined]


def statuses() -> list[tuple[str, str]]:
    return named(Status)


def states() -> list[tuple[str, str]]:
    return named(State)


def codes() -> list[tuple[str, str]]:
    return named(Code)


def reasons() -> list[tuple[str, str]]:
    return named(Reason)


class Cause(models.TextChoices):
    """What led to a switch."""

    AUTOMATIC = "automatic", "Automatic failover"
    MANUAL = "manual", "Manual failover"
    FAILBACK = "failback", "Fail-back"


class Ending(models.TextChoices):
    """How a countdown ended; every one ends in one of these ways."""

    SWITCHED = "switched", "Switched"
    SWITCHED_BY_HAND = "switched_by_hand", "Switched by hand"
    RECOVERED = "recovered", "Recovered"
    SERVER_CHANGED = "server_changed", "The active server was edited"
    STANDBY_REMOVED = "standby_removed", "The standby was removed"
    DOMAIN_DELETED = "domain_deleted", "The domain was deleted"
    MONITOR_CHANGED = "monitor_changed", "Another monitor leads, or it was restarted, and counts anew"


class ServerHealth(models.Model):
    """Health of a server now, by the leading monitor."""

    server = models.OneToOneField(ApplicationServer, on_delete=models.CASCADE, related_name="health")
    status = models.CharField(max_length=16, choices=statuses, default=Status.UNKNOWN.value)
    since = models.DateTimeField(help_text="When it took this status.")
    checked_at = models.DateTimeField(
        null=True, help_text="When a check last gave evidence; written every few seconds."
    )
    reason = models.CharField(max_length=32, choices=reasons, blank=True)
    latency = models.FloatField("latency, ms", null=True)
    failures = models.PositiveIntegerField("failed checks in a row", default=0)

    class Meta:
        verbose_name_plural = "server health"

    def __str__(self) -> str:
        return f"{self.server}: {self.status}"


class Standing(models.Model):
    """Where a domain stands now: the leading monitor's latest decision."""

    domain = models.OneToOneField(Domain, on_delete=models.CASCADE, related_name="standing")
    state = models.CharField(max_length=16, choices=states, default=State.UNKNOWN.value)
    code = models.CharField(max_length=32, choices=codes)
    sentence = models.TextField()
    forecast = models.TextField(blank=True)
    since = models.DateTimeField(help_text="When it came to this state.")
    switch_at = models.DateTimeField(null=True, help_text="When the switch is due, while a countdown runs.")

    def __str__(self) -> str:
        return f"{self.domain}: {self.state}"


class Countdown(models.Model):
    """The wait of one outage of an active server; open until `ended_at` is set."""

    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="countdowns")
    domain_name = models.CharField(max_length=100)
    role = models.CharField("server that is out", max_length=9, choices=Role)
    epoch = models.PositiveBigIntegerField()
    reason = models.CharField(max_length=32, choices=reasons, blank=True)
    outage_at = models.DateTimeField("first failed check")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField("switch due")
    held_at = models.DateTimeField(null=True, blank=True)
    held_sentence = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=32, choices=Ending, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            # The monitor relies on it: a domain has one running wait.
            models.UniqueConstraint(fields=["domain"], condition=Q(ended_at=None), name="countdown_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | (~Q(ended_at=None) & ~Q(ending="")),
                name="countdown_ends_with_a_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain_name}, {self.started_at:%Y-%m-%d %H:%M:%S}"


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

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.domain_name}: {self.code}"


class Monitor(models.Model):
    """A monitor process and its latest sign of life."""

    identity = models.CharField(max_length=120, unique=True)
    version = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    leads = models.BooleanField(default=False)
    servers = models.PositiveIntegerField("servers watched", default=0)
    lateness = models.FloatField("lateness of the latest checks, s", default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-heartbeat_at"]

    def __str__(self) -> str:
        return self.identity

    @property
    def late(self) -> bool:
        """Whether its checks start so late that people should know."""
        return self.lateness > LATE


class Lease(models.Model):
    """Who may switch: one row, never deleted, its term never reset. FAILOVER.md section 5."""

    ONLY = 1

    holder = models.CharField(max_length=120, blank=True)
    term = models.PositiveBigIntegerField(default=0)
    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="lease_only_one_row")]

    def __str__(self) -> str:
        return f"term {self.term} of {self.holder or 'nobody'}"
