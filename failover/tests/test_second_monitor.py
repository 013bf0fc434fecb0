"""A monitor that does not lead: it counts along, and costs next to nothing."""

from datetime import timedelta

import pytest

from appservers.models import Domain, Role
from appservers.testing import pair
from failover.decision import Code, State
from failover.models import Countdown, Ending, Lease, SwitchEvent
from failover.monitor import TICK, Monitor
from failover.observation import Reason
from failover.testing import ScriptedProber
from failover.tests.site import PERIOD, Site

pytestmark = pytest.mark.django_db


def test_it_does_not_spin_when_its_own_count_is_over_and_the_leader_does_not_switch() -> None:
    site = Site()
    domain = site.pair(auto_failover_interval=timedelta(minutes=1))
    second, prober = site.new_monitor("two")
    second.run_once()
    for _ in range(40):  # the leader sees all servers up, the second sees the primary out
        site.clock.turn(2.0)
        for pk, reason in site.answers.items():
            site.prober.see(pk, reason)
        for server in domain.servers.all():
            prober.see(server.pk, Reason.REFUSED if server.role == Role.PRIMARY else Reason.OK)
        site.monitor.run_once()
        pause = second.run_once()
    assert second.board.decisions[domain.pk].code is Code.NO_MAJORITY
    assert pause == TICK
    assert not SwitchEvent.objects.exists()


def pass_by(site: Site, seconds: float, *running: tuple[Monitor, ScriptedProber]) -> None:
    """Let time pass for these monitors; another one is dead or stands still."""
    for _ in range(round(seconds / PERIOD)):
        site.clock.turn(PERIOD)
        for monitor, prober in running:
            for pk, reason in site.answers.items():
                prober.see(pk, reason)
            monitor.run_once()


def test_what_settled_before_it_led_is_written_down_by_the_new_leader() -> None:
    site = Site()
    domain = site.pair(auto_failover_interval=timedelta(minutes=1))
    first, second = (site.monitor, site.prober), site.new_monitor("two")
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    pass_by(site, 20, first, second)
    assert site.standing(domain).state == State.COUNTING_DOWN
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    pass_by(site, 20, second)  # the first is dead; the server is back before the second leads
    assert second[0].leadership.valid
    assert site.standing(domain).state == State.STEADY


def test_a_countdown_that_was_over_before_it_led_again_is_ended_by_the_leader() -> None:
    site = Site()
    domain = site.pair(auto_failover_interval=timedelta(minutes=1))
    first, second = (site.monitor, site.prober), site.new_monitor("two")
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    pass_by(site, 20, first, second)
    Lease.objects.update(holder="gone", term=2)  # takes the lease, and dies
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    pass_by(site, 20, first)
    assert first[0].leadership.valid
    assert Countdown.objects.get().ending == Ending.RECOVERED


def test_another_reason_for_the_same_state_is_written_down_by_the_new_leader() -> None:
    site = Site()
    domain = pair()
    first, second = (site.monitor, site.prober), site.new_monitor("two")
    site.answer(domain, {Role.PRIMARY: Reason.OK, Role.SECONDARY: Reason.UNRESOLVED})
    pass_by(site, 20, first, second)
    assert Reason.UNRESOLVED.sentence in site.standing(domain).sentence
    site.answer(domain, {Role.SECONDARY: Reason.NO_RESOURCES})
    pass_by(site, 20, second)  # the first is dead; the reason is another before the second leads
    assert second[0].leadership.valid
    assert Reason.NO_RESOURCES.sentence in site.standing(domain).sentence


def lost_lead(site: Site) -> tuple[tuple[Monitor, ScriptedProber], tuple[Monitor, ScriptedProber]]:
    """Two monitors, of which the first counted a long outage as the leader, and the second led it to its end."""
    domain = site.pair(auto_failover_interval=timedelta(minutes=10))
    first, second = (site.monitor, site.prober), site.new_monitor("two")
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    pass_by(site, 60, first, second)
    pass_by(site, 14, second)  # the first stands still
    pass_by(site, 4, first, second)
    assert (first[0].leadership.valid, second[0].leadership.valid) == (False, True)
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    pass_by(site, 20, first, second)
    assert Countdown.objects.get().ending == Ending.RECOVERED
    return first, second


def test_who_leads_again_goes_on_with_a_countdown_that_began_meanwhile_by_what_it_counted_of_that() -> None:
    site = Site()
    first, second = lost_lead(site)
    site.answer(Domain.objects.get(), {Role.PRIMARY: Reason.REFUSED})
    pass_by(site, 14, first, second)
    pass_by(site, 20, first)  # the second is dead
    assert first[0].leadership.valid
    assert [row.ending for row in Countdown.objects.order_by("pk")] == [Ending.RECOVERED, ""]


def test_who_leads_again_ends_a_countdown_that_began_meanwhile_and_of_which_it_counted_nothing() -> None:
    site = Site()
    first, second = lost_lead(site)
    site.answer(Domain.objects.get(), {Role.PRIMARY: Reason.REFUSED})
    pass_by(site, 14, second)
    site.answer(Domain.objects.get(), {Role.PRIMARY: Reason.OK})
    pass_by(site, 20, first)  # the second is dead
    assert first[0].leadership.valid
    assert [row.ending for row in Countdown.objects.order_by("pk")] == [Ending.RECOVERED, Ending.MONITOR_CHANGED]
