"""Alarms, raised and cleared by the leading monitor; certificates as last seen; when alarms were last looked at."""

from django.db import models
from django.db.models import Q

from alarms.kinds import HINTS, LOOKS, Hint, Kind, Priority
from appservers.models import Domain
from common.status import Look


def kinds() -> list[tuple[str, str]]:
    return Kind.choices


class Alarm(models.Model):
    """Something amiss with one subject; active until `cleared_at` is set. It keeps the name of a deleted domain."""

    kind = models.CharField(max_length=24, choices=kinds)
    subject = models.CharField(max_length=260, help_text="What tells alarms of one kind apart.")
    priority = models.PositiveSmallIntegerField(choices=Priority)
    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="alarms")
    domain_name = models.CharField(max_length=100, blank=True)
    sentence = models.TextField()
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    note = models.TextField(blank=True)
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        constraints = [
            # Two monitors that both believe to lead rely on it: the same alarm is raised once.
            models.UniqueConstraint(fields=["kind", "subject"], condition=Q(cleared_at=None), name="alarm_one_active"),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by="") | (~Q(acknowledged_at=None) & ~Q(note="")),
                name="alarm_acknowledged_with_a_note",
            ),
        ]
        indexes = [
            # The side bar counts what is active; history is read and forgotten by its end.
            models.Index(fields=["priority", "raised_at"], condition=Q(cleared_at=None), name="alarm_active"),
            models.Index(fields=["cleared_at"], name="alarm_cleared_at"),
        ]
        permissions = [("acknowledge_alarm", "Can acknowledge alarms")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.domain_name or self.subject}"

    @property
    def hint(self) -> Hint:
        return HINTS[Kind(self.kind)]

    @property
    def look(self) -> Look:
        return LOOKS[Priority(self.priority)]


class Watch(models.Model):
    """When a leading monitor last looked for alarms: one row, so that its successor knows how long nobody did."""

    ONLY = 1

    looked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "watch"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="alarm_watch_only_one_row")]

    def __str__(self) -> str:
        return f"{self.looked_at:%Y-%m-%d %H:%M:%S}"


class Certificate(models.Model):
    """The TLS certificate that a web FQDN last showed."""

    endpoint = models.CharField(max_length=259, unique=True)
    expires_at = models.DateTimeField(null=True, help_text="Empty: none was ever seen.")
    error = models.TextField(blank=True, help_text="Why the latest look saw none.")
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["endpoint"]

    def __str__(self) -> str:
        return self.endpoint
