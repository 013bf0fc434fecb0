"""Switches that people want made later: in their window, to a server that is up, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from appservers.models import Domain, Role
from failover.decision import State
from failover.exceptions import NotPossible, Refusal
from failover.models import Cause, Lease, Outcome, Pause, ScheduledSwitch, SwitchEvent, SwitchRefusal
from failover.observation import Reason
from failover.pausing import pause, resume
from failover.scheduling import cancel, schedule, waiting
from failover.switch import switch_by_hand
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def domain(site: Site) -> Domain:
    """A domain that failed over, and whose primary is up again."""
    domain = site.pair()
    switch_by_hand(
        domain=domain, to_role=Role.SECONDARY, seen_epoch=0, actor_name="anna", reason="patching", clock=site.clock
    )
    site.run(10)
    domain.refresh_from_db()
    return domain


def planned(site: Site, domain: Domain, *, opens: float = 60, closes: float = 120, nightly: bool = False) -> None:
    schedule(
        domain=domain,
        to_role=Role.PRIMARY,
        opens_at=site.clock.now() + timedelta(seconds=opens),
        closes_at=site.clock.now() + timedelta(seconds=closes),
        nightly=nightly,
        reason="back to normal",
        actor_name="anna",
        clock=site.clock,
    )


def test_it_is_made_when_its_window_opens(site: Site, domain: Domain) -> None:
    planned(site, domain)
    site.run(58)
    assert SwitchEvent.objects.count() == 1
    site.run(6)
    event = SwitchEvent.objects.first()
    assert event is not None
    assert (event.cause, event.to_role, event.actor_name) == (Cause.SCHEDULED, Role.PRIMARY, "anna")
    assert event.reason == "back to normal"
    assert ScheduledSwitch.objects.get().outcome == Outcome.MADE
    site.run(60)
    assert SwitchEvent.objects.count() == 2


def test_it_waits_until_the_server_is_up_without_a_refusal_for_each_look(site: Site, domain: Domain) -> None:
    site.answer(domain, {Role.PRIMARY: Reason.TIMEOUT})
    site.run(20)
    planned(site, domain)
    site.run(80)
    assert SwitchEvent.objects.count() == 1
    assert not SwitchRefusal.objects.exists()
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(6)
    assert SwitchEvent.objects.count() == 2


def test_it_is_missed_when_the_server_is_not_up_in_time(site: Site, domain: Domain) -> None:
    site.answer(domain, {Role.PRIMARY: Reason.TIMEOUT})
    site.run(20)
    planned(site, domain)
    site.run(140)
    assert ScheduledSwitch.objects.get().outcome == Outcome.MISSED
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(60)
    assert SwitchEvent.objects.count() == 1


def test_a_nightly_one_is_tried_again_the_next_night(site: Site, domain: Domain) -> None:
    site.answer(domain, {Role.PRIMARY: Reason.TIMEOUT})
    site.run(20)
    planned(site, domain, nightly=True)
    first = ScheduledSwitch.objects.get()
    site.run(140)
    moved = ScheduledSwitch.objects.get()
    assert moved.done_at is None
    assert moved.opens_at == first.opens_at + 24 * HOUR
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(60)
    site.clock.turn((moved.opens_at - site.clock.now()).total_seconds() + 1)
    site.run(20)
    assert SwitchEvent.objects.count() == 2


def test_it_is_needless_when_somebody_switched_by_hand(site: Site, domain: Domain) -> None:
    planned(site, domain)
    switch_by_hand(domain=domain, to_role=Role.PRIMARY, seen_epoch=1, actor_name="bela", reason="now", clock=site.clock)
    site.run(70)
    assert ScheduledSwitch.objects.get().outcome == Outcome.NEEDLESS
    assert SwitchEvent.objects.count() == 2


def test_it_is_not_made_while_the_domain_is_paused(site: Site, domain: Domain) -> None:
    planned(site, domain)
    pause(domain=domain, reason="busy", actor_name="bela", clock=site.clock)
    site.run(90)
    assert SwitchEvent.objects.count() == 1
    resume(domain=domain, actor_name="bela", clock=site.clock)
    site.run(6)
    assert SwitchEvent.objects.count() == 2


def test_a_cancelled_one_is_not_made_and_another_one_replaces_the_first(site: Site, domain: Domain) -> None:
    planned(site, domain)
    planned(site, domain, opens=30)
    assert ScheduledSwitch.objects.filter(outcome=Outcome.CANCELLED).count() == 1
    cancel(domain=domain, actor_name="bela", clock=site.clock)
    assert waiting(domain) is None
    site.run(120)
    assert SwitchEvent.objects.count() == 1
    with pytest.raises(NotPossible, match="Nothing is scheduled any more"):
        cancel(domain=domain, actor_name="bela", clock=site.clock)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"reason": " "}, "Give a reason", id="no reason"),
        pytest.param({"to_role": Role.SECONDARY}, "active already", id="to the active server"),
        pytest.param({"closes": -1.0}, "window is over", id="a window that is over"),
        pytest.param({"closes": 5.0}, "ends before it begins", id="a window that ends before it begins"),
        pytest.param({"closes": 90000.0, "nightly": True}, "shorter than a day", id="a nightly window of a day"),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(
    site: Site, domain: Domain, change: dict[str, object], says: str
) -> None:
    asked = {"to_role": Role.PRIMARY, "reason": "r", "closes": 120.0, "nightly": False} | change
    closes = asked.pop("closes")
    assert isinstance(closes, float)
    with pytest.raises(NotPossible, match=says):
        schedule(
            domain=domain,
            opens_at=site.clock.now() + timedelta(seconds=60),
            closes_at=site.clock.now() + timedelta(seconds=closes),
            actor_name="anna",
            clock=site.clock,
            **asked,  # type: ignore[arg-type]
        )
    assert not ScheduledSwitch.objects.exists()


def test_a_domain_without_that_server_cannot_be_scheduled(site: Site) -> None:
    domain = site.pair()
    domain.servers.get(role=Role.SECONDARY).delete()
    with pytest.raises(NotPossible, match="no secondary server"):
        schedule(
            domain=domain,
            to_role=Role.SECONDARY,
            opens_at=site.clock.now(),
            closes_at=site.clock.now() + HOUR,
            reason="r",
            actor_name="anna",
            clock=site.clock,
        )


@pytest.mark.parametrize("nightly", [False, True])
def test_what_was_missed_says_why_and_is_kept_as_a_refusal(site: Site, domain: Domain, nightly: bool) -> None:
    planned(site, domain, nightly=nightly)
    pause(domain=domain, reason="busy", actor_name="bela", clock=site.clock)
    site.run(140)
    refusal = SwitchRefusal.objects.get()
    assert (refusal.code, refusal.cause, refusal.actor_name) == (Refusal.PAUSED, Cause.SCHEDULED, "anna")
    assert refusal.sentence == "Not made in time: automatic switching is paused. Primary stays the standby."
    row = ScheduledSwitch.objects.get()
    assert (row.outcome, row.sentence) == (("", "") if nightly else (Outcome.MISSED, refusal.sentence))


def test_a_window_that_passed_without_a_monitor_is_missed_for_that_reason(site: Site, domain: Domain) -> None:
    planned(site, domain, opens=60, closes=64)
    site.clock.turn(90)
    site.run(8)
    assert SwitchRefusal.objects.get().code in (Refusal.TOO_LATE, Refusal.STANDBY_NOT_UP)
    assert SwitchEvent.objects.count() == 1


def test_one_that_cannot_be_written_delays_nothing_else(site: Site, domain: Domain) -> None:
    other = site.pair(auto_failover_interval=timedelta(seconds=20))
    planned(site, domain)

    def poisoned(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "failover_switchevent"') and Cause.SCHEDULED in params:
            raise OperationalError("could not obtain lock")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(poisoned):
        site.run(60)
        site.answer(other, {Role.PRIMARY: Reason.TIMEOUT})
        site.run(10)
        assert site.standing(other).state == State.COUNTING_DOWN
        assert not site.monitor._database_away
        site.run(16)
        assert SwitchEvent.objects.get(domain=other).cause == Cause.AUTOMATIC


def test_what_was_tried_and_failed_until_its_window_closed_says_what_failed(site: Site, domain: Domain) -> None:
    planned(site, domain, opens=10, closes=60)

    def full(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "failover_switchevent"'):
            raise OperationalError("the disk is full\nDETAIL: really")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(full):
        site.run(120)
    row = ScheduledSwitch.objects.get()
    assert row.outcome == Outcome.MISSED
    assert row.sentence == "It was tried in its window and could not be made: the disk is full."
    assert SwitchRefusal.objects.get().sentence == row.sentence


def test_who_stood_still_and_leads_no_more_closes_neither_a_schedule_nor_a_pause(site: Site, domain: Domain) -> None:
    planned(site, domain, opens=1, closes=3)
    pause(
        domain=domain,
        reason="busy",
        actor_name="bela",
        clock=site.clock,
        until=site.clock.now() + timedelta(seconds=2),
    )
    site.clock.turn(4.0)
    Lease.objects.update(holder="other", term=9)
    assert site.monitor.leadership.valid
    site.monitor._leading.once_a_second()
    assert site.monitor.leadership.term is None
    assert ScheduledSwitch.objects.get().done_at is None
    assert Pause.objects.get().ended_at is None
    assert not SwitchRefusal.objects.exists()
