"""What survives a restart, a suspend and a fault, and what does not. FAILOVER.md sections 2 and 6."""

from datetime import timedelta

import pytest

from appservers.models import Domain, Role
from failover.conf import LEASE_TTL
from failover.decision import State
from failover.models import Countdown, Ending, SwitchEvent
from failover.monitor import MOST_FAULTS, Identity, Monitor
from failover.observation import Observation, Reason
from failover.pace import Pace
from failover.pausing import pause, resume
from failover.switch import switch_by_hand
from failover.testing import ScriptedProber
from failover.tests.site import PERIOD, Site

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DOWN = {Role.PRIMARY: Reason.REFUSED}


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def domain(site: Site) -> Domain:
    return site.pair(auto_failover_interval=MINUTE)


def restart(site: Site, predecessor: str, *, away: float) -> None:
    site.clock.turn(away)
    prober = ScriptedProber(site.clock)
    identity = Identity("again", "0", predecessor)
    site.monitor = Monitor(identity=identity, pace=Pace(period=PERIOD), prober=prober, clock=site.clock)
    site.prober = prober


def test_a_restarted_monitor_goes_on_with_its_own_count(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(40)
    site.monitor.stop()
    restart(site, "one", away=5)
    site.run(10)
    assert not SwitchEvent.objects.exists()
    site.run(20)
    assert SwitchEvent.objects.count() == 1
    assert Countdown.objects.get().ending == Ending.SWITCHED


def test_the_time_that_it_was_away_is_not_counted(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(40)
    began = site.clock.now() - timedelta(seconds=38)
    site.monitor.stop()
    restart(site, "one", away=14)
    site.run(40)
    assert SwitchEvent.objects.get().at - began >= MINUTE + timedelta(seconds=14)


def test_after_a_longer_while_it_counts_anew(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(50)
    site.monitor.stop()
    restart(site, "one", away=LEASE_TTL + 3 * PERIOD + 1)
    site.run(50)
    assert not SwitchEvent.objects.exists()
    site.run(14)
    assert SwitchEvent.objects.count() == 1


def test_it_counts_anew_when_its_first_check_does_not_fail(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(50)
    site.monitor.stop()
    restart(site, "one", away=2)
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(4)  # the first round reads what to probe
    site.answer(domain, DOWN)
    site.run(54)
    assert not SwitchEvent.objects.exists()


def test_another_monitors_count_is_not_inherited(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(50)
    site.monitor.stop()
    restart(site, "", away=2)
    site.run(50)
    assert not SwitchEvent.objects.exists()


def test_a_count_on_an_older_endpoint_is_not_inherited(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(50)
    site.monitor.stop()
    domain.servers.filter(role=Role.PRIMARY).update(server_port=9998, configuration=2)
    restart(site, "one", away=2)
    site.run(50)
    assert not SwitchEvent.objects.exists()


def test_a_count_of_before_a_switch_is_not_inherited(site: Site, domain: Domain) -> None:
    site.answer(domain, {Role.SECONDARY: Reason.TIMEOUT})
    site.run(50)
    switch_by_hand(
        domain=domain, to_role=Role.SECONDARY, seen_epoch=0, actor_name="a", reason="r", force=True, clock=site.clock
    )
    site.monitor.stop()  # before it read of the switch
    restart(site, "one", away=2)
    site.run(50)
    assert SwitchEvent.objects.count() == 1


def test_a_suspended_machine_adds_nothing_to_the_count(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(30)
    site.clock.suspend(3600)
    site.run(56)
    assert not SwitchEvent.objects.exists()
    site.run(10)
    assert SwitchEvent.objects.count() == 1


def test_what_was_probed_across_a_suspend_says_nothing(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(30)
    server = domain.servers.get(role=Role.PRIMARY)
    under_way = site.clock.monotonic()
    site.clock.suspend(3600)
    site.monitor.run_once()
    site.clock.turn(1)
    site.prober._seen.append(Observation(server.pk, 1, Reason.REFUSED, under_way - 1, site.clock.monotonic()))
    site.monitor.run_once()
    assert site.monitor.board.tracks[server.pk].failures == 0


def test_a_process_that_stood_still_counts_anew_although_its_engine_went_on(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(58)
    site.prober.stood_still = True
    site.run(50)
    assert not SwitchEvent.objects.exists()
    site.run(16)
    assert SwitchEvent.objects.count() == 1


def test_a_suspend_between_a_decision_and_its_commit_stops_the_switch(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(58)
    site.clock.turn(4.1)
    for server in domain.servers.all():
        site.prober.see(server.pk, site.answers[server.pk])

    results, calls = site.prober.results, iter(range(100))

    def after_a_suspend() -> list[Observation]:
        if next(calls) == 1:  # the first call is the round's, the second the switch's own
            site.clock.suspend(3600)
        return results()

    site.prober.results = after_a_suspend  # type: ignore[method-assign]
    site.monitor.run_once()
    assert next(calls) >= 2
    assert not SwitchEvent.objects.exists()


def test_a_clock_that_is_set_by_a_second_is_no_jump(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(30)
    site.clock.set_forward(1.5)
    site.run(34)
    assert SwitchEvent.objects.count() == 1


def test_a_countdown_whose_evidence_was_lost_ends_and_the_next_one_tells_its_own_length(
    site: Site, domain: Domain
) -> None:
    site.answer(domain, DOWN)
    site.run(30)
    site.clock.turn(100)
    site.run(20)
    ended, running = Countdown.objects.order_by("started_at")
    assert ended.ending == Ending.EVIDENCE_LOST
    assert running.ended_at is None
    assert running.started_at - running.outage_at < timedelta(seconds=10)


def test_a_lone_answer_freezes_the_count_and_keeps_the_countdown(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(30)
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(2)
    site.answer(domain, DOWN)
    site.run(10)
    assert Countdown.objects.get().ended_at is None


def test_the_same_monitor_that_takes_its_lapsed_lease_back_keeps_its_countdowns(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(30)
    site.monitor.leadership.step_down()
    site.run(10)
    assert Countdown.objects.get().ended_at is None
    assert site.monitor.leadership.term == 2


def test_a_monitor_whose_rounds_keep_failing_lets_another_one_lead(site: Site, domain: Domain) -> None:
    second, _ = site.new_monitor("two")
    site.prober.lateness = None  # type: ignore[method-assign, assignment]  # a fault that nobody foresaw
    for _ in range(MOST_FAULTS + 10):
        site.clock.turn(1.0)
        with pytest.raises(TypeError):
            site.monitor.run_once()
        second.run_once()
    site.clock.turn(LEASE_TTL)
    second.run_once()
    assert second.leadership.valid


def test_a_pause_that_began_and_ended_between_two_looks_clears_the_count_too(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(59)
    pause(domain=domain, reason="a moment", actor_name="anna", clock=site.clock)
    site.clock.turn(0.1)
    resume(domain=domain, actor_name="anna", clock=site.clock)
    site.run(40)
    assert not SwitchEvent.objects.exists()
    assert site.standing(domain).state == State.COUNTING_DOWN


def test_a_domain_that_goes_back_right_after_a_switch_is_noticed(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(56)
    while not SwitchEvent.objects.exists():
        site.run(0.5, step=0.5)
    SwitchEvent.objects.all().delete()
    Domain.objects.update(active_role=Role.PRIMARY, epoch=0)  # before the leader read the domain again
    site.run(120)
    assert not SwitchEvent.objects.exists()


def test_nothing_is_inherited_when_automatic_failover_was_turned_meanwhile(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(50)
    site.monitor.stop()
    Domain.objects.filter(pk=domain.pk).update(automatic_turned_at=site.clock.now())
    restart(site, "one", away=2)
    site.run(50)
    assert not SwitchEvent.objects.exists()
    site.run(14)
    assert SwitchEvent.objects.count() == 1


def test_an_inherited_count_waits_for_its_first_check_no_longer_than_a_gap(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(50)
    site.monitor.stop()
    restart(site, "one", away=2)
    site.answer(domain, {Role.PRIMARY: Reason.UNRESOLVED})
    site.run(60)  # no evidence either way
    site.answer(domain, DOWN)
    site.run(56)
    assert not SwitchEvent.objects.exists()
    site.run(8)
    assert SwitchEvent.objects.count() == 1
