"""Rows that somebody else holds, over a second connection; SQLite locks no rows."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from alarms.conditions import of_domains
from alarms.kinds import Kind
from alarms.models import Alarm
from alarms.services import record
from appservers.models import Domain, Role
from appservers.services import delete_domain
from appservers.testing import pair
from failover.bounded import bounded
from failover.cli.words import Exit
from failover.exceptions import Refusal
from failover.models import Finding, Notice, Pause, SwitchEvent, SwitchRefusal
from failover.observation import Reason
from failover.pausing import end_expired
from failover.testing import MonitorFactory, PauseFactory, SubscriberFactory, TurnedClock
from failover.tests.site import Site
from failover.tests.test_command import run

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows"),
]


@pytest.fixture(autouse=True)
def _domains() -> Iterator[None]:
    """The emptying of the tables cannot remove an active server."""
    yield
    for domain in Domain.objects.all():
        delete_domain(domain=domain, typed_name=domain.name)


@contextmanager
def somebody_else() -> Iterator[BaseDatabaseWrapper]:
    """A second connection, in a transaction."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        yield other
    finally:
        other.rollback()
        other.close()


def hold(other: BaseDatabaseWrapper, domain: Domain | None) -> None:
    assert domain is not None
    with other.cursor() as cursor:
        cursor.execute("SELECT id FROM appservers_domain WHERE id = %s FOR UPDATE", [domain.pk])


def within_a_transaction(write: Callable[[], None]) -> None:
    with bounded():
        write()


def delete(domain: Domain) -> None:
    try:
        delete_domain(domain=domain, typed_name=domain.name)
    finally:
        connection.close()


def test_a_domain_is_deleted_while_a_monitor_publishes_a_finding_about_its_server() -> None:
    domain, row = pair(), MonitorFactory.create()
    server = domain.servers.get(role=Role.SECONDARY)
    with somebody_else() as monitor, ThreadPoolExecutor(1) as threads:
        with monitor.cursor() as cursor:
            cursor.execute(
                "INSERT INTO failover_finding"
                " (monitor_id, server_id, configuration, status, counted, counting, published_at)"
                " VALUES (%s, %s, 1, 'down', 1, true, now())",
                [row.pk, server.pk],
            )
        threads.submit(delete, domain).result(10)
        with pytest.raises(IntegrityError, match="failover_finding"):
            monitor.commit()
    assert not Domain.objects.exists()
    assert not Finding.objects.exists()


def test_a_pause_that_is_over_waits_for_a_locked_domain_and_the_round_does_not() -> None:
    clock = TurnedClock()
    held, free = (PauseFactory.create(domain=pair(), started_at=clock.now() - timedelta(hours=9)) for _ in range(2))
    with somebody_else() as other:
        hold(other, held.domain)
        began = time.monotonic()
        end_expired(clock.now(), within_a_transaction)
        assert time.monotonic() - began < 1
        assert set(Pause.objects.filter(ended_at=None)) == {held}
    end_expired(clock.now(), within_a_transaction)
    assert not Pause.objects.filter(ended_at=None).exists()
    assert free.until is not None


def test_a_switch_of_a_locked_domain_is_made_when_it_is_free_and_the_round_does_not_wait() -> None:
    site = Site()
    domain = site.pair(auto_failover_interval=timedelta(seconds=20))
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    with somebody_else() as other:
        hold(other, domain)
        began = time.monotonic()
        site.run(40)
        assert time.monotonic() - began < 5
        assert not SwitchEvent.objects.exists()
    site.run(4)
    assert SwitchEvent.objects.count() == 1


def test_a_switch_that_waits_for_a_lock_is_told_kept_and_an_alarm_while_the_lock_is_held() -> None:
    SubscriberFactory.create()
    site = Site()
    domain = site.pair(auto_failover_interval=timedelta(seconds=20))
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    with somebody_else() as other:
        hold(other, domain)
        began = time.monotonic()
        site.run(60)
        now = site.clock.now()
        record(of_domains(now), kinds=[Kind.HELD], now=now)
        assert time.monotonic() - began < 5
        assert Notice.objects.get().kind == "held"
        assert SwitchRefusal.objects.get().code == Refusal.NOT_COMMITTED
        assert Alarm.objects.get().domain_name == domain.name
    site.run(4)
    assert SwitchEvent.objects.count() == 1


def test_a_switch_of_which_nobody_can_say_whether_it_was_made_has_an_exit_code_of_its_own() -> None:
    domain = pair(name="Wien", slug="wien")

    def cut(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "decision_id" in sql.partition("WHERE")[2]:
            raise OperationalError("the database does not answer")
        done = execute(sql, params, many, context)
        if sql.startswith('INSERT INTO "failover_switchevent"'):
            with somebody_else() as other, other.cursor() as cursor:
                cursor.execute(CUT)
        return done

    with connection.execute_wrapper(cut):
        text, code = run("switch", "wien", "--reason", "patching", "--force", "--yes")
    assert code == Exit.UNCERTAIN
    assert "look at the history" in text
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.PRIMARY, 0)


CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'"
)


class Survivor:
    """The session of a switch after its client was cut off: it has written, and commits later."""

    def __init__(self, other: BaseDatabaseWrapper) -> None:
        self._other, self.wrote = other, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith('INSERT INTO "failover_switchevent"'):
            return execute(sql, params, many, context)
        with somebody_else() as killer, killer.cursor() as cursor:
            cursor.execute(CUT)
        with self._other.cursor() as cursor:
            cursor.execute("UPDATE appservers_domain SET active_role = 'secondary', epoch = epoch + 1")
            cursor.execute(sql, params)
        self.wrote = True
        return execute(sql, params, many, context)


def test_a_switch_whose_session_commits_after_the_connection_was_cut_is_found() -> None:
    domain = pair(name="Wien", slug="wien")
    with somebody_else() as other, ThreadPoolExecutor(1) as threads:
        survivor = Survivor(other)

        def commit() -> None:
            until = time.monotonic() + 10
            while not survivor.wrote and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.5)
            other.commit()

        other.inc_thread_sharing()
        late = threads.submit(commit)
        with connection.execute_wrapper(survivor):
            _, code = run("switch", "wien", "--reason", "patching", "--force", "--yes")
        late.result(10)
        other.dec_thread_sharing()
    assert code == Exit.DONE
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.SECONDARY, 1)


def test_while_the_session_of_a_switch_that_was_cut_lives_on_nobody_can_say_what_came_of_it() -> None:
    pair(name="Wien", slug="wien")
    with somebody_else() as other:
        with connection.execute_wrapper(Survivor(other)):
            text, code = run("switch", "wien", "--reason", "patching", "--force", "--yes")
        assert code == Exit.UNCERTAIN
        assert "look at the history" in text
