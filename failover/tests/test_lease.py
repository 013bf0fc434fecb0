"""One leader at a time, by no clock but the reader's own; FAILOVER.md section 5."""

import pytest

from failover.conf import LEASE_TTL
from failover.lease import Leadership
from failover.models import Lease
from failover.testing import TurnedClock

pytestmark = pytest.mark.django_db


def leading(me: str, clock: TurnedClock) -> Leadership:
    leadership = Leadership(me=me, clock=clock)
    assert leadership.step()
    return leadership


def test_the_first_monitor_leads_at_once() -> None:
    leading("a", TurnedClock())
    row = Lease.objects.get()
    assert (row.holder, row.term) == ("a", 1)


def test_the_second_waits_while_the_first_renews() -> None:
    clock = TurnedClock()
    first, second = leading("a", clock), Leadership(me="b", clock=clock)
    for _ in range(30):
        clock.turn(1.0)
        assert first.step()
        assert not second.step()


def test_a_dead_leader_is_replaced_when_the_row_stood_still_for_the_ttl_and_no_sooner() -> None:
    clock = TurnedClock()
    leading("a", clock)
    second = Leadership(me="b", clock=clock)
    assert not second.step()
    clock.turn(LEASE_TTL - 0.01)
    assert not second.step()
    clock.turn(0.01)
    assert second.step()
    assert Lease.objects.get().term == 2


def test_the_old_leader_stops_to_believe_before_anybody_can_take_over() -> None:
    clock = TurnedClock()
    first, second = leading("a", clock), Leadership(me="b", clock=clock)
    second.step()
    while not second.valid:
        clock.turn(0.1)
        second.step()
        assert not (first.valid and second.valid)


def test_a_leader_that_resigns_is_replaced_at_once() -> None:
    clock = TurnedClock()
    first, second = leading("a", clock), Leadership(me="b", clock=clock)
    assert not second.step()
    first.resign()
    assert not first.valid
    assert second.step()


def test_a_leader_that_was_replaced_while_it_slept_steps_down_when_it_renews() -> None:
    clock = TurnedClock()
    first, second = leading("a", clock), Leadership(me="b", clock=clock)
    second.step()
    clock.turn(LEASE_TTL)
    assert second.step()
    assert not first.step()
    assert first.term is None


def test_a_lease_that_ran_out_is_not_held_even_if_nobody_took_it() -> None:
    clock = TurnedClock()
    first = leading("a", clock)
    assert first.held_under_lock()
    clock.turn(LEASE_TTL)
    assert not first.held_under_lock()


def test_a_lease_that_somebody_else_took_is_not_held_whatever_the_own_clock_says() -> None:
    first = leading("a", TurnedClock())
    Lease.objects.update(holder="b", term=2)
    assert first.valid
    assert not first.held_under_lock()


def test_a_monitor_takes_its_own_lapsed_lease_back_at_once_in_a_new_term() -> None:
    clock = TurnedClock()
    first = leading("a", clock)
    clock.turn(LEASE_TTL)
    first.step_down()
    assert first.step()
    assert first.term == 2


def test_the_same_name_in_a_later_term_does_not_hold_the_earlier_one() -> None:
    first = leading("a", TurnedClock())
    Lease.objects.update(term=2)
    assert not first.held_under_lock()


def test_resigning_leaves_a_lease_alone_that_somebody_else_took() -> None:
    first = leading("a", TurnedClock())
    Lease.objects.update(holder="b", term=2)
    first.resign()
    assert Lease.objects.get().holder == "b"


def test_a_term_is_never_given_twice() -> None:
    clock = TurnedClock()
    terms = []
    for name in ("a", "b", "a"):
        leader = leading(name, clock)
        terms.append(leader.term)
        leader.resign()
    assert terms == [1, 2, 3]
