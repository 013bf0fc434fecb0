"""The decision about a version, and why."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors import VERSIONS
from versioncontrol.admission import (
    EVENTUALLY,
    Decision,
    Mode,
    Policy,
    Reason,
    Unlisted,
    Verdict,
    compiled,
    decide,
)
from versioncontrol.matching import matches

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("vector", VERSIONS["match"], ids=lambda vector: vector["id"])
def test_it_decides_as_the_contract_says(vector: dict[str, str]) -> None:
    verdict = decide(Policy(compiled(vector["rules"])), vector["version"], NOW)
    assert (verdict.decision, verdict.reason) == (vector["decision"], vector["reason"])


def policy(*patterns: str, **rest: object) -> Policy:
    return Policy(compiled(patterns), **rest)  # type: ignore[arg-type]


def test_a_verdict_names_the_rule_as_typed_and_what_is_accepted_in_reading_order() -> None:
    assert decide(policy("10.10.*", " 10.9.RC* "), "10.9.rc2", NOW) == Verdict(
        Decision.ALLOW, Reason.RULE_MATCHED, "10.9.RC*", ("10.9.RC*", "10.10.*")
    )


def test_of_several_rules_the_first_in_reading_order_is_named() -> None:
    assert decide(policy("*9", "10.*", "10.?"), "10.9", NOW).matched_rule == "10.*"
    assert decide(policy("1*", "10.9"), "10.9", NOW).matched_rule == "1*"


@pytest.mark.parametrize(
    ("rest", "decision", "reason", "enforce_at"),
    [
        pytest.param({}, "deny", "no-rule-matched", None, id="enforced"),
        pytest.param({"mode": Mode.WARN}, "warn", "warn-only", None, id="warned only"),
        pytest.param({"enforce_at": NOW + HOUR}, "warn", "not-yet-enforced", NOW + HOUR, id="not yet"),
        pytest.param({"enforce_at": NOW}, "deny", "no-rule-matched", None, id="from this moment on"),
        pytest.param({"break_glass_until": NOW + HOUR}, "warn", "break-glass", NOW + HOUR, id="the glass is broken"),
        pytest.param({"break_glass_until": NOW}, "deny", "no-rule-matched", None, id="the hours are over"),
        pytest.param(
            {"enforce_at": NOW + HOUR, "break_glass_until": NOW + 2 * HOUR},
            "warn",
            "not-yet-enforced",
            NOW + 2 * HOUR,
            id="not yet, and then the glass is still broken",
        ),
        pytest.param(
            {"enforce_at": NOW - HOUR, "break_glass_until": NOW + HOUR}, "warn", "break-glass", NOW + HOUR, id="both"
        ),
        pytest.param(
            {"mode": Mode.WARN, "break_glass_until": NOW + HOUR}, "warn", "warn-only", None, id="warned after it too"
        ),
    ],
)
def test_what_becomes_of_a_version_that_no_rule_admits(
    rest: dict[str, object], decision: str, reason: str, enforce_at: datetime | None
) -> None:
    verdict = decide(policy("10.2.*", **rest), "9", NOW)
    assert (verdict.decision, verdict.reason, verdict.enforce_at) == (decision, reason, enforce_at)
    assert (verdict.matched_rule, verdict.accepted) == (None, ("10.2.*",))
    assert decide(policy("10.2.*", **rest), "10.2.1", NOW).decision is Decision.ALLOW


@pytest.mark.parametrize(
    ("rest", "decision", "reason"),
    [
        pytest.param({}, "deny", "unlisted-denied", id="enforced"),
        pytest.param({"mode": Mode.WARN}, "warn", "warn-only", id="warned only"),
        pytest.param({"enforce_at": NOW + HOUR}, "warn", "not-yet-enforced", id="not yet"),
        pytest.param({"break_glass_until": NOW + HOUR}, "warn", "break-glass", id="the glass is broken"),
    ],
)
def test_a_component_without_rules_may_be_denied(rest: dict[str, object], decision: str, reason: str) -> None:
    verdict = decide(policy(unlisted=Unlisted.DENY, **rest), "9", NOW)
    assert (verdict.decision, verdict.reason) == (decision, reason)
    assert decide(policy(**rest), "9", NOW) == Verdict(Decision.ALLOW, Reason.NO_RULES)


def test_eventually_every_date_has_come_and_only_warn_only_is_left() -> None:
    later = {"enforce_at": NOW + HOUR, "break_glass_until": NOW + HOUR}
    assert decide(policy("1", **later), "2", EVENTUALLY).decision is Decision.DENY
    assert decide(policy("1", mode=Mode.WARN), "2", EVENTUALLY).decision is Decision.WARN


patterns = st.lists(st.text("12.?*", min_size=1, max_size=5), min_size=1, max_size=4)


@given(patterns, st.text("12.", min_size=1, max_size=5))
def test_one_answer_whatever_the_order_of_the_rules(found: list[str], version: str) -> None:
    answers = {decide(policy(*order), version, NOW) for order in itertools.permutations(found)}
    assert len(answers) == 1
    assert (answers.pop().decision is Decision.ALLOW) is any(matches(pattern, version) for pattern in found)


def test_patterns_that_differ_in_capitals_give_one_answer_too() -> None:
    assert decide(policy("RC1", "rc1"), "rc1", NOW) == decide(policy("rc1", "RC1"), "rc1", NOW)
