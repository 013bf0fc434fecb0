"""Components, which of their versions may connect to a domain, and which do."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from appservers.fields import FoldedField, PlainField
from appservers.models import LONGEST_KEY, NO_CONTROLS, Domain, check_key
from common.distinct import Distinct
from versioncontrol.admission import Mode, Unlisted
from versioncontrol.fields import PatternField, VersionField, VersionKeyField
from versioncontrol.patterns import CANONICAL_SQL, LONGEST, TYPED_SQL, VERSION_SQL

MODES = [(Mode.ENFORCE, "Enforce"), (Mode.WARN, "Warn only")]
UNLISTED = [(Unlisted.ALLOW, "may connect in every version"), (Unlisted.DENY, "may not connect")]


class Component(Distinct):
    """A program on the agents' side, such as the agent application; the catalogue that administrators extend."""

    identity = ("name_key",)
    typed = ("name",)

    name = PlainField(
        "Name",
        max_length=100,
        validators=[RegexValidator(NO_CONTROLS, "Remove the line breaks and control characters.")],
        error_messages={"blank": "Give the component a name.", "max_length": "Shorten the name to 100 characters."},
        help_text="As the program reports itself, for example “Agent Application”. Unique; capitals do not count.",
    )
    name_key = FoldedField(source="name", max_length=LONGEST_KEY, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["name_key"]
        constraints = [
            # The API finds a component by its name in any case.
            models.UniqueConstraint(fields=["name_key"], name="component_name_unique"),
            models.CheckConstraint(condition=~Q(name_key=""), name="component_name_given"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        typed, self.name = self.name, " ".join(self.name.split())
        super().clean()
        check_key(typed, self.name_key)

    def taken(self) -> str:
        return f"A component “{self.name}” exists already. Choose another name."


class VersionRule(Distinct):
    """One pattern of versions of a component that may connect to a domain; rules of a component are alternatives."""

    identity = ("domain", "component", "pattern_key")
    typed = ("component", "pattern")

    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="version_rules")
    component = models.ForeignKey(
        Component,
        verbose_name="Component",
        on_delete=models.PROTECT,
        related_name="version_rules",
        help_text="The program whose versions this rule lets in.",
    )
    pattern = PatternField(
        "Version",
        max_length=LONGEST,
        error_messages={
            "blank": "Give a pattern, for example 10.2.* or 10.3.?.",
            "max_length": f"A pattern has at most {LONGEST} characters. Shorten it.",
        },
        help_text="One version, or a pattern: ? stands for exactly one character, * for any run of characters, "
        "also for none. 10.2.* admits 10.2.7 and not 10.2. Capitals do not count.",
    )
    pattern_key = VersionKeyField("canonical form", source="pattern", max_length=LONGEST, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "version rule"
        ordering = ["domain", "component", "pattern_key"]
        constraints = [
            # Two rules that admit the same versions would have to be deleted both to shut a version out.
            models.UniqueConstraint(fields=["domain", "component", "pattern_key"], name="version_rule_unique"),
            models.CheckConstraint(condition=Q(pattern__regex=TYPED_SQL), name="version_rule_pattern_valid"),
            models.CheckConstraint(
                condition=Q(pattern_key__regex=CANONICAL_SQL) & ~Q(pattern_key__regex=r"[*][*?]"),
                name="version_rule_key_canonical",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.pattern}"

    def taken(self) -> str:
        return (
            f"The rule “{self.pattern}” for {self.component} exists already and admits the same versions. "
            "Give another pattern, or edit that rule."
        )


class VersionPolicy(models.Model):
    """What holds for a domain's components as a whole; a domain without this row has the defaults.

    While the glass is broken nobody is denied, only warned; its end comes by itself.
    """

    typed = ("domain",)  # by which the audit trail names it

    domain = models.OneToOneField(Domain, on_delete=models.CASCADE, related_name="version_policy")
    unlisted = models.CharField("Components without rules", max_length=8, choices=UNLISTED, default=Unlisted.ALLOW)
    break_glass_until = models.DateTimeField(null=True, blank=True)
    break_glass_reason = models.CharField(max_length=200, blank=True)
    break_glass_by = models.CharField(max_length=150, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "version policies"
        constraints = [
            models.CheckConstraint(condition=Q(unlisted__in=list(Unlisted)), name="version_policy_unlisted_known"),
            # Who reads the record later must find why nobody was kept out.
            models.CheckConstraint(
                condition=Q(break_glass_until=None) | ~Q(break_glass_reason=""), name="version_policy_reason_given"
            ),
        ]

    def __str__(self) -> str:
        return f"Version policy of {self.domain}"


class ComponentMode(models.Model):
    """What becomes of a component's versions that no rule admits; without this row they are denied."""

    typed = ("component",)  # by which the audit trail names it

    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="component_modes")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="modes")
    mode = models.CharField(max_length=8, choices=MODES, default=Mode.ENFORCE)
    enforce_at = models.DateTimeField("enforced from", null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "component mode"
        ordering = ["domain", "component"]
        constraints = [
            models.UniqueConstraint(fields=["domain", "component"], name="component_mode_unique"),
            models.CheckConstraint(condition=Q(mode__in=list(Mode)), name="component_mode_known"),
            models.CheckConstraint(condition=Q(mode=Mode.ENFORCE) | Q(enforce_at=None), name="component_mode_date"),
        ]

    def __str__(self) -> str:
        return f"{self.component} in {self.domain}: {self.get_mode_display()}"


class Acknowledgement(models.Model):
    """Warnings that somebody read and set aside; never changed. Keeps the name of a domain that is deleted."""

    domain = models.ForeignKey(Domain, null=True, on_delete=models.SET_NULL, related_name="acknowledgements")
    domain_name = models.CharField(max_length=100)
    subject = models.CharField(max_length=250, help_text="What was saved or deleted.")
    codes = models.JSONField()
    sentences = models.TextField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.domain_name}: {self.subject}"


class Side(models.TextChoices):
    """From where an agent was seen, as far as update links are concerned."""

    PRIVATE = "private", "inside"
    PUBLIC = "public", "outside"


class Sighting(models.Model):
    """An agent as last seen: a row per agent that gives an id, a row per version of those that give none.

    A report is a claim, not an identity. `checks` may miss some: two writers do not wait for each other.
    """

    domain = models.ForeignKey(Domain, on_delete=models.CASCADE, related_name="sightings")
    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="sightings")
    who = models.CharField(max_length=80)
    agent = models.CharField(max_length=LONGEST, blank=True)
    version = VersionField(max_length=LONGEST)
    version_key = VersionKeyField(source="version", max_length=LONGEST, blank=True)
    network = models.CharField(max_length=8, choices=Side)
    first_seen = models.DateTimeField(help_text="In this version.")
    last_seen = models.DateTimeField()
    checks = models.PositiveBigIntegerField(default=1)

    class Meta:
        ordering = ["domain", "component", "version_key", "who"]
        constraints = [
            # The writer relies on it: whoever is seen again is the same row.
            models.UniqueConstraint(fields=["domain", "component", "who"], name="sighting_who_unique"),
            models.CheckConstraint(condition=Q(version__regex=VERSION_SQL), name="sighting_version_valid"),
            models.CheckConstraint(condition=Q(network__in=Side.values), name="sighting_network_known"),
        ]
        indexes = [
            # The fleet page and every warning read what was seen lately; old rows are forgotten by it.
            models.Index(fields=["domain", "last_seen"], name="sighting_lately"),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.version} in {self.domain}"


class Revision(models.Model):
    """Rows whose numbers grow with every change that can change an answer; see revision.py."""

    number = models.PositiveBigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)
