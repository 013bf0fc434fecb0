"""Who is told of what happens, and the outbox: each notice from the transaction of its event until it is delivered."""

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator, validate_email
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from appservers.fields import PlainField
from appservers.models import NO_CONTROLS, Domain
from common.distinct import Distinct
from failover import webaddress
from failover.news import Kind


def kinds() -> list[tuple[str, str]]:
    """What the outbox may hold."""
    return [(kind.value, kind.label) for kind in Kind if kind is not Kind.TEST]


class Channel(models.TextChoices):
    """How a subscriber is reached."""

    WEBHOOK = "webhook", "Webhook"
    EMAIL = "email", "E-mail"


class Subscriber(Distinct):
    """Somebody, or something, that wants to be told."""

    identity = ("name",)
    typed = ("name",)

    name = PlainField(
        "Name",
        max_length=100,
        validators=[RegexValidator(NO_CONTROLS, "Remove the line breaks and control characters.")],
        error_messages={"blank": "Give the subscriber a name."},
        help_text="How people call it, for example “Shift desk”.",
    )
    channel = models.CharField(
        "Reached by",
        max_length=8,
        choices=Channel,
        default=Channel.WEBHOOK,
        help_text="A webhook gets a signed POST. How it is reached cannot change later.",
    )
    address = models.CharField(
        "Address",
        max_length=webaddress.LONGEST,
        error_messages={"blank": "Give the URL of the webhook, or the e-mail address."},
        help_text=f"The URL, for example {webaddress.EXAMPLE}, or the e-mail address. Whoever may look sees it.",
    )
    secret = models.CharField(max_length=64, blank=True, editable=False)
    enabled = models.BooleanField(
        "Enabled", default=True, help_text="While it is off nothing new is kept for it, and what waits stays waiting."
    )
    tell_switched = models.BooleanField("Switched", default=True, help_text="The other server became active.")
    tell_held = models.BooleanField(
        "Held", default=True, help_text="A domain must switch and cannot, because the standby is down, for example."
    )
    tell_exposed = models.BooleanField("Exposed", default=True, help_text="The only server of a domain is down.")
    tell_recovered = models.BooleanField(
        "Recovered", default=True, help_text="A domain that was held or exposed is well again."
    )
    tell_monitor_gone = models.BooleanField(
        "Monitor gone", default=True, help_text="A monitor fell silent, and another one noticed."
    )
    all_domains = models.BooleanField("All domains", default=True, help_text="Also those that are defined later.")
    domains = models.ManyToManyField(
        Domain,
        verbose_name="Chosen domains",
        blank=True,
        related_name="+",
        help_text="Counts while “All domains” is off.",
    )

    history = HistoricalRecords(excluded_fields=["secret"], m2m_fields=[domains])

    class Meta:
        verbose_name = "subscriber"
        ordering = ["name"]
        constraints = [
            # People tell subscribers apart by their names.
            models.UniqueConstraint(fields=["name"], name="subscriber_name_unique"),
            # The deliverer relies on it: every webhook can be signed.
            models.CheckConstraint(
                condition=(Q(channel=Channel.WEBHOOK) & ~Q(secret="")) | Q(channel=Channel.EMAIL, secret=""),
                name="subscriber_webhook_has_a_secret",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def taken(self) -> str:
        return f"A subscriber “{self.name}” exists already. Choose another name."

    def clean(self) -> None:
        super().clean()
        if not self.address.strip():
            return  # the field itself says that it is missing
        try:
            if self.channel == Channel.WEBHOOK:
                self.address = webaddress.cleaned(self.address)
            elif self.channel == Channel.EMAIL:
                self.address = self.address.strip()
                validate_email(self.address)
        except ValueError as wrong:
            raise ValidationError({"address": str(wrong)}) from wrong
        except ValidationError as wrong:
            raise ValidationError({"address": "Give one e-mail address, for example shift@corp.example."}) from wrong

    @property
    def signs(self) -> bool:
        """Whether what is sent to it is signed."""
        return self.channel == Channel.WEBHOOK

    @property
    def told_of(self) -> list[str]:
        """What it wants to hear, in people's words."""
        return [kind.label for kind in Kind if kind is not Kind.TEST and self.hears(kind)]

    def hears(self, kind: Kind) -> bool:
        """Whether it wants this kind."""
        return bool(getattr(self, f"tell_{kind.value}"))


class Notice(models.Model):
    """One event for one subscriber. Written with the event; the rest is the deliverer's.

    `sequence` is given when it is first sent, in the order of sending. Rows that are sent together share `parcel`,
    which stays the same over all tries, so that the receiver can tell a repetition. `claimed_until` of the first row
    that waits is the claim on all that waits for the subscriber.
    """

    # Without a constraint: a switch neither waits for nor fails over a subscriber that is being deleted.
    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="notices", db_constraint=False)
    kind = models.CharField(max_length=16, choices=kinds)
    domain = models.ForeignKey(Domain, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices")
    domain_name = models.CharField(max_length=100, blank=True)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField()
    sequence = models.PositiveBigIntegerField(null=True, blank=True)
    parcel = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # Two that deliver at once do not give one number twice.
            models.UniqueConstraint(fields=["subscriber", "sequence"], name="notice_sequence_unique"),
            models.CheckConstraint(condition=Q(delivered_at=None) | Q(dead_at=None), name="notice_delivered_or_dead"),
        ]
        indexes = [
            # The deliverer asks every second who has something waiting, and for the first of each.
            models.Index(
                F("subscriber"), F("sequence"), condition=Q(delivered_at=None, dead_at=None), name="notice_waiting"
            ),
            # The clean-up asks for the oldest.
            models.Index(fields=["created_at"], name="notice_created_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.domain_name or 'the installation'} for {self.subscriber_id}"

    @property
    def subject(self) -> str:
        """What it says, in one line."""
        return str(self.payload["data"]["subject"])
