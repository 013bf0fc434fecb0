"""`manage.py failover run` as a process of its own: it leads, obeys a signal at once, and gives the lease back."""

import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from scripts.installation import free_port
from tests.processes import DEPLOYED, LONG_ENOUGH, PROMPT, Running, finished, until

LEASE = """
import json
from failover.models import Lease, Monitor
print(json.dumps([Lease.objects.get().holder, [str(m.stopped_at) for m in Monitor.objects.all()]]))
"""


class Monitor(Running):
    """The monitor over a scratch database."""

    def __init__(self, output: Path, database: str) -> None:
        self.variables = DEPLOYED | {"DATABASE_URL": database, "VAR_DIR": str(output.parent)}
        super().__init__("manage", output, "failover", "run", **self.variables)

    def manage(self, *words: str) -> str:
        done = finished("manage.py", *words, **self.variables)
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """A connection beside the monitors'; what it did not commit is rolled back."""
    if url.startswith("sqlite"):
        connection: Any = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    else:
        connection = psycopg2.connect(url)
    try:
        yield connection
    finally:
        connection.rollback()
        connection.close()


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Keep the monitors' rows locked, as a transaction that hangs does."""
    with connected(url) as connection:
        lock = "BEGIN IMMEDIATE" if url.startswith("sqlite") else "SELECT * FROM failover_monitor FOR UPDATE"
        connection.cursor().execute(lock)
        yield


def ready(url: str) -> int:
    """How many monitors are."""
    with connected(url) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM failover_monitor WHERE ready")
        return int(cursor.fetchone()[0])


@pytest.fixture
def monitor(tmp_path: Path, ready_database: str) -> Iterator[Monitor]:
    running = Monitor(tmp_path / "output", ready_database)
    yield running
    running.clear()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_and_the_lease_is_free(monitor: Monitor, number: signal.Signals) -> None:
    monitor.wait_for("leads, term 1")
    assert monitor.stop(number, PROMPT) == 0
    holder, stopped = json.loads(monitor.manage("shell", "-v0", "-c", LEASE))
    assert holder == ""
    assert "None" not in stopped
    assert "Traceback" not in monitor.text


def test_a_signal_is_obeyed_while_the_database_is_locked(monitor: Monitor) -> None:
    monitor.wait_for("leads, term 1")
    with locked(monitor.variables["DATABASE_URL"]):
        time.sleep(1.5)  # by now a beat is due, which waits for the lock
        assert monitor.stop(signal.SIGTERM, PROMPT) == 0


def test_a_second_one_waits_and_leads_when_the_first_is_stopped(monitor: Monitor, tmp_path: Path) -> None:
    monitor.wait_for("leads, term 1")
    second = Monitor(tmp_path / "second", monitor.variables["DATABASE_URL"])
    try:
        assert until(lambda: ready(monitor.variables["DATABASE_URL"]) == 2 or None, LONG_ENOUGH)
        assert "leads" not in second.text
        monitor.process.send_signal(signal.SIGTERM)
        second.wait_for("leads, term 2", PROMPT)
        assert monitor.process.wait(5) == 0
    finally:
        second.clear()


@pytest.mark.parametrize("part", ["check", "status", "history"])
def test_without_tables_each_part_says_in_a_line_what_to_do(part: str, scratch_database: str, tmp_path: Path) -> None:
    variables = DEPLOYED | {"DATABASE_URL": scratch_database, "VAR_DIR": str(tmp_path)}
    done = finished("manage.py", "failover", part, **variables)
    assert done.returncode == 3
    assert "manage.py migrate" in done.stderr
    assert done.stderr.count("\n") == 1


def test_while_the_database_is_away_it_says_so_once_and_still_obeys(tmp_path: Path) -> None:
    running = Monitor(tmp_path / "output", f"postgresql://clerk:geheim@127.0.0.1:{free_port()}/contact_expert")
    try:
        running.wait_for("the database does not answer, nothing is decided until it does")
        assert until(lambda: running.ended() or None, 2) is None
        assert running.stop(signal.SIGTERM, PROMPT) == 0
        assert running.text.count("the database does not answer") == 1
        assert "geheim" not in running.text
        assert "Traceback" not in running.text
    finally:
        running.clear()
