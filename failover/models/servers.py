"""Health of servers: now, each change of it, and every minute of the checks."""

from django.db import models
from django.db.models import Q

from appservers.models import ApplicationServer
from failover.health import Status
from failover.models.choices import reasons, statuses
from failover.observation import Reason, Verdict

NO_EVIDENCE = [reason.value for reason in Reason if reason.verdict is Verdict.NO_EVIDENCE]
UNCHECKED = Q(status=Status.UNKNOWN.value, reason__in=NO_EVIDENCE)


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
    configuration = models.PositiveBigIntegerField(default=1, help_text="That of the server when it was judged.")

    class Meta:
        verbose_name_plural = "server health"
        # The list looks for servers that cannot be checked: few of many.
        indexes = [models.Index(fields=["server"], condition=UNCHECKED, name="server_health_unchecked")]

    def __str__(self) -> str:
        return f"{self.server}: {self.status}"


class HealthChange(models.Model):
    """A server's verdict changed; append-only, kept for FAILOVER_HISTORY_DAYS."""

    server = models.ForeignKey(
        ApplicationServer, on_delete=models.CASCADE, related_name="health_changes", db_index=False
    )
    status = models.CharField(max_length=16, choices=statuses)
    reason = models.CharField(max_length=32, choices=reasons, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            # The page and the monitor ask for one server's latest, the clean-up for the oldest of all.
            models.Index(fields=["server", "at"], name="health_change_server_at"),
            models.Index(fields=["at"], name="health_change_at"),
        ]

    def __str__(self) -> str:
        return f"{self.server}: {self.status} at {self.at:%Y-%m-%d %H:%M:%S}"


class HealthMonth(models.Model):
    """A month of a server, by the site's calendar: seconds known to be up, down and not known, of what is counted."""

    server = models.ForeignKey(
        ApplicationServer, on_delete=models.CASCADE, related_name="health_months", db_index=False
    )
    month = models.DateField(help_text="Its first day.")
    up = models.PositiveIntegerField(default=0)
    down = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(help_text="What came later is not counted yet.")

    class Meta:
        default_permissions = ()
        constraints = [
            # Two monitors that count the same day rely on it.
            models.UniqueConstraint(fields=["server", "month"], name="health_month_unique"),
        ]
        # The clean-up asks for the oldest of all.
        indexes = [models.Index(fields=["month"], name="health_month_month")]

    def __str__(self) -> str:
        return f"{self.server}: {self.month:%Y-%m}"


class HealthHour(models.Model):
    """An hour of a server's checks, sixty minutes in one value of failover/hours.py; kept for FAILOVER_HISTORY_DAYS."""

    server = models.ForeignKey(ApplicationServer, on_delete=models.CASCADE, related_name="health_hours", db_index=False)
    hour = models.PositiveIntegerField(help_text="Hours since 1970, UTC.")
    minutes = models.BinaryField()

    class Meta:
        constraints = [
            # The monitor relies on it: what it writes again meets the row that is there.
            models.UniqueConstraint(fields=["server", "hour"], name="health_hour_unique"),
        ]
        # The clean-up asks for the oldest of all.
        indexes = [models.Index(fields=["hour"], name="health_hour_hour")]

    def __str__(self) -> str:
        return f"{self.server}: hour {self.hour}"
