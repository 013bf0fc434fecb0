"""Changes of verdicts: every outage is recorded, every flicker is not."""

from datetime import datetime, timedelta

import pytest

from appservers.models import Domain, Role
from failover.health import Status
from failover.models import HealthChange
from failover.observation import Reason
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

OK, REFUSED, BLIND = Reason.OK, Reason.REFUSED, Reason.UNRESOLVED


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def domain(site: Site) -> Domain:
    """A pair that is up, and whose interval leaves time."""
    made = site.pair(auto_failover_interval=timedelta(hours=5))
    site.run(20)
    return made


def changes(domain: Domain, role: Role = Role.PRIMARY) -> list[tuple[Status, Reason, datetime]]:
    rows = HealthChange.objects.filter(server__domain=domain, server__role=role).order_by("at", "pk")
    return [(Status(row.status), Reason(row.reason), row.at) for row in rows]


def statuses(domain: Domain, role: Role = Role.PRIMARY) -> list[Status]:
    return [status for status, _, _ in changes(domain, role)]


def test_a_new_server_is_recorded_once_from_when_it_was_judged(site: Site, domain: Domain) -> None:
    site.run(120)
    ((status, reason, at),) = changes(domain)
    assert (status, reason) == (Status.UP, OK)
    assert site.clock.now() - at == timedelta(seconds=120 + 20 + 2)


def test_an_outage_and_its_end_are_recorded_with_reason_and_moment(site: Site, domain: Domain) -> None:
    site.answer(domain, {Role.PRIMARY: REFUSED})
    site.run(6)
    _, (status, reason, at) = changes(domain)
    assert (status, reason, at) == (Status.DOWN, REFUSED, site.clock.now())
    site.run(60)
    site.answer(domain, {Role.PRIMARY: OK})
    site.run(4)
    up_at = site.clock.now()
    site.run(20)
    assert changes(domain)[2:] == [(Status.UP, OK, up_at)]
    assert statuses(domain, Role.SECONDARY) == [Status.UP]


def test_one_lost_packet_is_no_change(site: Site, domain: Domain) -> None:
    site.answer(domain, {Role.PRIMARY: REFUSED})
    site.run(2)
    site.answer(domain, {Role.PRIMARY: OK})
    site.run(60)
    assert statuses(domain) == [Status.UP]


def test_a_server_that_is_lost_sight_of_is_recorded_as_not_known(site: Site, domain: Domain) -> None:
    site.answer(domain, {Role.PRIMARY: BLIND})
    site.run(60)
    assert statuses(domain) == [Status.UP, Status.UNKNOWN]
    site.answer(domain, {Role.PRIMARY: OK})
    site.run(60)
    assert statuses(domain) == [Status.UP, Status.UNKNOWN, Status.UP]


def test_a_server_between_up_and_down_for_long_is_not_known(site: Site, domain: Domain) -> None:
    for _ in range(20):
        for reason in (REFUSED, OK):
            site.answer(domain, {Role.PRIMARY: reason})
            site.run(2)
    assert statuses(domain) == [Status.UP, Status.UNKNOWN]


def test_an_up_that_does_not_last_does_not_end_an_outage(site: Site, domain: Domain) -> None:
    for _ in range(5):
        site.answer(domain, {Role.PRIMARY: REFUSED})
        site.run(6)
        site.answer(domain, {Role.PRIMARY: OK})
        site.run(4)
    assert statuses(domain) == [Status.UP, Status.DOWN]


def test_a_restart_of_the_monitor_is_no_change_and_what_changed_meanwhile_is_one(site: Site, domain: Domain) -> None:
    site.monitor.stop()
    site.monitor, site.prober = site.new_monitor("two")
    site.run(60)
    assert statuses(domain) == [Status.UP]
    site.monitor.stop()
    site.answer(domain, {Role.PRIMARY: REFUSED})
    site.monitor, site.prober = site.new_monitor("three")
    site.run(60)
    assert statuses(domain) == [Status.UP, Status.DOWN]


def test_a_change_that_was_not_written_because_the_lease_was_lost_is_written_by_the_next_leader(
    site: Site, domain: Domain
) -> None:
    site.monitor.stop()
    HealthChange.objects.all().delete()
    site.monitor, site.prober = site.new_monitor("two")
    site.run(60)
    assert statuses(domain) == [Status.UP]
