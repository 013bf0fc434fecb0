"""A domain and its application servers: what an administrator configures, and who is active."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from appservers.fields import FoldedField, HostField, HostPortField, PlainField, fold
from appservers.hosts import HOST_PORT_SQL, HOST_SQL

DEFAULT_PORT = 9999
LONGEST_INTERVAL = timedelta(days=1)
LONGEST_KEY = 400
NOT_NEGATIVE = "An interval cannot be negative. 0 switches as soon as the outage is confirmed."
# C0 and C1 controls, line and paragraph separators, and the marks that turn the direction of what follows a name.
NO_CONTROLS = r"\A[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*\Z"

KEY_SQL = r"\A[!-~]([ -~]{0,62}[!-~])?\Z"


class Role(models.TextChoices):
    """What a server is by configuration; active or standby is what it does now."""

    PRIMARY = "primary", "Primary"
    SECONDARY = "secondary", "Secondary"

    @property
    def other(self) -> "Role":
        return Role.SECONDARY if self is Role.PRIMARY else Role.PRIMARY


def name_taken(name: str) -> str:
    """The sentence for whoever wants a name that a domain has."""
    return f"A domain “{name}” exists already. Choose another name."


class ProbeKind(models.TextChoices):
    """What "the server is up" is judged by."""

    TCP = "tcp", "Connection only (TCP)"
    GIOP = "giop", "Answer of the naming service (GIOP)"


class UnmatchedCalls(models.TextChoices):
    """What an inbound call gets in an emergency when no dial rule matches its number."""

    PROCEED = "proceed", "Proceed as usual"
    REJECT = "reject", "Are rejected"


def check_key(typed: str, key: str) -> None:
    """Whether a name that was typed shows, and its key fits. Raises ValidationError."""
    if typed and not key:
        raise ValidationError({"name": "Nothing of this name is visible. Give a name that people can read."})
    if len(key) > LONGEST_KEY:  # a few letters stand for up to 18
        raise ValidationError({"name": "Shorten the name."})


class Domain(models.Model):
    """One installation: a primary application server and perhaps a secondary one.

    `active_role` and `epoch` change in services.make_active alone, `emergency` in services.declare_emergency and
    end_emergency. `active_role` is empty only inside the transaction that deletes the domain, which tells the database
    that the active server may go.
    """

    name = PlainField(
        "Name",
        max_length=100,
        validators=[RegexValidator(NO_CONTROLS, "Remove the line breaks and control characters.")],
        error_messages={"blank": "Give the domain a name.", "max_length": "Shorten the name to 100 characters."},
        help_text="How people call this installation, for example “Budapest East”. Unique; capitals do not count.",
    )
    name_key = FoldedField(source="name", max_length=LONGEST_KEY)
    slug = models.SlugField(max_length=110, editable=False)
    auto_failover_interval = models.DurationField(
        "Auto-Failover Interval",
        default=timedelta(minutes=2),
        validators=[
            MinValueValidator(timedelta(0), NOT_NEGATIVE),
            MaxValueValidator(LONGEST_INTERVAL, "The longest interval is 1440 minutes (one day). Give less."),
        ],
        help_text="Minutes the active server's naming service must be out before the other server becomes active. "
        "Fractions are allowed: 0.5 is half a minute. 0 switches as soon as the outage is confirmed.",
    )
    outsource = models.BooleanField(
        "Outsource",
        default=False,
        help_text="The domain is exposed to the Internet through proxies in a DMZ. "
        "Each server then needs a Public Web FQDN.",
    )
    emergency = models.BooleanField(
        "Emergency",
        default=False,
        editable=False,
        help_text="In an emergency the domain makes no outbound calls and diverts inbound ones by its dial rules.",
    )
    unmatched_calls = models.CharField(
        "Inbound calls without a dial rule",
        max_length=8,
        choices=UnmatchedCalls,
        default=UnmatchedCalls.PROCEED,
        help_text="What becomes of inbound calls in an emergency when no dial rule matches their number.",
    )
    unique_anonymous = models.BooleanField(
        "Unique Anonymous",
        default=False,
        help_text="Every contact without a caller number gets an identifier of its own; otherwise they share one.",
    )
    probe_kind = models.CharField(
        "Health check",
        max_length=8,
        choices=ProbeKind,
        default=ProbeKind.TCP,
        help_text="Connection only: the server is up when it accepts a connection, which a naming service that hangs "
        "still does. Answer of the naming service: it is asked, and must answer. Test now shows which fits.",
    )
    object_key = models.CharField(
        "Object key",
        max_length=64,
        default="NameService",
        validators=[RegexValidator(KEY_SQL, "Use 1 to 64 printable ASCII characters without blanks at the ends.")],
        error_messages={"blank": "Give the object key; it is NameService unless it was changed."},
        help_text="The key under which the naming service is asked for its answer; NameService unless it was changed. "
        "A check of the connection only does not use it.",
    )
    automatic_failover = models.BooleanField(
        "Automatic failover",
        default=True,
        help_text="When the active server is out for the interval, make the other one active without asking anybody. "
        "Turned off, outages are counted and shown, and people switch by hand.",
    )
    automatic_turned_at = models.DateTimeField(null=True, blank=True, editable=False)
    active_role = models.CharField(
        "active", max_length=9, choices=Role, default=Role.PRIMARY, blank=True, editable=False
    )
    epoch = models.PositiveBigIntegerField(default=0, editable=False)
    revision = models.PositiveBigIntegerField(default=1, editable=False)

    history = HistoricalRecords(excluded_fields=["active_role", "epoch", "automatic_turned_at"])

    class Meta:
        ordering = ["name_key"]
        permissions = [
            ("switch_domain", "Can make the other server of a domain active"),
            ("declare_emergency", "Can declare an emergency of a domain and end it"),
        ]
        # The list puts emergencies, few of many, before what is well.
        indexes = [models.Index(fields=["name_key"], condition=Q(emergency=True), name="domain_in_emergency")]
        constraints = [
            models.UniqueConstraint(fields=["name_key"], name="domain_name_unique"),
            models.UniqueConstraint(fields=["slug"], name="domain_slug_unique"),
            models.CheckConstraint(condition=~Q(name_key=""), name="domain_name_given"),
            models.CheckConstraint(
                condition=Q(auto_failover_interval__gte=timedelta(0)) & Q(auto_failover_interval__lte=LONGEST_INTERVAL),
                name="domain_interval_range",
            ),
            models.CheckConstraint(condition=Q(probe_kind__in=ProbeKind.values), name="domain_probe_kind_known"),
            models.CheckConstraint(condition=Q(object_key__regex=KEY_SQL), name="domain_object_key_valid"),
            models.CheckConstraint(condition=Q(active_role__in=["", *Role.values]), name="domain_active_role_known"),
            models.CheckConstraint(
                condition=Q(unmatched_calls__in=UnmatchedCalls.values), name="domain_unmatched_calls_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return str(reverse("appservers:detail", args=[self.slug]))

    def clean(self) -> None:
        self.name = " ".join(self.name.split())
        key = fold(self.name)
        if self.name and not key:
            raise ValidationError({"name": "Nothing of this name shows. Give the domain a name that people can read."})
        if len(key) > LONGEST_KEY:  # a few letters stand for up to 18
            raise ValidationError({"name": "Shorten the name."})
        same = Domain.objects.filter(name_key=key).exclude(pk=self.pk).first()
        if same is not None:
            raise ValidationError({"name": name_taken(same.name)})


class ApplicationServer(models.Model):
    """The primary or the secondary application server of a domain.

    `configuration` grows with every change of the probed endpoint, so that results of an older one are told apart.
    """

    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="servers")
    role = models.CharField(max_length=9, choices=Role)
    server_fqdn = HostField(
        "Server FQDN",
        max_length=253,
        error_messages={"blank": "Give the server's host name.", "required": "Give the server's host name."},
        help_text="Host name of the server's naming service, for example ce-a.corp.example. "
        "An IPv4 address or an IPv6 address in brackets works too.",
    )
    server_port = models.IntegerField(
        "Server Port",
        default=DEFAULT_PORT,
        validators=[
            MinValueValidator(1, "A port is a number from 1 to 65535."),
            MaxValueValidator(65535, "A port is a number from 1 to 65535."),
        ],
        help_text="TCP port of the naming service; 9999 unless it was moved.",
    )
    private_web_fqdn = HostPortField(
        "Private Web FQDN",
        max_length=259,
        blank=True,
        help_text="Where browsers and agents inside the company reach the server's web pages: name or name:port.",
    )
    public_web_fqdn = HostPortField(
        "Public Web FQDN",
        max_length=259,
        blank=True,
        help_text="Where they reach it from the Internet: name or name:port. Needed when Outsource is on.",
    )
    configuration = models.PositiveBigIntegerField(default=1, editable=False)

    history = HistoricalRecords()

    class Meta:
        ordering = ["domain", "role"]
        constraints = [
            models.UniqueConstraint(fields=["domain", "role"], name="server_role_unique"),
            models.UniqueConstraint(fields=["domain", "server_fqdn", "server_port"], name="server_endpoint_unique"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="server_role_known"),
            models.CheckConstraint(condition=Q(server_port__range=(1, 65535)), name="server_port_range"),
            models.CheckConstraint(condition=Q(server_fqdn__regex=HOST_SQL), name="server_fqdn_valid"),
            models.CheckConstraint(
                condition=Q(private_web_fqdn="") | Q(private_web_fqdn__regex=HOST_PORT_SQL),
                name="server_private_web_valid",
            ),
            models.CheckConstraint(
                condition=Q(public_web_fqdn="") | Q(public_web_fqdn__regex=HOST_PORT_SQL),
                name="server_public_web_valid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} of {self.domain}"

    @property
    def endpoint(self) -> str:
        """The naming service as host:port."""
        return f"{self.server_fqdn}:{self.server_port}"


class Revision(models.Model):
    """One number that grows with every write of a domain or a server, whoever writes it; triggers.py sees to that.

    Whoever keeps a copy of the configuration reads it anew when the number differs.
    """

    ONLY = 1

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="revision_only_one_row")]

    def __str__(self) -> str:
        return str(self.number)


class Emergency(models.Model):
    """One emergency of a domain, from its declaration to its end. Keeps the name of a domain that is deleted."""

    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="emergencies")
    domain_name = models.CharField(max_length=100)
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    declared_by_name = models.CharField(max_length=150)
    reason = models.TextField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_by_name = models.CharField(max_length=150, blank=True)
    end_reason = models.TextField("reason of the end", blank=True)

    class Meta:
        verbose_name_plural = "emergencies"
        ordering = ["-declared_at", "-pk"]
        constraints = [
            # The banner and the end of an emergency rely on it: a domain has one at a time.
            models.UniqueConstraint(fields=["domain"], condition=Q(ended_at=None), name="emergency_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by_name="") | (~Q(ended_at=None) & ~Q(ended_by_name="")),
                name="emergency_ends_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain_name}, {self.declared_at:%Y-%m-%d %H:%M:%S}"
