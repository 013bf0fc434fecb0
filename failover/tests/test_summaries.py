"""The monitor's record of minutes: rows by the hour, over restarts and takeovers, in bounded space."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from appservers.models import ApplicationServer, Domain, Role
from appservers.services import delete_domain
from appservers.testing import pair
from failover.board import Board
from failover.conf import LEASE_TTL, Pace
from failover.hours import unpack
from failover.minutes import Minute
from failover.models import HealthChange, HealthHour, Lease, SwitchEvent
from failover.observation import Observation, Reason
from failover.retention import remove_some
from failover.selectors import watched_domains
from failover.summaries import Summaries
from failover.testing import HealthChangeFactory, HealthHourFactory, TurnedClock
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

MINUTE = 60


@pytest.fixture
def site() -> Site:
    return Site()


def stored(domain: Domain, role: Role = Role.PRIMARY) -> list[Minute]:
    """The minutes of one of the domain's servers, in order."""
    rows = HealthHour.objects.filter(server__domain=domain, server__role=role).order_by("hour")
    return [minute for row in rows for minute in unpack(bytes(row.minutes), row.hour)]


def test_each_minute_of_each_server_is_recorded_when_it_is_over(site: Site) -> None:
    domain = site.pair()
    site.run(3 * MINUTE)
    for role in Role:
        first, second, third = stored(domain, role)
        assert (second.number - first.number, third.number - second.number) == (1, 1)
        assert (second.healthy, second.failures, second.blind) == (30, 0, 0)
    assert HealthHour.objects.count() == 2
    assert stored(domain)[0].number * MINUTE == site.clock.now().timestamp() // MINUTE * MINUTE - 3 * MINUTE


def test_failures_and_the_monitors_own_blindness_are_told_apart(site: Site) -> None:
    domain = site.pair(auto_failover_interval=timedelta(hours=1))
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.UNRESOLVED})
    site.run(3 * MINUTE)
    assert stored(domain)[-1][1:4] == (0, 30, 0)
    assert stored(domain, Role.SECONDARY)[-1][1:4] == (0, 0, 30)


def test_an_hour_that_is_over_gets_a_row_of_its_own_next_to_the_last(site: Site) -> None:
    site.clock.turn(3600 - site.clock.now().timestamp() % 3600 - 3 * MINUTE)
    domain = site.pair()
    site.run(5 * MINUTE)
    assert [row.hour for row in HealthHour.objects.filter(server__domain=domain).order_by("pk")[::2]] == [
        int(site.clock.now().timestamp() // 3600) - 1,
        int(site.clock.now().timestamp() // 3600),
    ]
    numbers = [minute.number for minute in stored(domain)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_restart_in_the_middle_of_an_hour_goes_on_in_the_same_row_and_loses_a_minute_at_most(site: Site) -> None:
    domain = site.pair()
    site.run(5 * MINUTE)
    before = stored(domain)
    site.monitor.stop()
    site.monitor, site.prober = site.new_monitor("two")
    site.run(5 * MINUTE)
    after = stored(domain)
    assert after[: len(before)] == before
    numbers = [minute.number for minute in after]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 10
    assert HealthHour.objects.count() == 2


def test_a_monitor_that_takes_over_fills_in_what_the_dead_one_could_not_write(site: Site) -> None:
    domain = site.pair()
    standby, prober = site.new_monitor("two")
    standby.run_once()

    def both(seconds: int, *, first_lives: bool) -> None:
        for _ in range(seconds // 2):
            site.clock.turn(2.0)
            for pk, reason in site.answers.items():
                site.prober.see(pk, reason)
                prober.see(pk, Reason.UNRESOLVED)  # the standby sees nothing of them
            if first_lives:
                site.monitor.run_once()
            standby.run_once()

    both(3 * MINUTE, first_lives=True)
    before = stored(domain)
    both(4 * MINUTE, first_lives=False)
    assert Lease.objects.get().holder == "two"
    after = stored(domain)
    assert after[: len(before)] == before, "what the leader wrote stands"
    numbers = [minute.number for minute in after]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_monitor_that_does_not_lead_writes_nothing(site: Site) -> None:
    domain = site.pair()
    site.run(2 * MINUTE)
    before = stored(domain)
    Lease.objects.update(holder="other", term=9)
    site.run(LEASE_TTL - 2)
    assert stored(domain) == before


def test_after_an_edit_of_the_address_results_of_the_former_one_do_not_count(site: Site) -> None:
    domain = site.pair()
    site.run(MINUTE)
    server = domain.servers.get(role=Role.PRIMARY)
    former = site.prober.targets[server.pk]
    ApplicationServer.objects.filter(pk=server.pk).update(server_port=9998, configuration=former.configuration + 1)
    site.run(2)
    site.prober.targets[server.pk] = former
    site.answers[server.pk] = Reason.REFUSED
    for _ in range(2 * MINUTE):
        site.clock.turn(1.0)
        site.prober.targets[server.pk] = former
        site.prober.see(server.pk, Reason.REFUSED)
        site.monitor.run_once()
    assert sum(minute.failures for minute in stored(domain)) == 0


def test_minutes_wait_while_another_holds_the_lease_and_are_written_afterwards(site: Site) -> None:
    domain = site.pair()
    site.run(2 * MINUTE)
    before = stored(domain)
    Lease.objects.update(holder="other")
    site.run(4 * MINUTE)
    assert site.monitor.leadership.valid, "it took the lease back"
    numbers = [minute.number for minute in stored(domain)]
    assert len(numbers) >= len(before) + 4
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_record_that_cannot_be_written_holds_up_no_switch_and_is_written_later(site: Site) -> None:
    domain = site.pair(auto_failover_interval=timedelta(minutes=1))
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE failover_healthhour RENAME TO away")
    try:
        site.run(2 * MINUTE)
        assert SwitchEvent.objects.count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO failover_healthhour")
    assert stored(domain) == []
    site.run(4)
    assert [minute.failures > 0 for minute in stored(domain)] == [True, True]
    delete_domain(domain=domain, typed_name=domain.name)  # the emptying of the tables cannot remove an active server


class Desk:
    """Summaries of watched pairs, without a monitor around them."""

    def __init__(self, pairs: int, at_once: int = 100) -> None:
        self.domains = [pair() for _ in range(pairs)]
        self.clock = TurnedClock()
        self.board = Board(Pace())
        self.board.adopt(watched_domains(), self.clock.monotonic())
        self.summaries = Summaries(board=self.board, clock=self.clock, longest=6.0, at_once=at_once)

    def minute(self) -> None:
        """A minute in which every server answers in five milliseconds; the next one begins."""
        for _ in range(31):
            moment = self.clock.monotonic()
            self.summaries.take(
                Observation(pk, track.configuration, Reason.OK, moment - 0.005, moment)
                for pk, track in self.board.tracks.items()
            )
            self.clock.turn(2.0)


def test_a_batch_is_bounded_and_the_next_one_comes_after_a_while() -> None:
    desk = Desk(4, at_once=3)
    desk.minute()
    sizes = []
    while batch := desk.summaries.due():
        sizes.append(len(batch))
        desk.summaries.write(batch)
        assert desk.summaries.due() == {}
        desk.clock.turn(1.0)
    assert sizes == [3, 3, 2]
    assert HealthHour.objects.count() == 8


def test_latency_is_recorded_in_milliseconds() -> None:
    desk = Desk(1)
    desk.minute()
    desk.summaries.write(desk.summaries.due())
    (minute,) = stored(desk.domains[0])
    assert minute[4:] == pytest.approx((5.0, 5.0, 5.0), rel=1e-3)


def test_a_batch_takes_the_same_few_statements_however_many_servers(django_assert_num_queries: Any) -> None:
    for pairs in (1, 20):
        desk = Desk(pairs)
        desk.minute()
        desk.summaries.write({})  # the clean-up comes with the first write
        with django_assert_num_queries(3):
            desk.summaries.write(desk.summaries.due())


def test_a_server_that_was_deleted_while_its_row_waited_does_not_fail_the_batch() -> None:
    desk = Desk(2)
    desk.minute()
    batch = desk.summaries.due()
    gone = desk.domains[0]
    delete_domain(domain=gone, typed_name=gone.name)
    desk.summaries.write(batch)
    assert set(HealthHour.objects.values_list("server__domain", flat=True)) == {desk.domains[1].pk}
    desk.clock.turn(1.0)
    assert desk.summaries.due() == {}, "nothing of it waits for ever"


def test_what_was_written_may_be_written_again_without_counting_twice() -> None:
    desk = Desk(1)
    desk.minute()
    batch = desk.summaries.due()
    desk.summaries.write(batch)
    once = stored(desk.domains[0])
    desk.summaries.keep(batch)
    desk.clock.turn(1.0)
    again = desk.summaries.due()
    assert again == batch
    desk.summaries.write(again)
    assert stored(desk.domains[0]) == once


def test_rows_go_with_their_server_and_an_hour_has_one_row() -> None:
    domain = pair()
    server = domain.servers.get(role=Role.SECONDARY)
    HealthHourFactory.create(server=server, hour=5)
    HealthChangeFactory.create(server=server)
    server.delete()
    assert not HealthHour.objects.exists()
    assert not HealthChange.objects.exists()
    primary = domain.servers.get(role=Role.PRIMARY)
    HealthHourFactory.create(server=primary, hour=5)
    with pytest.raises(IntegrityError):
        HealthHourFactory.create(server=primary, hour=5)


def test_what_is_older_than_the_setting_goes_a_few_rows_at_a_time(settings: Any) -> None:
    settings.FAILOVER_HISTORY_DAYS = 2
    clock = TurnedClock()
    hour = int(clock.now().timestamp() // 3600)
    server = pair().servers.get(role=Role.PRIMARY)
    for age in (0, 47, 48, 49, 50, 51):
        HealthHourFactory.create(server=server, hour=hour - age)
        HealthChangeFactory.create(server=server, at=clock.now() - timedelta(hours=age))
    assert remove_some(clock.now(), limit=2) == 4
    assert remove_some(clock.now(), limit=2) == 2
    assert remove_some(clock.now(), limit=2) == 0
    assert sorted(HealthHour.objects.values_list("hour", flat=True)) == [hour - 48, hour - 47, hour]
    assert HealthChange.objects.count() == 3


def test_the_latest_change_stays_however_old_for_it_still_says_how_the_server_is() -> None:
    clock = TurnedClock()
    server = pair().servers.get(role=Role.PRIMARY)
    for days in (1000, 900, 800):
        HealthChangeFactory.create(server=server, at=clock.now() - timedelta(days=days))
    assert remove_some(clock.now()) == 2
    assert HealthChange.objects.get().at == clock.now() - timedelta(days=800)


def test_the_monitor_itself_removes_what_is_too_old(site: Site, settings: Any) -> None:
    settings.FAILOVER_HISTORY_DAYS = 1
    domain = site.pair()
    server = domain.servers.get(role=Role.PRIMARY)
    old = HealthHourFactory.create(server=server, hour=int(site.clock.now().timestamp() // 3600) - 25)
    site.run(3 * MINUTE)
    assert not HealthHour.objects.filter(pk=old.pk).exists()
    assert stored(domain)
