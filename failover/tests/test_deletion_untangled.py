"""A domain is deleted while a monitor writes about its servers, in the order in which they would wait in a circle."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from appservers.models import ApplicationServer, Domain, Role
from appservers.services import delete_domain, save_domain
from appservers.testing import pair
from failover.models import HealthChange, ServerHealth
from failover.testing import ServerHealthFactory

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows"),
]


@pytest.fixture
def monitor() -> Iterator[BaseDatabaseWrapper]:
    """A second connection, in a transaction."""
    other = connection.copy()
    other.set_autocommit(False)
    yield other
    other.rollback()
    other.close()


def delete(domain: Domain) -> None:
    delete_domain(domain=domain, typed_name=domain.name)


def delete_secondary(domain: Domain) -> None:
    primary = domain.servers.get(role=Role.PRIMARY)
    save_domain(domain=domain, primary=primary, secondary=None)


def wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.002)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return cursor.fetchone() is not None


@pytest.mark.parametrize("act", [delete, delete_secondary])
def test_who_deletes_lets_the_monitor_write(act: Callable[[Domain], None], monitor: BaseDatabaseWrapper) -> None:
    domain = pair()
    server = domain.servers.get(role=Role.SECONDARY)
    ServerHealthFactory.create(server=server)

    def acted() -> None:
        try:
            act(domain)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads, monitor.cursor() as cursor:
        cursor.execute("UPDATE failover_serverhealth SET failures = 1 WHERE server_id = %s", [server.pk])
        deletion = threads.submit(acted)
        wait_until(somebody_waits)  # it holds the servers, and wants the row
        began = time.monotonic()
        cursor.execute(
            "INSERT INTO failover_healthchange (server_id, status, reason, at) VALUES (%s, 'down', 'refused', now())",
            [server.pk],
        )
        assert time.monotonic() - began < 0.9
        monitor.commit()
        deletion.result(10)
    assert not ApplicationServer.objects.filter(pk=server.pk).exists()
    assert not ServerHealth.objects.exists()
    assert not HealthChange.objects.exists()
    for left in Domain.objects.all():
        delete(left)
