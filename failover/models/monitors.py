"""Who watches: the monitors, what they publish, and the lease."""

from django.db import models
from django.db.models import Q

from appservers.models import ApplicationServer
from failover.conf import LATE
from failover.models.choices import statuses


class Monitor(models.Model):
    """A monitor process, its latest sign of life, and how far what it publishes can be relied on.

    `seq` grows with each publication; `revision` is that of the configuration it has read; once it is `ready` it has
    judged every server, and a server without a Finding is up. `uptime` are seconds by its own monotonic clock: what a
    count that runs grew since its Finding was written, whoever reads it and however late.
    """

    identity = models.CharField(max_length=120, unique=True)
    version = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    leads = models.BooleanField(default=False)
    servers = models.PositiveIntegerField("servers watched", default=0)
    lateness = models.FloatField("lateness of the latest checks, s", default=0)
    seq = models.PositiveBigIntegerField(default=0)
    revision = models.PositiveBigIntegerField(default=0)
    ready = models.BooleanField(default=False)
    uptime = models.FloatField("seconds since it started", default=0, db_default=0)
    stopped_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(
        "silence noticed", null=True, blank=True, help_text="When subscribers were told that it fell silent."
    )

    class Meta:
        ordering = ["-heartbeat_at"]

    def __str__(self) -> str:
        return self.identity

    @property
    def late(self) -> bool:
        """Whether its checks start so late that people should know."""
        return self.lateness > LATE


class Finding(models.Model):
    """What a monitor finds amiss: a server that it does not see up, and how much of an outage it has counted."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="findings")
    server = models.ForeignKey(ApplicationServer, on_delete=models.CASCADE, related_name="+")
    configuration = models.PositiveBigIntegerField()
    status = models.CharField(max_length=16, choices=statuses)
    counted = models.FloatField("seconds of outage when it was published")
    counting = models.BooleanField(help_text="Whether the seconds grow.")
    uptime = models.FloatField("that of the monitor when it was published", default=0, db_default=0)
    published_at = models.DateTimeField(help_text="By the monitor's own clock; only its successor reads it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["monitor", "server"], name="finding_one_a_server")]

    def __str__(self) -> str:
        return f"{self.monitor}: {self.server} {self.status}"


class NameTrouble(models.Model):
    """A host name that a monitor fails to resolve, and the old addresses that stay in use meanwhile."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="name_troubles")
    host = models.CharField(max_length=255)
    reason = models.TextField()
    addresses = models.TextField(blank=True, help_text="Empty: the server cannot be checked.")
    since = models.DateTimeField()

    class Meta:
        ordering = ["host", "pk"]
        constraints = [models.UniqueConstraint(fields=["monitor", "host"], name="name_trouble_one_a_host")]

    def __str__(self) -> str:
        return f"{self.host}: {self.reason}"

    @property
    def sentence(self) -> str:
        """What does not work, why, and what that means for the checks."""
        meanwhile = (
            f"its last good addresses stay in use: {self.addresses}" if self.addresses else "it cannot be checked"
        )
        return f"{self.host} does not resolve ({self.reason}); {meanwhile}."


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
