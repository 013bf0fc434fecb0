"""The judge is believed because it notices: each invariant, violated once."""

from dataclasses import replace

import pytest

from appservers.models import Role
from failover.lease import Row
from failover.observation import Verdict
from failover.votes import Quorum
from tests.simulation.database import Database
from tests.simulation.history import Violation
from tests.simulation.judge import Judge
from tests.simulation.prober import Fact
from tests.simulation.rows import Event
from tests.simulation.scenario import Fault, Kind, Scenario
from tests.simulation.truth import Life, Paused
from tests.simulation.world import EPOCH

OUT = Fault(20.0, Kind.REFUSES, what=1, seconds=100.0)
RUN = Scenario(seed=1, monitors=2, intervals=(10.0,), quorum=Quorum.MAJORITY, least=1, length=100.0, faults=(OUT,))
EVENT = Event(1, 1, Role.PRIMARY, Role.SECONDARY, True, 30.2, EPOCH, "m0.1", 1, 30.2)


def court(*, monitors: int = 1, standby_fails: bool = False) -> Judge:
    """A run in which server 1 failed from 20 s on, as far as so many of two monitors saw."""
    database = Database(RUN)
    judge = Judge(RUN, database)
    for number in (0, 1):
        name = f"m{number}.1"
        judge.lives[name] = Life(name, number, "", 0.0)
        for second in range(60):
            out = second >= 20 and number < monitors
            judge.probed(Fact(name, 1, 1, Verdict.OUTAGE if out else Verdict.HEALTHY, second, second))
            bad = standby_fails and second == 30
            judge.probed(Fact(name, 2, 1, Verdict.OUTAGE if bad else Verdict.HEALTHY, second, second))
    return judge


def switch(judge: Judge, event: Event = EVENT) -> None:
    assert judge.database.make_active(event)
    judge.switched(event)


def test_a_switch_for_cause_is_no_violation() -> None:
    switch(court(monitors=2))


@pytest.mark.parametrize(
    ("event", "told"),
    [
        pytest.param(EVENT._replace(at=29.5, judged_at=29.5), "of 10.0 s of evidence", id="early"),
        pytest.param(EVENT._replace(at=60.0), "after it was decided", id="old"),
    ],
)
def test_a_switch_without_an_interval_of_evidence_is_one(event: Event, told: str) -> None:
    with pytest.raises(Violation, match=f"I2.*{told}"):
        switch(court(monitors=2), event)


def test_a_switch_without_the_majority_is_one() -> None:
    with pytest.raises(Violation, match="I2: 1 of 2 monitors had the evidence"):
        switch(court(monitors=1))


def test_a_switch_to_a_server_that_just_failed_is_one() -> None:
    with pytest.raises(Violation, match="I3"):
        switch(court(monitors=2, standby_fails=True))


def test_a_switch_in_a_pause_is_one_and_so_is_one_right_after_it() -> None:
    judge = court(monitors=2)
    judge.pauses[1].append(Paused(25.0, float("inf")))
    with pytest.raises(Violation, match="I5"):
        switch(judge)
    judge = court(monitors=2)
    judge.pauses[1].append(Paused(25.0, float("inf"), ended=27.0))
    with pytest.raises(Violation, match="I2"):
        switch(judge)


def test_an_epoch_that_is_given_twice_is_one() -> None:
    judge = court(monitors=2)
    switch(judge)
    lost = judge.database.lose_last_switch()
    assert lost is not None
    judge.lost(lost)
    with pytest.raises(Violation, match="I1"):
        switch(judge, EVENT._replace(at=31.0))


@pytest.mark.parametrize(
    ("ended", "told"),
    [pytest.param(float("inf"), True, id="it could say so"), pytest.param(32.0, False, id="it died with it")],
)
def test_an_epoch_that_another_monitor_knows_to_be_given_is_one(ended: float, told: bool) -> None:
    judge = court(monitors=2)
    judge.lives["m1.1"].began = 30.5  # it never read of the switch
    switch(judge)
    lost = judge.database.lose_last_switch()
    assert lost is not None
    judge.now = 31.0
    judge.lost(lost)
    judge.lives["m0.1"].ended = ended
    again = EVENT._replace(at=45.0, judged_at=45.0, by="m1.1")
    assert judge._knew(again) is told


def test_a_note_in_an_old_term_is_one() -> None:
    with pytest.raises(Violation, match="I4"):
        court().wrote("m0.1", 1, Row("m1.1", 2, 7))


def test_an_outage_that_is_not_left_is_one() -> None:
    with pytest.raises(Violation, match="I8"):
        court(monitors=2).judge_liveness()
    quiet = Judge(replace(RUN, faults=()), Database(RUN))
    quiet.judge_liveness()
