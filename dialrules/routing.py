"""What becomes of a call: proceed, reject or divert. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from versioncontrol.matching import matcher


class Direction(StrEnum):
    """Which way a call goes, seen from the domain."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Action(StrEnum):
    """What becomes of a call."""

    PROCEED = "proceed"
    REJECT = "reject"
    DIVERT = "divert"


class RouteReason(StrEnum):
    """Why, for programs; `sentence` says it to people."""

    NO_EMERGENCY = "no-emergency"
    OUTBOUND_IN_EMERGENCY = "outbound-in-emergency"
    RULE_MATCHED = "rule-matched"
    NO_RULE_MATCHED = "no-rule-matched"


@dataclass(frozen=True, slots=True)
class Rule:
    """A dial rule as far as routing needs it; disabled ones are left out."""

    key: int
    name: str
    pattern: str
    uri: str


@dataclass(frozen=True, slots=True)
class Route:
    """What becomes of a call, why, and for a diverted one by which rule."""

    action: Action
    reason: RouteReason
    sentence: str
    rule: Rule | None = None


def route(*, emergency: bool, unmatched: Action, direction: Direction, number: str, rules: Iterable[Rule]) -> Route:
    """Where a call to that cleaned number goes; the first rule that matches wins, in the order given."""
    if not emergency:
        return Route(Action.PROCEED, RouteReason.NO_EMERGENCY, "No emergency is declared.")
    if direction is Direction.OUTBOUND:
        return Route(Action.REJECT, RouteReason.OUTBOUND_IN_EMERGENCY, "The domain makes no outbound calls now.")
    for rule in rules:
        # Not `matches`, which would take the `*` keys of a number for wildcards.
        if matcher(rule.pattern).admits(number.lower()):
            return Route(Action.DIVERT, RouteReason.RULE_MATCHED, f"Diverted by the dial rule “{rule.name}”.", rule)
    if unmatched is Action.REJECT:
        return Route(unmatched, RouteReason.NO_RULE_MATCHED, "No dial rule matches: such calls are rejected.")
    return Route(unmatched, RouteReason.NO_RULE_MATCHED, "No dial rule matches: such calls proceed.")
