"""What to do about a domain: the rules of FAILOVER.md section 3 in their order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.decision import Code, Decision, Pause, Seen, Situation, State, Votes, decide
from failover.health import Status
from failover.observation import Reason

NOW = datetime(2026, 3, 1, 3, 12, tzinfo=UTC)
UP, DOWN, UNKNOWN = Status.UP, Status.DOWN, Status.UNKNOWN


def active(status: Status, *, failing: bool = False, failures: int = 0, evidence: float = 0.0) -> Seen:
    return Seen("primary", status, failing, failures, evidence, Reason.OK if status is UP else Reason.REFUSED)


def out(evidence: float) -> Seen:
    return active(DOWN, failing=True, failures=5, evidence=evidence)


def standby(status: Status) -> Seen:
    return Seen("secondary", status, reason={UP: Reason.OK, DOWN: Reason.TIMEOUT}.get(status))


def situation(active: Seen, standby: Seen | None, interval: float = 120.0) -> Situation:
    return Situation(interval=interval, fall=3, active=active, standby=standby)


@pytest.mark.parametrize(
    ("active", "standby", "state", "code"),
    [
        pytest.param(active(UP), standby(UP), State.STEADY, Code.ALL_UP, id="both up"),
        pytest.param(active(UP), standby(DOWN), State.STEADY, Code.STANDBY_DOWN, id="standby down"),
        pytest.param(active(UP), standby(UNKNOWN), State.STEADY, Code.STANDBY_UNKNOWN, id="standby unknown"),
        pytest.param(active(UP), None, State.STEADY, Code.NO_STANDBY, id="alone and up"),
        pytest.param(active(UNKNOWN), standby(UP), State.UNKNOWN, Code.NOT_JUDGED, id="nothing known yet"),
        pytest.param(out(5.0), None, State.EXPOSED, Code.NO_STANDBY, id="alone and down"),
        pytest.param(
            active(UNKNOWN, failing=True, failures=1),
            standby(UP),
            State.CONFIRMING,
            Code.OUTAGE_SUSPECTED,
            id="first failure",
        ),
        pytest.param(
            active(UNKNOWN, failing=True, failures=2),
            None,
            State.CONFIRMING,
            Code.OUTAGE_SUSPECTED,
            id="alone, failing",
        ),
        pytest.param(out(5.0), standby(UP), State.COUNTING_DOWN, Code.INTERVAL_RUNNING, id="interval not over"),
        pytest.param(out(5.0), standby(DOWN), State.COUNTING_DOWN, Code.INTERVAL_RUNNING, id="both down, waiting"),
        pytest.param(out(119.999), standby(UP), State.COUNTING_DOWN, Code.INTERVAL_RUNNING, id="a hair too early"),
        pytest.param(out(120.0), standby(UP), State.SWITCH, Code.INTERVAL_OVER, id="interval over"),
        pytest.param(out(120.0), standby(DOWN), State.HELD, Code.STANDBY_DOWN, id="held, standby down"),
        pytest.param(out(120.0), standby(UNKNOWN), State.HELD, Code.STANDBY_UNKNOWN, id="held, standby unknown"),
    ],
)
def test_the_first_rule_that_matches_wins(active: Seen, standby: Seen | None, state: State, code: Code) -> None:
    decision = decide(situation(active, standby), None, NOW)
    assert (decision.state, decision.code) == (state, code)
    assert decision.sentence.endswith(".")


def test_with_an_interval_of_zero_it_switches_as_soon_as_the_outage_is_confirmed() -> None:
    assert decide(situation(out(0.0), standby(UP), interval=0.0), None, NOW).state is State.SWITCH


def test_a_countdown_says_when_it_switches_and_what_will_come_of_it() -> None:
    running = decide(situation(out(48.0), standby(UP)), None, NOW)
    assert running.switch_at == NOW + timedelta(seconds=72)
    assert running.forecast == "Secondary is up and will become active."
    hopeless = decide(situation(out(48.0), standby(DOWN)), None, NOW)
    assert hopeless.forecast == "Would be held. Secondary cannot take over: it does not answer in time."


@pytest.mark.parametrize("before", [State.CONFIRMING, State.COUNTING_DOWN, State.HELD, State.EXPOSED, State.STEADY])
def test_it_stays_as_before_while_the_active_server_is_neither_up_nor_failing(before: State) -> None:
    standing = Decision(before, Code.INTERVAL_RUNNING, "", switch_at=NOW)
    decision = decide(situation(active(UNKNOWN, evidence=50.0), standby(UP)), standing, NOW)
    assert decision.state is before
    assert decision.switch_at is None


FROZEN = active(UNKNOWN, evidence=50.0)
COUNTING = decide(situation(out(48.0), standby(UP)), None, NOW)
PAUSE = Pause("anna", "patching")


@pytest.mark.parametrize(
    ("asked", "forecast"),
    [
        pytest.param(situation(FROZEN, standby(UP)), "Secondary is up and will become active.", id="standby up"),
        pytest.param(situation(FROZEN, standby(DOWN)), "Would be held. Secondary cannot take over", id="standby down"),
        pytest.param(replace(situation(FROZEN, standby(DOWN)), pause=PAUSE), "Would be held. anna paused", id="paused"),
        pytest.param(
            replace(situation(FROZEN, standby(UP)), automatic=False),
            "Would be held. Automatic failover is off",
            id="off",
        ),
        pytest.param(replace(situation(FROZEN, standby(UP)), behind=True), "Would be held. The database", id="behind"),
        pytest.param(
            replace(situation(FROZEN, standby(UP)), votes=Votes(live=1, needed=1, seeing=0, agreeing=0)),
            "Secondary is up and will become active.",
            id="nobody votes on a server that is not failing",
        ),
    ],
)
def test_a_count_that_stands_still_forecasts_by_what_is_so_now(asked: Situation, forecast: str) -> None:
    decision = decide(asked, COUNTING, NOW)
    assert (decision.state, decision.code) == (State.COUNTING_DOWN, Code.INTERVAL_RUNNING)
    assert decision.forecast.startswith(forecast)


def test_a_count_that_stands_still_without_a_standby_forecasts_nothing() -> None:
    assert decide(situation(FROZEN, None), COUNTING, NOW).forecast == ""


def test_after_a_switch_that_was_not_made_a_lone_success_freezes_the_count() -> None:
    refused = decide(situation(out(120.0), standby(UP)), None, NOW)
    decision = decide(situation(active(UNKNOWN, evidence=120.0), standby(UP)), refused, NOW)
    assert (decision.state, decision.code, decision.switch_at) == (State.COUNTING_DOWN, Code.INTERVAL_RUNNING, None)


def test_both_directions_are_the_same_rule() -> None:
    turned = Situation(
        interval=10.0,
        fall=3,
        active=Seen("secondary", DOWN, True, 3, 10.0, Reason.TIMEOUT),
        standby=Seen("primary", UP, reason=Reason.OK),
    )
    decision = decide(turned, None, NOW)
    assert decision.state is State.SWITCH
    assert "Primary is up and takes over" in decision.sentence


servers = st.builds(
    Seen,
    role=st.sampled_from(["primary", "secondary"]),
    status=st.sampled_from(Status),
    failing=st.booleans(),
    failures=st.integers(0, 10**6),
    evidence=st.floats(0, 10**6),
    reason=st.none() | st.sampled_from(Reason),
)
situations = st.builds(
    Situation, interval=st.floats(0, 86400), fall=st.integers(1, 10), active=servers, standby=st.none() | servers
)
decisions = st.builds(Decision, st.sampled_from(State), st.sampled_from(Code), st.text(max_size=5))


@given(situations, st.none() | decisions)
def test_every_input_has_an_answer_and_a_switch_is_only_made_for_cause(
    asked: Situation, before: Decision | None
) -> None:
    decision = decide(asked, before, NOW)
    if decision.state is State.SWITCH:
        assert asked.active.status is DOWN
        assert asked.active.evidence >= asked.interval
        assert asked.standby is not None
        assert asked.standby.status is UP
    assert decision.sentence


@given(situations, st.none() | decisions)
def test_the_same_question_gets_the_same_answer(asked: Situation, before: Decision | None) -> None:
    assert decide(asked, before, NOW) == decide(asked, before, NOW)
