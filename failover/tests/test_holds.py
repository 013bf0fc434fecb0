"""What waits for a person's word: a domain that flaps, and a database that went back; FAILOVER.md, rule 9."""

from datetime import timedelta
from typing import Any

import pytest

from appservers.models import Domain, Role
from failover.decision import Code, State
from failover.exceptions import NotPossible
from failover.holds import acknowledge_flapping, confirm_active_server, hold_behind
from failover.models import Countdown, Ending, Hold, HoldKind, Notice, Standing, SwitchEvent, SwitchRefusal
from failover.observation import Reason
from failover.switch import switch_by_hand
from failover.testing import SubscriberFactory, SwitchEventFactory
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def site() -> Site:
    return Site()


def flap(site: Site, domain: Domain, times: int) -> None:
    """The active server goes down, again and again, and the other one is up by then."""
    for _ in range(times):
        domain.refresh_from_db()
        active = Role(domain.active_role)
        site.answer(domain, {active: Reason.REFUSED, active.other: Reason.OK})
        site.run(80)


def test_after_three_automatic_switches_within_an_hour_the_next_waits_for_a_person(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    flap(site, domain, 4)
    assert SwitchEvent.objects.count() == 3
    assert (site.standing(domain).state, site.standing(domain).code) == (State.HELD, Code.ANTI_FLAP)
    site.clock.turn(7200)
    site.run(120)
    assert SwitchEvent.objects.count() == 3


def test_an_acknowledgement_lets_it_switch_again_at_once(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    flap(site, domain, 4)
    acknowledge_flapping(domain=domain, actor_name="anna", note="A cable was loose.", clock=site.clock)
    site.run(4)
    assert SwitchEvent.objects.count() == 4
    flap(site, domain, 1)
    assert SwitchEvent.objects.count() == 5
    assert Hold.objects.filter(cleared_at=None).count() == 0


def test_three_switches_that_are_further_apart_hold_nothing(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    for _ in range(5):
        flap(site, domain, 1)
        site.answer(domain, {Role.PRIMARY: Reason.OK, Role.SECONDARY: Reason.OK})
        site.clock.turn(1800)
        site.run(20)
    assert SwitchEvent.objects.count() == 5


def test_a_flapping_domain_can_be_switched_by_hand(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    flap(site, domain, 4)
    domain.refresh_from_db()
    to_role = Role(domain.active_role).other
    switch_by_hand(domain=domain, to_role=to_role, seen_epoch=3, actor_name="anna", reason="I looked", clock=site.clock)
    domain.refresh_from_db()
    assert domain.active_role == to_role


def test_an_acknowledgement_needs_a_note_and_something_to_acknowledge(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    with pytest.raises(NotPossible, match="nothing to clear"):
        acknowledge_flapping(domain=domain, actor_name="anna", note="looked", clock=site.clock)
    flap(site, domain, 4)
    with pytest.raises(NotPossible, match="Say what you found"):
        acknowledge_flapping(domain=domain, actor_name="anna", note=" ", clock=site.clock)
    assert Hold.objects.get().cleared_at is None


def test_a_lower_epoch_than_was_seen_freezes_the_domain_until_somebody_confirms_who_is_active(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    flap(site, domain, 1)
    SwitchEvent.objects.all().delete()
    Domain.objects.update(active_role=Role.PRIMARY, epoch=0)  # a database failover that lost the commit
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.OK})
    site.run(300)
    assert not SwitchEvent.objects.exists()
    assert site.standing(domain).code == Code.HISTORY_WENT_BACK
    confirm_active_server(
        domain=domain, active=Role.SECONDARY, actor_name="anna", note="Looked at both.", clock=site.clock
    )
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.SECONDARY, 2)
    site.answer(domain, {Role.PRIMARY: Reason.OK, Role.SECONDARY: Reason.REFUSED})
    site.run(70)
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.PRIMARY, 3)


def test_a_new_leader_sees_in_the_history_that_the_domain_went_back(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    SwitchEventFactory.create(domain=domain, epoch=7)
    site.monitor.stop()
    site.monitor, site.prober = site.new_monitor("two")
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(120)
    assert site.standing(domain).code == Code.HISTORY_WENT_BACK
    assert Hold.objects.get().seen_epoch == 7
    assert Hold.objects.get().kind == HoldKind.HISTORY_WENT_BACK


def test_a_switch_that_fails_for_good_is_refused_once_and_does_not_flood_the_history(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    SwitchEventFactory.create(domain=domain, epoch=1)  # appears behind the leader's back
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(600)
    assert SwitchEvent.objects.count() == 1
    assert SwitchRefusal.objects.get().code == "history_went_back"
    assert site.standing(domain).code == Code.HISTORY_WENT_BACK


def test_a_monitor_that_begins_to_lead_compares_with_what_it_saw_while_it_did_not(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    second, prober = site.new_monitor("two")
    flap(site, domain, 1)
    second.run_once()  # it knows of epoch 1
    SwitchEvent.objects.all().delete()
    Domain.objects.update(active_role=Role.PRIMARY, epoch=0)
    site.clock.turn(1.0)
    second.run_once()  # it reads that the domain went back, and freezes it
    assert Hold.objects.get().seen_epoch == 1
    site.monitor.stop()
    site.monitor, site.prober = second, prober
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.OK})
    site.run(120)
    assert not SwitchEvent.objects.exists()
    assert site.standing(domain).code == Code.HISTORY_WENT_BACK


def test_a_countdown_that_began_after_a_switch_was_lost_is_not_ended_by_that_loss(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    second, _ = site.new_monitor("two")
    flap(site, domain, 1)
    second.run_once()  # it knows of epoch 1
    SwitchEvent.objects.all().delete()
    Domain.objects.update(active_role=Role.PRIMARY, epoch=0)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.OK})
    site.run(10)
    held = Countdown.objects.get(ended_at=None)
    assert held.epoch == 0
    site.monitor.stop()
    second.run_once()  # it leads, and reads only now that the domain went back
    held.refresh_from_db()
    assert held.ending == Ending.MONITOR_CHANGED


def test_a_monitor_that_does_not_lead_freezes_what_only_it_knows_to_have_gone_back(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    second, prober = site.new_monitor("two")
    flap(site, domain, 1)
    SwitchEvent.objects.all().delete()
    Domain.objects.update(active_role=Role.PRIMARY, epoch=0)
    first, site.monitor, site.prober = site.monitor, second, prober
    first.leadership.resign()
    second.run_once()  # it leads, and never saw the switch
    first.leadership.step_aside()
    site.clock.turn(1.0)
    first.run_once()
    hold = Hold.objects.get()
    assert (hold.kind, hold.seen_epoch) == (HoldKind.HISTORY_WENT_BACK, 1)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.OK})
    site.run(120)
    assert second.leadership.valid
    assert not SwitchEvent.objects.exists()
    assert Hold.objects.count() == 1


def test_a_hold_learns_of_the_highest_epoch_that_any_monitor_saw(site: Site) -> None:
    domain = site.pair()
    hold_behind([(domain.pk, 3)], site.clock)
    hold_behind([(domain.pk, 7)], site.clock)
    hold_behind([(domain.pk, 5)], site.clock)
    assert Hold.objects.get().seen_epoch == 7
    confirm_active_server(domain=domain, active=Role.PRIMARY, actor_name="anna", note="Looked.", clock=site.clock)
    hold_behind([(domain.pk, 7)], site.clock)  # by one that has not read of that yet
    domain.refresh_from_db()
    assert (domain.epoch, Hold.objects.filter(cleared_at=None).count()) == (8, 0)


def test_a_hold_that_stands_is_not_written_again(site: Site, django_assert_num_queries: Any) -> None:
    domain = site.pair()
    hold_behind([(domain.pk, 3)], site.clock)
    with django_assert_num_queries(1):
        hold_behind([(domain.pk, 3)], site.clock)
    with django_assert_num_queries(0):
        hold_behind([], site.clock)


@pytest.mark.parametrize("active", Role)
def test_who_is_confirmed_as_active_is_told_whoever_it_was_and_the_standing_goes(site: Site, active: Role) -> None:
    SubscriberFactory.create()
    domain = site.pair()
    hold_behind([(domain.pk, 3)], site.clock)
    confirm_active_server(domain=domain, active=active, actor_name="anna", note="Looked at both.", clock=site.clock)
    told = Notice.objects.get().payload
    assert told["type"] == "domain.switched"
    assert told["data"]["text"].startswith(
        f"anna confirmed after the database went back that {active.label} is active."
    )
    said = {key: told["data"][key] for key in ("epoch", "to", "cause", "actor", "reason")}
    assert said == {
        "epoch": 4,
        "to": active.label,
        "cause": "confirmed",
        "actor": "anna",
        "reason": "Looked at both.",
    }
    assert not Standing.objects.exists()
