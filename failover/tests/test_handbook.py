"""Whoever meets a word of the failover manager at three in the morning finds it in docs/operations.md."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from failover.cli.words import Exit
from failover.decision import Code, Decision, Pause, Seen, Situation, State, Votes, decide
from failover.exceptions import Refusal
from failover.health import Status
from failover.models import Ending, HoldKind, Outcome
from failover.observation import Reason

HANDBOOK = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("words", [State, Code, Refusal, HoldKind, Ending, Outcome, set(Reason) - {Reason.OK}])
def test_every_word_is_explained(words: Iterable[Enum]) -> None:
    assert [word.value for word in words if f"`{word.value}`" not in HANDBOOK] == []


def test_every_exit_code_is_explained() -> None:
    assert [code.name for code in Exit if f"\n| {code.value} | " not in HANDBOOK] == []


def test_every_refusal_without_anything_to_decide_on_stands_at_its_exit_code() -> None:
    (row,) = re.findall(rf"^\| {Exit.NOTHING_STORED} \| .*$", HANDBOOK, re.MULTILINE)
    assert [code.value for code in set(Refusal) - {Refusal.STANDBY_NOT_UP} if f"`{code.value}`" not in row] == []


NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
ACTIVE = [
    Seen("primary", Status.UP),
    Seen("primary", Status.UNKNOWN),
    Seen("primary", Status.UNKNOWN, failing=True, failures=1),
    Seen("primary", Status.DOWN, failing=True, failures=3, evidence=5.0),
    Seen("primary", Status.DOWN, failing=True, failures=9, evidence=15.0),
]
STANDBY = [None, *(Seen("secondary", status) for status in Status)]
PAUSES = [None, Pause("anna", "patching")]
VOTES = [Votes(), Votes(live=2, needed=2)]


def possible() -> set[tuple[State, Code]]:
    """Every state with its code that decide() can give, also after what it gave before."""
    asked = product(ACTIVE, STANDBY, PAUSES, [False, True], VOTES, [False, True], [False, True])
    situations = [
        Situation(10.0, 3, active, standby, pause=pause, behind=behind, votes=votes, flapping=flapping, mass=mass)
        for active, standby, pause, behind, votes, flapping, mass in asked
    ]
    found: dict[tuple[State, Code], Decision] = {}
    for _ in range(3):
        befores = [None, *found.values()]
        for situation, before in product(situations, befores):
            decision = decide(situation, before, NOW)
            found.setdefault((decision.state, decision.code), decision)
    return set(found)


def test_every_state_is_explained_with_each_code_that_it_can_have_and_no_other() -> None:
    explained = {
        (words[0], word)
        for words in (re.findall(r"\w+", run) for run in re.findall(r"`\w+`(?:, `\w+`)+", HANDBOOK))
        for word in words[1:]
        if words[0] in set(State) and word in set(Code)
    }
    overdue = (State.HELD, Code.INTERVAL_OVER)  # what the journal says of a switch that the database does not take
    assert explained == {(state.value, code.value) for state, code in {*possible(), overdue}}
