"""Where domains stand, and the waits of outages."""

from django.db import models
from django.db.models import Q

from appservers.models import Domain, Role
from failover.decision import Code, State
from failover.models.choices import Ending, codes, reasons, states

LOUD = (State.HELD.value, State.EXPOSED.value, State.COUNTING_DOWN.value, State.CONFIRMING.value)
STANDBY_AMISS = (Code.STANDBY_DOWN.value, Code.STANDBY_UNKNOWN.value)
AMISS = Q(state__in=LOUD) | Q(code__in=[*STANDBY_AMISS, Code.NOT_JUDGED.value])


class Standing(models.Model):
    """Where a domain stands now: the leading monitor's latest decision."""

    domain = models.OneToOneField(Domain, on_delete=models.CASCADE, related_name="standing")
    state = models.CharField(max_length=16, choices=states, default=State.UNKNOWN.value)
    code = models.CharField(max_length=32, choices=codes)
    sentence = models.TextField()
    forecast = models.TextField(blank=True)
    since = models.DateTimeField(help_text="When it came to this state.")
    switch_at = models.DateTimeField(null=True, help_text="When the switch is due, while a countdown runs.")
    told = models.CharField(
        max_length=16, blank=True, default="", db_default="", help_text="What subscribers were last told is wrong."
    )

    class Meta:
        indexes = [
            # The list puts first what may need a person, few of many, and filters by state.
            models.Index(fields=["domain"], condition=AMISS, name="standing_amiss"),
            models.Index(fields=["state"], name="standing_state"),
        ]

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
