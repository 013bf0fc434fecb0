"""The real rules in a few hundred simulated runs; `make simulate RUNS=10000` plays more. docs/reliability.md."""

from dataclasses import replace

import pytest

from failover.votes import Quorum
from tests.simulation.scenario import Fault, Kind, Scenario, Subscriber, drawn
from tests.simulation.shrink import shrunk, told
from tests.simulation.simulator import Run, play

pytestmark = pytest.mark.usefixtures("untraced")

RUNS, PARTS = 240, 8  # parts, so that they can run at the same time
CALM = Scenario(seed=7, monitors=3, intervals=(15.0,), quorum=Quorum.MAJORITY, least=1, length=80.0, faults=())


@pytest.mark.parametrize("part", range(PARTS))
def test_no_run_violates_an_invariant(part: int) -> None:
    for seed in range(1 + part, 1 + RUNS, PARTS):
        outcome = play(drawn(seed))
        assert not outcome.violation, told(shrunk(outcome, play))


def test_the_same_seed_is_the_same_run() -> None:
    assert play(drawn(11)) == play(drawn(11))


def test_an_outage_in_a_calm_world_is_switched_once_and_in_time() -> None:
    outcome = play(replace(CALM, faults=(Fault(20.0, Kind.REFUSES, what=1, seconds=60.0),)))
    assert (outcome.violation, outcome.switches) == ("", 1)
    assert max(outcome.lateness) <= 0.25


def test_one_of_three_monitors_that_is_cut_off_switches_nothing() -> None:
    outcome = play(replace(CALM, faults=(Fault(20.0, Kind.LINK_CUT, who=0, what=1, seconds=60.0),)))
    assert (outcome.violation, outcome.switches) == ("", 0)


def test_who_is_to_be_told_is_told_again_when_the_deliverer_died_before_it_marked() -> None:
    outage = Fault(20.0, Kind.REFUSES, what=1, seconds=60.0)
    runs = [Run(replace(CALM, seed=seed, faults=(outage,), subscribers=(Subscriber(1),))) for seed in (10, 11, 12)]
    assert not any(run.play().violation for run in runs)
    assert sum(run.judge.notices.repeated for run in runs) > 0


def test_a_countdown_that_was_over_before_anybody_led_again_is_ended() -> None:
    """Each monitor stands still when it is to switch; the server recovers before the first one leads again."""
    frozen = [Fault(12.0, Kind.FREEZE_IN_SWITCH, who=who, seconds=30.0, value=0.0, point="decided") for who in range(3)]
    outage = Fault(18.0, Kind.REFUSES, what=1, seconds=23.0)
    run = replace(CALM, intervals=(3.0,), quorum=Quorum.ALL, length=120.0, faults=(*frozen, outage))
    assert not play(run).violation


def test_a_recovery_whose_note_is_cut_off_ends_the_countdown_when_the_database_is_back() -> None:
    """The only monitor stands still before it writes, which is at another moment in each run, and is cut off then."""
    outage = Fault(20.0, Kind.REFUSES, what=1, seconds=10.0)
    for tenth in range(300, 330):
        still = Fault(tenth / 10, Kind.FREEZE_IN_SWITCH, seconds=1.0, point="noting")
        cut = Fault(tenth / 10 + 0.5, Kind.DATABASE_CUT, seconds=3.0)
        outcome = play(replace(CALM, monitors=1, faults=(outage, still, cut)))
        assert not outcome.violation, told(outcome)


FROZEN = (
    Fault(12.0, Kind.FREEZE_IN_SWITCH, who=0, seconds=30.0, value=1.0, point="age checked"),
    Fault(20.0, Kind.REFUSES, what=1, seconds=20.0),
)


def test_the_database_ends_the_transaction_of_a_leader_that_stands_still() -> None:
    assert not play(replace(CALM, faults=FROZEN)).violation


def test_without_that_the_judge_finds_the_old_decision() -> None:
    assert "after it was decided" in play(replace(CALM, faults=FROZEN), idle_limit=1000.0).violation


def test_a_violation_is_told_with_the_faults_that_it_needs() -> None:
    needless = Fault(30.0, Kind.BY_HAND_LATE, what=1)
    run = replace(CALM, faults=tuple(sorted((*FROZEN, needless), key=lambda fault: fault.at)))

    def careless(scenario: Scenario) -> object:
        return play(scenario, idle_limit=1000.0)

    smallest = shrunk(careless(run), careless)  # type: ignore[arg-type]
    assert smallest.scenario.faults == FROZEN
    assert "stands still at 'age checked'" in told(smallest)
