"""What people said, or must say, about domains: pauses, holds and scheduled switches."""

from django.db import models
from django.db.models import F, Q

from appservers.models import Domain, Role
from failover.models.choices import HoldKind, Outcome


class Pause(models.Model):
    """Automatic switching of a domain suspended by a person; open until `ended_at` is set."""

    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="pauses")
    domain_name = models.CharField(max_length=100)
    reason = models.TextField()
    actor_name = models.CharField("paused by", max_length=150)
    started_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="Empty: until somebody resumes it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True, help_text="Empty: it ended at its time.")
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)
    end_request_id = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["domain"], condition=Q(ended_at=None), name="pause_one_open"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("started_at")), name="pause_until_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain_name}, paused {self.started_at:%Y-%m-%d %H:%M:%S}"


class Hold(models.Model):
    """Something that keeps a domain from switching by itself until a person clears it."""

    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="holds")
    domain_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=HoldKind)
    sentence = models.TextField()
    since = models.DateTimeField()
    seen_epoch = models.PositiveBigIntegerField(help_text="The highest epoch that was seen.")
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.CharField(max_length=150, blank=True)
    note = models.TextField(blank=True, help_text="What the person who cleared it found.")
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["domain", "kind"], condition=Q(cleared_at=None), name="hold_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.domain_name}: {self.get_kind_display()}"


class ScheduledSwitch(models.Model):
    """A switch that a person wants made later, within a window, if the server to become active is up."""

    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="schedules")
    domain_name = models.CharField(max_length=100)
    to_role = models.CharField(max_length=9, choices=Role)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    nightly = models.BooleanField(default=False, help_text="Tried in the same window of every day until it is made.")
    reason = models.TextField()
    actor_name = models.CharField("scheduled by", max_length=150)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    sentence = models.TextField(blank=True)
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ["opens_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["domain"], condition=Q(done_at=None), name="scheduled_switch_one_open"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="scheduled_switch_window_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.domain_name} to {self.to_role}, {self.opens_at:%Y-%m-%d %H:%M}"
