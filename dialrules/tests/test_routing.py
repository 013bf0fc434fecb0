"""What becomes of a call: the whole table."""

from itertools import product

import pytest

from dialrules.routing import Action, Direction, RouteReason, Rule, route

HOTLINE = Rule(1, "hotline", "+361*", "sip:one@pbx")
SHORT = Rule(2, "short numbers", "???", "sip:two@pbx")
STARS = Rule(3, "star codes", "?21#", "sip:three@pbx")
EVERY = Rule(4, "every number", "*", "sip:four@pbx")


def called(number: str, *rules: Rule, unmatched: Action = Action.PROCEED) -> tuple[str, str, str]:
    """Action, reason and rule of an inbound call in an emergency."""
    found = route(emergency=True, unmatched=unmatched, direction=Direction.INBOUND, number=number, rules=rules)
    return found.action, found.reason, found.rule.name if found.rule else ""


def test_without_an_emergency_every_call_proceeds() -> None:
    for direction, unmatched in product(Direction, (Action.PROCEED, Action.REJECT)):
        found = route(emergency=False, unmatched=unmatched, direction=direction, number="1", rules=[EVERY])
        assert (found.action, found.reason, found.rule) == (Action.PROCEED, RouteReason.NO_EMERGENCY, None)


def test_in_an_emergency_no_outbound_call_proceeds() -> None:
    found = route(emergency=True, unmatched=Action.PROCEED, direction=Direction.OUTBOUND, number="112", rules=[EVERY])
    assert (found.action, found.reason) == (Action.REJECT, RouteReason.OUTBOUND_IN_EMERGENCY)


@pytest.mark.parametrize(
    ("number", "rules", "by"),
    [
        pytest.param("+3612345", (HOTLINE, EVERY), "hotline", id="the first that matches"),
        pytest.param("+3612345", (EVERY, HOTLINE), "every number", id="not the narrowest"),
        pytest.param("+361", (HOTLINE,), "hotline", id="a star stands for nothing too"),
        pytest.param("112", (HOTLINE, SHORT, EVERY), "short numbers", id="a question mark is one character"),
        pytest.param("*21#", (STARS,), "star codes", id="the star key is reached by a wildcard"),
        pytest.param("**1", (SHORT,), "short numbers", id="two star keys are two characters"),
        pytest.param("DUTY", (Rule(5, "letters", "D*", "tel:1"),), "letters", id="letters"),
    ],
)
def test_an_inbound_call_goes_where_the_first_rule_that_matches_says(
    number: str, rules: tuple[Rule, ...], by: str
) -> None:
    assert called(number, *rules) == (Action.DIVERT, RouteReason.RULE_MATCHED, by)


@pytest.mark.parametrize("unmatched", [Action.PROCEED, Action.REJECT])
def test_an_inbound_call_that_no_rule_matches_gets_what_the_domain_chose(unmatched: Action) -> None:
    assert called("0123", HOTLINE, SHORT, unmatched=unmatched) == (unmatched, RouteReason.NO_RULE_MATCHED, "")
    assert called("**", SHORT, STARS, unmatched=unmatched) == (unmatched, RouteReason.NO_RULE_MATCHED, "")
