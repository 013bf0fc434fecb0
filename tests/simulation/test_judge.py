"""The judge is believed because it notices: each invariant, violated once."""

from dataclasses import replace

import pytest

from appservers.models import Role
from failover.lease import Row
from failover.models import Ending
from failover.observation import Verdict
from failover.votes import Quorum
from tests.simulation.database import Database
from tests.simulation.history import Violation
from tests.simulation.judge import Judge
from tests.simulation.prober import Fact
from tests.simulation.rows import Event
from tests.simulation.scenario import Fault, Kind, Scenario, Subscriber
from tests.simulation.truth import Life, Paused, Subscribed
from tests.simulation.world import EPOCH

OUT = Fault(20.0, Kind.REFUSES, what=1, seconds=100.0)
RUN = Scenario(seed=1, monitors=2, intervals=(10.0,), quorum=Quorum.MAJORITY, least=1, length=100.0, faults=(OUT,))
EVENT = Event(1, 1, Role.PRIMARY, Role.SECONDARY, True, 30.2, EPOCH, "m0.1", 1, 30.2)
DESK = Subscriber(1)


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
    assert judge.database.switch(event)
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


def told(judge: Judge) -> Judge:
    """The same with somebody who is to be told."""
    judge.database.subscribers[DESK.pk] = DESK
    judge.subscribed.append(Subscribed(DESK, 0.0))
    return judge


def test_a_notice_that_arrives_twice_is_no_violation() -> None:
    judge = told(court(monitors=2))
    switch(judge)
    (notice,) = judge.database.outbox.values()
    judge.delivered(notice)
    judge.delivered(notice)
    judge.notices.judge_end()
    assert judge.notices.repeated == 1


def test_a_switch_without_its_notice_is_one() -> None:
    judge = told(court(monitors=2))
    assert judge.database.make_active(EVENT)
    with pytest.raises(Violation, match=r"I6: epoch 1 of domain 1 has notices for \[\], not for \[1\]"):
        judge.switched(EVENT)


def test_a_notice_from_another_commit_is_one() -> None:
    judge = told(court(monitors=2))
    assert judge.database.make_active(EVENT)
    judge.database.commits += 1
    judge.database.announce(EVENT)
    with pytest.raises(Violation, match=r"I6.*for \[\], not for \[1\]"):
        judge.switched(EVENT)


def test_a_notice_for_somebody_who_is_not_to_be_told_is_one() -> None:
    judge = court(monitors=2)
    judge.database.subscribers[DESK.pk] = DESK
    with pytest.raises(Violation, match=r"I6.*for \[1\], not for \[\]"):
        switch(judge)


def test_a_notice_without_a_switch_is_one() -> None:
    judge = told(court(monitors=2))
    judge.database.announce(EVENT)
    with pytest.raises(Violation, match="I6: a notice of epoch 1 of domain 1 has no switch"):
        judge.notices.judge_end()


@pytest.mark.parametrize("kept", [pytest.param(True, id="it waits still"), pytest.param(False, id="it is gone")])
def test_a_notice_that_never_arrives_is_one(kept: bool) -> None:
    judge = told(court(monitors=2))
    switch(judge)
    if not kept:
        judge.database.outbox.clear()
    with pytest.raises(Violation, match=r"I6: epoch 1 of domain 1 was never told to \[1\]"):
        judge.notices.judge_end()


def test_who_unsubscribed_and_what_was_lost_with_the_database_need_not_be_told() -> None:
    judge = told(court(monitors=2))
    switch(judge)
    judge.database.unsubscribe(DESK.pk)
    judge.subscribed[0].ended = 50.0
    judge.notices.judge_end()
    judge = told(court(monitors=2))
    switch(judge)
    assert judge.database.lose_last_switch() is not None
    judge.notices.judge_end()


def counting(*, monitors: int = 2) -> Judge:
    """A run in which the outage of server 1 is counted."""
    judge = court(monitors=monitors)
    judge.now = 22.0
    judge.database.commits += 1
    judge.database.open_countdown(judge.database.domains[1], EPOCH)
    judge.now = 59.0
    judge.database.commits += 1
    return judge


def end(judge: Judge, ending: Ending, by: str = "m0.1") -> None:
    judge.database.end_countdowns(list(judge.database.countdowns.values()), ending, by)


def test_a_countdown_that_its_switch_ends_is_no_violation() -> None:
    judge = counting()
    switch(judge)
    assert [row.ending for row in judge.database.countdowns.values()] == [Ending.SWITCHED]


def test_a_countdown_that_is_open_after_its_switch_is_one() -> None:
    judge = counting()
    assert judge.database.make_active(EVENT)
    with pytest.raises(Violation, match="I7: the switch of domain 1 left its countdown open"):
        judge.switched(EVENT)


def test_a_countdown_that_ends_twice_is_one() -> None:
    judge = counting()
    switch(judge)
    with pytest.raises(Violation, match=r"I7: .* ended although it was over"):
        end(judge, Ending.SWITCHED)


def test_two_countdowns_of_a_domain_are_one() -> None:
    judge = counting()
    with pytest.raises(Violation, match="I7: domain 1 has two countdowns"):
        judge.database.open_countdown(judge.database.domains[1], EPOCH)


@pytest.mark.parametrize("ending", list(Ending), ids=str)
def test_a_countdown_that_ends_for_no_such_cause_is_one(ending: Ending) -> None:
    with pytest.raises(Violation, match=f"I7: .* ended as {ending}: it was not so"):
        end(counting(), ending)


def test_a_countdown_that_ends_by_hand_in_an_automatic_switch_is_one() -> None:
    judge = counting()
    assert judge.database.make_active(EVENT)
    with pytest.raises(Violation, match=r"I7: .* ended as switched_by_hand: it was not so"):
        end(judge, Ending.SWITCHED_BY_HAND)


def test_a_countdown_that_a_switch_of_another_domain_ends_is_one() -> None:
    judge = counting()
    judge.database.events.append(EVENT._replace(domain=2, epoch=7, automatic=False, commit=judge.database.commits))
    with pytest.raises(Violation, match=r"I7: .* ended as switched_by_hand: it was not so"):
        end(judge, Ending.SWITCHED_BY_HAND)


def test_a_countdown_that_ends_with_its_leader_although_the_new_one_counted_along_is_one() -> None:
    judge = counting()
    judge.database.lease = Row("m1.1", 1, 1)
    with pytest.raises(Violation, match=r"I7: .* ended as monitor_changed: it was not so"):
        end(judge, Ending.MONITOR_CHANGED, "m1.1")


def test_a_countdown_that_ends_for_cause_is_no_violation() -> None:
    judge = counting()
    judge.pauses[1].append(Paused(30.0, float("inf")))
    end(judge, Ending.PAUSED)
    judge = counting()
    judge.edits[1].append(30.0)
    end(judge, Ending.SERVER_CHANGED)
    judge = counting(monitors=1)
    judge.database.lease = Row("m1.1", 1, 1)
    end(judge, Ending.MONITOR_CHANGED, "m1.1")
    judge = counting()
    judge.database.lease = Row("m1.1", 1, 1)
    judge.edits[1].append(58.0)
    end(judge, Ending.MONITOR_CHANGED, "m1.1")
    judge = counting()
    judge.still.append((0, 40.0, 45.0))
    end(judge, Ending.EVIDENCE_LOST)
    judge = counting()
    for second in (57.0, 58.0):
        judge.probed(Fact("m0.1", 1, 1, Verdict.HEALTHY, second, second))
    end(judge, Ending.RECOVERED)


def test_a_countdown_that_is_open_when_all_is_well_is_one() -> None:
    judge = Judge(replace(RUN, faults=()), Database(RUN))
    judge.database.open_countdown(judge.database.domains[1], EPOCH)
    with pytest.raises(Violation, match="I7: the countdown of domain 1 never ended"):
        judge.countdowns.judge_end()
    counting().countdowns.judge_end()


def test_a_switch_that_the_database_loses_opens_its_countdown_again() -> None:
    judge = counting()
    switch(judge)
    lost = judge.database.lose_last_switch()
    assert lost is not None
    judge.lost(lost)
    judge.now = 60.0
    assert len(judge.database.waits(1)) == 1
    end(judge, Ending.SWITCHED_BY_HAND)


def test_a_domain_that_changes_without_an_event_is_one() -> None:
    judge = court(monitors=2)
    judge.database.put(replace(judge.database.domains[1], active=Role.SECONDARY, epoch=1))
    with pytest.raises(Violation, match="I6: domain 1 changed without an event"):
        judge.judge_end()
