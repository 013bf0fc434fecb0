"""The monitor's rounds, over a scripted network, a turned clock and the real database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from appservers.models import ApplicationServer, Domain, Role
from appservers.services import delete_domain
from failover.conf import LEASE_TTL
from failover.decision import Code, State
from failover.health import Status
from failover.models import Cause, Countdown, Ending, Lease, Monitor, ServerHealth, SwitchEvent, SwitchRefusal
from failover.observation import Reason
from failover.switch import switch_by_hand
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DOWN = {Role.PRIMARY: Reason.REFUSED}


@pytest.fixture
def site() -> Site:
    return Site()


def test_it_waits_out_the_interval_and_makes_the_secondary_active(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(60)
    assert site.standing(domain).state == State.COUNTING_DOWN
    assert not SwitchEvent.objects.exists()
    site.run(4)
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.SECONDARY, 1)
    event = SwitchEvent.objects.get()
    assert event.cause == Cause.AUTOMATIC
    assert event.outage_at is not None
    assert event.at - event.outage_at >= MINUTE
    assert Countdown.objects.get().ending == Ending.SWITCHED


def test_it_never_fails_back_by_itself_and_fails_over_in_the_other_direction_too(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(66)
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(300)
    domain.refresh_from_db()
    assert domain.active_role == Role.SECONDARY
    site.answer(domain, {Role.SECONDARY: Reason.TIMEOUT})
    site.run(66)
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.PRIMARY, 2)


def test_an_outage_that_ends_in_time_switches_nothing(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(58)
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(60)
    assert not SwitchEvent.objects.exists()
    assert Countdown.objects.get().ending == Ending.RECOVERED
    assert site.standing(domain).state == State.STEADY


def test_it_does_not_switch_while_the_standby_is_down_and_switches_as_soon_as_it_is_back(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.TIMEOUT})
    site.run(600)
    assert site.standing(domain).state == State.HELD
    assert Countdown.objects.get().held_sentence.endswith(
        "Secondary cannot take over: it does not answer in time. As soon as it is up, it takes over."
    )
    site.answer(domain, {Role.SECONDARY: Reason.OK})
    site.run(2)
    assert not SwitchEvent.objects.exists()
    site.run(2)
    assert SwitchEvent.objects.get().to_role == Role.SECONDARY


def test_a_monitor_without_a_working_network_of_its_own_switches_nothing(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, {Role.PRIMARY: Reason.NO_RESOURCES, Role.SECONDARY: Reason.OK})
    site.run(600)
    assert not SwitchEvent.objects.exists()


def test_a_monitor_that_slept_through_the_interval_counts_anew(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(10)
    site.clock.turn(3600)
    site.run(4)
    assert not SwitchEvent.objects.exists()
    site.run(62)
    assert SwitchEvent.objects.count() == 1


def test_a_switch_by_hand_ends_the_countdown_and_the_other_server_is_counted_from_then_on(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(30)
    domain.refresh_from_db()
    switch_by_hand(domain=domain, to_role=Role.SECONDARY, seen_epoch=0, actor_name="a", reason="sure", clock=site.clock)
    site.run(120)
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.SECONDARY, 1)
    assert Countdown.objects.get().ending == Ending.SWITCHED_BY_HAND


def test_a_forced_switch_to_a_dead_server_is_not_undone_before_a_full_interval(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, {Role.SECONDARY: Reason.REFUSED})
    site.run(300)
    switch_by_hand(
        domain=domain, to_role=Role.SECONDARY, seen_epoch=0, actor_name="a", reason="x", force=True, clock=site.clock
    )
    site.run(56)
    assert SwitchEvent.objects.count() == 1
    site.run(10)
    assert SwitchEvent.objects.count() == 2


def test_an_edit_of_the_active_server_ends_the_countdown(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(30)
    ApplicationServer.objects.filter(domain=domain, role=Role.PRIMARY).update(server_port=9998, configuration=2)
    site.run(2)
    assert Countdown.objects.get().ending == Ending.SERVER_CHANGED
    site.run(60)
    assert not SwitchEvent.objects.exists()


def test_a_shorter_interval_keeps_the_evidence(site: Site) -> None:
    domain = site.pair(auto_failover_interval=timedelta(hours=1))
    site.answer(domain, DOWN)
    site.run(90)
    Domain.objects.update(auto_failover_interval=MINUTE)
    site.run(2)
    assert SwitchEvent.objects.count() == 1


def test_a_longer_interval_moves_the_moment_that_people_see(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(30)
    before = site.standing(domain).switch_at
    Domain.objects.update(auto_failover_interval=2 * MINUTE)
    site.run(2)
    after = site.standing(domain).switch_at
    assert before is not None
    assert after is not None
    assert abs(after - before - MINUTE) < timedelta(seconds=1)
    assert Countdown.objects.get().due_at == after


def test_removing_the_standby_in_a_countdown_leaves_the_domain_exposed(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(30)
    domain.servers.get(role=Role.SECONDARY).delete()
    site.run(2)
    assert site.standing(domain).state == State.EXPOSED
    assert Countdown.objects.get().ending == Ending.STANDBY_REMOVED


def test_deleting_a_domain_in_a_countdown_ends_it_and_stops_nothing_else(site: Site) -> None:
    domain, other = site.pair(auto_failover_interval=MINUTE), site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.answer(other, DOWN)
    site.run(30)
    name = domain.name
    delete_domain(domain=domain, typed_name=name)
    site.run(40)
    assert Countdown.objects.get(domain_name=name).ending == Ending.DOMAIN_DELETED
    assert SwitchEvent.objects.get().domain == other


def test_both_servers_are_probed_quickly_when_the_switch_is_near(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(40)
    assert site.prober.hurried == set()
    site.run(20)
    assert site.prober.hurried == set(domain.servers.values_list("pk", flat=True))


def test_a_failing_server_is_probed_quickly_until_the_verdict(site: Site) -> None:
    domain = site.pair(auto_failover_interval=timedelta(hours=1))
    primary = domain.servers.get(role=Role.PRIMARY).pk
    site.answer(domain, DOWN)
    site.run(2)
    assert site.prober.hurried == {primary}
    site.run(4)
    assert site.prober.hurried == set()


def test_the_next_round_waits_no_longer_than_until_the_switch_is_due(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(60)
    site.clock.turn(1.95)
    assert site.monitor.run_once() == pytest.approx(0.05, abs=0.01)


def test_health_is_written_when_it_changes_and_keeps_its_beginning(site: Site) -> None:
    domain = site.pair(auto_failover_interval=timedelta(hours=1))
    primary = ServerHealth.objects.get(server__domain=domain, server__role=Role.PRIMARY)
    assert (primary.status, primary.reason) == (Status.UP, Reason.OK)
    site.run(60)
    assert ServerHealth.objects.get(pk=primary.pk).since == primary.since
    site.answer(domain, DOWN)
    site.run(6)
    primary.refresh_from_db()
    assert (primary.status, primary.reason, primary.failures) == (Status.DOWN, Reason.REFUSED, 3)


def test_a_steady_round_writes_next_to_nothing(site: Site, django_assert_max_num_queries: object) -> None:
    site.pair()
    site.run(60)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        site.run(2)


def test_a_domain_that_cannot_be_looked_at_does_not_stop_the_others(site: Site) -> None:
    poisoned, other = site.pair(auto_failover_interval=MINUTE), site.pair(auto_failover_interval=MINUTE)
    # An interval that no arithmetic can be done on: what a bug elsewhere would leave behind.
    watched = site.monitor.board.domains[poisoned.pk]
    site.monitor.board.domains[poisoned.pk] = replace(watched, interval=None)  # type: ignore[arg-type]
    site.answer(poisoned, DOWN)
    site.answer(other, DOWN)
    site.run(66)
    other.refresh_from_db()
    assert other.active_role == Role.SECONDARY


def test_a_domain_that_could_not_be_looked_at_when_it_settled_is_looked_at_later(site: Site) -> None:
    domain = site.pair()
    site.answer(domain, {Role.SECONDARY: Reason.REFUSED})
    site.run(10)
    watched = site.monitor.board.domains[domain.pk]
    site.monitor.board.domains[domain.pk] = replace(watched, epoch=None)  # type: ignore[arg-type]
    site.answer(domain, {Role.SECONDARY: Reason.OK})
    site.run(10)
    assert site.standing(domain).code == Code.STANDBY_DOWN
    site.monitor.board.domains[domain.pk] = watched
    site.run(20)
    assert site.standing(domain).code == Code.ALL_UP


def test_a_second_monitor_neither_switches_nor_writes_while_the_first_leads(site: Site) -> None:
    site.pair()
    second, _ = site.new_monitor("two")
    for _ in range(10):
        site.clock.turn(1.0)
        site.monitor.run_once()
        second.run_once()
    assert [row.identity for row in Monitor.objects.filter(leads=True)] == ["one"]
    assert Lease.objects.get().holder == "one"


def test_a_new_leader_counts_by_itself_and_says_so(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(40)
    site.monitor.stop()
    site.monitor, site.prober = site.new_monitor("two")
    site.run(20)
    assert Countdown.objects.get(ended_at__isnull=False).ending == Ending.MONITOR_CHANGED
    assert not SwitchEvent.objects.exists()
    site.run(50)
    assert SwitchEvent.objects.count() == 1


def test_a_new_leader_that_counted_along_goes_on_with_the_countdown_by_its_own_count(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    second, prober = site.new_monitor("two")
    second.run_once()
    site.answer(domain, DOWN)
    for _ in range(20):
        site.clock.turn(2.0)
        for server, reason in site.answers.items():
            site.prober.see(server, reason)
            prober.see(server, reason)
        site.monitor.run_once()
        second.run_once()
    site.monitor.stop()
    site.monitor, site.prober = second, prober
    site.run(16)
    assert second.leadership.valid
    assert Countdown.objects.get().ended_at is None
    site.run(10)
    assert Countdown.objects.get().ending == Ending.SWITCHED
    assert SwitchEvent.objects.count() == 1


def test_a_leader_that_lost_the_lease_in_its_sleep_writes_nothing_more(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    Lease.objects.update(holder="other", term=9)
    before = site.standing(domain)
    site.answer(domain, DOWN)
    site.run(LEASE_TTL - 2)
    after = site.standing(domain)
    assert (after.state, after.sentence) == (before.state, before.sentence)


def test_checks_that_cannot_be_held_are_not_kept_quiet(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.prober.late = 3.2
    site.pair()
    assert "checks start up to 3.2 s late" in caplog.text
    assert Monitor.objects.get().late


def test_stopping_gives_the_lease_back_and_ends_the_probes(site: Site) -> None:
    site.pair()
    site.monitor.stop()
    assert Lease.objects.get().holder == ""
    assert Monitor.objects.get().stopped_at is not None
    assert site.prober.closed


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_while_the_database_is_away_it_probes_on_and_goes_on_when_it_is_back(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE failover_lease RENAME TO away")
    try:
        site.run(66)
        assert not SwitchEvent.objects.exists()
        pauses = {site.monitor.run_once() for _ in range(4)}
        assert len(pauses) > 1  # not at the same moment as the others
        assert all(0.5 <= pause <= 1.5 for pause in pauses)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO failover_lease")
    site.run(4 + LEASE_TTL)
    assert SwitchEvent.objects.count() == 1
    assert not SwitchRefusal.objects.exists()
    delete_domain(domain=domain, typed_name=domain.name)  # the emptying of the tables cannot remove an active server


def test_a_switch_that_the_database_refuses_for_a_while_is_not_made_a_minute_late(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(56)
    with connection.execute_wrapper(no_room_for_events):
        site.run(120)
    assert not SwitchEvent.objects.exists()
    site.run(4)
    assert SwitchEvent.objects.count() == 1


def no_room_for_events(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """A disk that is full for the largest rows."""
    if sql.startswith('INSERT INTO "failover_switchevent"'):
        raise OperationalError("no space left on device")
    return execute(sql, params, many, context)


def test_a_switch_that_fails_in_a_way_that_nobody_foresaw_does_not_stop_the_others(site: Site) -> None:
    poisoned, other = site.pair(auto_failover_interval=MINUTE), site.pair(auto_failover_interval=MINUTE)
    site.answer(poisoned, DOWN)
    site.answer(other, DOWN)

    def poison(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "failover_switchevent"') and poisoned.name in params:
            raise ValueError("what a bug elsewhere would do")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(poison):
        site.run(70)
    assert SwitchEvent.objects.get().domain == other
    site.run(4)
    assert SwitchEvent.objects.filter(domain=poisoned).count() == 1


def test_a_leader_that_finds_its_lease_taken_is_refused_once(site: Site) -> None:
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, DOWN)
    site.run(60)
    Lease.objects.update(holder="other", term=9)
    site.monitor.board.domains[domain.pk] = replace(site.monitor.board.domains[domain.pk], interval=60.0)
    site.run(2.5, step=0.1)
    assert [refusal.code for refusal in SwitchRefusal.objects.all()] in ([], ["lease_lost"])
    assert not SwitchEvent.objects.exists()


def test_a_round_that_is_late_says_so(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.pair()

    def slow(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "failover_monitor"'):
            site.clock.turn(1.5)
        return execute(sql, params, many, context)

    assert "a round took" not in caplog.text
    with connection.execute_wrapper(slow):
        site.run(2)
    assert "a round took 1.5 s" in caplog.text


def test_the_lease_is_free_before_the_probes_have_ended(site: Site) -> None:
    site.pair()
    holders: list[str] = []
    site.prober.close = lambda: holders.append(Lease.objects.get().holder)  # type: ignore[method-assign]
    site.monitor.stop()
    assert holders == [""]
