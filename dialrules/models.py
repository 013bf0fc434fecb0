"""Where a domain's inbound calls go in an emergency."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from appservers.fields import FoldedField, PlainField
from appservers.models import LONGEST_KEY, NO_CONTROLS, Domain, check_key
from common.distinct import Distinct
from dialrules.fields import CallUriField, NumberPatternField
from dialrules.numbers import LONGEST, LONGEST_URI, PATTERN_SQL, URI_SQL


class DialRule(Distinct):
    """In an emergency, inbound calls to the numbers of the pattern go to the URI.

    The first enabled rule that matches wins. `position` orders the rules of a domain; services alone write it.
    """

    identity = ("domain", "name_key")
    typed = ("name",)

    domain = models.ForeignKey(
        Domain,
        verbose_name="Domain",
        on_delete=models.CASCADE,
        related_name="dial_rules",
        help_text="The domain whose calls the rule diverts.",
    )
    name = PlainField(
        "Name",
        max_length=100,
        validators=[RegexValidator(NO_CONTROLS, "Remove the line breaks and control characters.")],
        error_messages={"blank": "Give the rule a name.", "max_length": "Shorten the name to 100 characters."},
        help_text="What the rule is for, for example “Hotline to Vienna”. Unique in its domain; capitals do not count.",
    )
    name_key = FoldedField(source="name", max_length=LONGEST_KEY, blank=True)
    pattern = NumberPatternField(
        "Number",
        max_length=LONGEST,
        error_messages={
            "blank": "Give a number or a pattern, for example +361234????.",
            "max_length": f"A pattern has at most {LONGEST} characters. Shorten it.",
        },
        help_text="A called number, or a pattern: ? stands for exactly one character, * for any run of characters. "
        "* alone matches every number. Blanks, dashes, dots, slashes and parentheses do not count. "
        "+36 and 0036 are different numbers here: give a rule for each form that your exchange sends.",
    )
    emergency_uri = CallUriField(
        "Emergency URI",
        max_length=LONGEST_URI,
        error_messages={
            "blank": "Give the URI that calls are diverted to, for example sip:duty@pbx.corp.example.",
            "max_length": f"A URI has at most {LONGEST_URI} characters. Shorten it.",
        },
        help_text="Where such calls go in an emergency: sip:, sips: or tel:.",
    )
    enabled = models.BooleanField(
        "Enabled", default=True, help_text="A rule that is not enabled is kept and diverts nothing."
    )
    position = models.PositiveIntegerField(default=0, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = "dial rule"
        ordering = ["domain", "position", "pk"]
        constraints = [
            # People tell the rules of a domain apart by name; patterns may repeat, for a rule kept in reserve.
            models.UniqueConstraint(fields=["domain", "name_key"], name="dial_rule_name_unique"),
            models.CheckConstraint(condition=~Q(name_key=""), name="dial_rule_name_given"),
            models.CheckConstraint(condition=Q(pattern__regex=PATTERN_SQL), name="dial_rule_pattern_valid"),
            models.CheckConstraint(condition=Q(emergency_uri__regex=URI_SQL), name="dial_rule_uri_valid"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        typed, self.name = self.name, " ".join(self.name.split())
        super().clean()
        check_key(typed, self.name_key)

    def taken(self) -> str:
        return f"A dial rule “{self.name}” exists already in this domain. Choose another name, or edit that rule."
