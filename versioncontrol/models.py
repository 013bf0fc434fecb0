"""Components, and which of their versions may connect to a domain."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from appservers.fields import FoldedField, PlainField
from appservers.models import LONGEST_KEY, NO_CONTROLS, Domain
from common.distinct import Distinct
from versioncontrol.fields import PatternField, VersionKeyField
from versioncontrol.patterns import CANONICAL_SQL, LONGEST, TYPED_SQL


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
        if typed and not self.name_key:
            raise ValidationError({"name": "Nothing of this name is visible. Give a name that people can read."})
        if len(self.name_key) > LONGEST_KEY:  # a few letters stand for up to 18
            raise ValidationError({"name": "Shorten the name."})

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
