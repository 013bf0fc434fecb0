"""The rules in words say what decide() does."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from failover.decision import Code, Pause, Seen, Situation, State, Votes, decide
from failover.explaining import facts, in_words, rules
from failover.health import Status
from failover.observation import Reason

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)

# What decide() may answer when this rule is the first that matches. Rule 2 goes on as before.
ANSWERS = {
    "1": {(State.STEADY, code) for code in (Code.ALL_UP, Code.NO_STANDBY, Code.STANDBY_DOWN, Code.STANDBY_UNKNOWN)},
    "2": {(State.UNKNOWN, Code.NOT_JUDGED)},
    "3": {(State.EXPOSED, Code.NO_STANDBY)},
    "4": {(State.HELD, Code.PAUSED)},
    "section 4": {(State.HELD, Code.HISTORY_WENT_BACK)},
    "5": {(State.CONFIRMING, Code.OUTAGE_SUSPECTED)},
    "6": {(State.COUNTING_DOWN, Code.INTERVAL_RUNNING)},
    "7": {(State.HELD, Code.STANDBY_DOWN), (State.HELD, Code.STANDBY_UNKNOWN)},
    "8": {(State.HELD, Code.NO_MAJORITY)},
    "9": {(State.HELD, Code.ANTI_FLAP)},
    "10": {(State.HELD, Code.MASS_OUTAGE)},
    "11": {(State.SWITCH, Code.INTERVAL_OVER)},
}

seconds = st.sampled_from([0.0, 5.0, 60.0, 119.999, 120.0, 200.0, 240.0, 1000.0])
statuses = st.sampled_from([Status.DOWN, Status.DOWN, Status.UP, Status.UNKNOWN])
standbys = st.builds(Seen, st.just("secondary"), st.sampled_from([Status.UP, Status.UP, Status.DOWN, Status.UNKNOWN]))
pauses = st.builds(
    Pause, by=st.just("anna"), reason=st.just("patching"), until=st.none() | st.just(NOW + timedelta(hours=1))
)
situations = st.builds(
    Situation,
    interval=st.sampled_from([0.0, 60.0, 120.0]),
    fall=st.just(3),
    active=st.builds(
        Seen, st.just("primary"), statuses, st.booleans(), st.integers(0, 5), seconds, st.just(Reason.REFUSED)
    ),
    standby=st.none() | standbys,
    automatic=st.sampled_from([True, True, True, False]),
    pause=st.none() | pauses | st.just(Pause("anna", "over by now", NOW - timedelta(hours=1))),
    behind=st.sampled_from([False, False, False, True]),
    votes=st.builds(
        Votes, live=st.integers(1, 3), needed=st.integers(1, 2), agreeing=st.integers(0, 3), least=st.integers(1, 2)
    ),
    flapping=st.booleans(),
    mass=st.booleans(),
)
# Those in which the late rules are asked: the active server is down for long enough, and nobody paused it.
late = st.builds(
    Situation,
    interval=st.sampled_from([60.0, 120.0]),
    fall=st.just(3),
    active=st.builds(
        Seen,
        st.just("primary"),
        st.just(Status.DOWN),
        st.just(True),
        st.just(3),
        st.sampled_from([120.0, 239.9, 240.0]),
        st.just(Reason.REFUSED),
    ),
    standby=standbys,
    votes=st.builds(
        Votes, live=st.integers(1, 3), needed=st.integers(1, 2), agreeing=st.integers(1, 2), least=st.integers(1, 2)
    ),
    flapping=st.booleans(),
    mass=st.booleans(),
)


@given(situations | late)
@example(
    Situation(
        120.0,
        3,
        Seen("primary", Status.DOWN, True, 3, 240.0, Reason.REFUSED),
        Seen("secondary", Status.UP),
        votes=Votes(agreeing=1),
        mass=True,
    )
)
def test_the_first_rule_that_matches_is_the_one_that_decide_went_by(asked: Situation) -> None:
    said = rules(asked, NOW)
    (number,) = [rule.number for rule in said if rule.matched]
    decision = decide(asked, None, NOW)
    assert (decision.state, decision.code) in ANSWERS[number]


@given(situations)
def test_rules_behind_the_one_that_matched_are_not_asked(asked: Situation) -> None:
    answers = [rule.matched for rule in rules(asked, NOW)]
    first = answers.index(True)
    assert answers == [False] * first + [True] + [None] * (len(answers) - first - 1)


def test_the_rules_are_those_of_the_contract_in_its_order() -> None:
    situation = Situation(120.0, 3, Seen("primary", Status.UP), None)
    assert [rule.number for rule in rules(situation, NOW)] == list(ANSWERS)


@pytest.mark.parametrize(
    ("situation", "name", "words"),
    [
        pytest.param(
            Situation(120.0, 3, Seen("primary", Status.DOWN, True, 60, 120.3, Reason.REFUSED), None),
            "active server",
            "Primary is down: it refuses connections, failed 60 checks in a row (3 make it down), 120.3 s of outage",
            id="active",
        ),
        pytest.param(Situation(120.0, 3, Seen("primary", Status.UP), None), "standby", "none is registered", id="none"),
        pytest.param(
            Situation(120.0, 3, Seen("primary", Status.UP), None, pause=Pause("anna", "patching", NOW)),
            "pause",
            "paused by anna until 2026-03-01 03:00:00 UTC: patching (over by then)",
            id="a pause that is over",
        ),
        pytest.param(
            Situation(120.0, 3, Seen("primary", Status.UP), None, votes=Votes(3, 2, 1, 1, 2)),
            "votes",
            "1 of 3 live monitors agree, 1 see it like that; 2 must, and 2 must be live",
            id="votes",
        ),
    ],
)
def test_the_situation_is_said_in_words(situation: Situation, name: str, words: str) -> None:
    said = {fact.name: fact.words for fact in facts(situation, NOW)}
    assert words in said[name]


def test_a_decision_is_said_in_a_line() -> None:
    situation = Situation(
        120.0, 3, Seen("primary", Status.DOWN, True, 3, 5.0, Reason.REFUSED), Seen("secondary", Status.UP)
    )
    assert in_words(decide(situation, None, NOW)) == (
        "counting_down, interval_running. Primary refuses connections. Secondary is up and will become active."
    )
