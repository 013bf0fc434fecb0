"""python -m bench.minutes [--servers 400] [--hours 2]: what the record of minutes costs in time, memory and space.

First 20,000 servers' observations go through the counting alone. Then the real writer writes hours of record into an
empty database, each row about every 200 s as with 20,000 servers. It makes a SQLite file of its own; for PostgreSQL:
python -m tests.with_postgres python -m bench.minutes.
"""

import argparse
import os
import random
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterable
from statistics import median

import django

FOLDER = tempfile.TemporaryDirectory(prefix="contact-expert-bench-")
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/bench.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  after the apps are loaded
from django.db import connection, transaction  # noqa: E402

from appservers.models import Domain  # noqa: E402
from appservers.testing import pair  # noqa: E402
from failover.board import Board  # noqa: E402
from failover.conf import Pace  # noqa: E402
from failover.minutes import KEPT, Minutes  # noqa: E402
from failover.models import HealthHour  # noqa: E402
from failover.observation import Observation, Reason  # noqa: E402
from failover.selectors import watched_domains  # noqa: E402
from failover.summaries import BATCH, EVERY, Summaries  # noqa: E402
from failover.testing import TurnedClock  # noqa: E402

MANY = 20_000
PERIOD = 2.0
CYCLE = MANY / BATCH * EVERY  # seconds between two writes of a row
ROWS = MANY * 24  # a day


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=400)
    parser.add_argument("--hours", type=int, default=2)
    options = parser.parse_args()
    count_alone()
    write(options.servers, options.hours)


def seen(servers: Iterable[int], moment: float) -> list[Observation]:
    """A probe of each that ends now, and took about a millisecond."""
    took = [0.001 * random.lognormvariate(0, 0.4) for _ in range(100)]
    return [Observation(server, 1, Reason.OK, moment - took[server % 100], moment) for server in servers]


def count_alone() -> None:
    """Time and memory of counting."""
    minutes, spent, longest = Minutes(6.0), 0.0, 0.0
    for number in range(61):
        observations = seen(range(MANY), number * PERIOD)
        began = time.process_time()
        minutes.take(observations, 0)
        spent += (took := time.process_time() - began)
        longest = max(longest, took)
    print(
        f"count: {spent / 61 / MANY * 1e6:.2f} us of CPU an observation, the first {MANY} of a minute {longest:.3f} s"
    )
    tracemalloc.start()
    minutes = Minutes(6.0)
    for number in range(int((KEPT + 1) * 60 / PERIOD)):
        minutes.take(seen(range(MANY), number * PERIOD), 0)
        if number in (29, 149):
            print(f"{MANY} servers, {number // 30} minutes waiting: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB")
    print(f"{MANY} servers, {KEPT} minutes waiting, the most: {tracemalloc.get_traced_memory()[0] / 1e6:.1f} MB")
    tracemalloc.stop()


def write(servers: int, hours: int) -> None:
    """Time and space of writing."""
    call_command("migrate", verbosity=0)
    if Domain.objects.exists():
        sys.exit("This database is in use.")
    for _ in range(servers // 2):
        pair()
    clock, board = TurnedClock(), Board(Pace())
    board.adopt(watched_domains(), clock.monotonic())
    summaries = Summaries(board=board, clock=clock, longest=6.0)
    between, written, began_log = CYCLE * BATCH / servers, 0.0, log_position()
    spent: list[float] = []
    cpu: list[float] = []
    for _ in range(int(hours * 3600 / PERIOD)):
        summaries.take(seen(board.tracks, clock.monotonic()))
        clock.turn(PERIOD)
        if clock.monotonic() - written >= between and (batch := summaries.due()):
            began, worked = time.perf_counter(), time.process_time()
            with transaction.atomic():
                summaries.write(batch)
            spent.append((time.perf_counter() - began) / len(batch))
            cpu.append((time.process_time() - worked) / len(batch))
            written = clock.monotonic()
    rows, size = HealthHour.objects.count(), table_size()
    print(f"{connection.vendor}: {servers} servers, {hours} hours, {len(spent)} batches, {rows} rows")
    usual, most, own = (seconds * BATCH * 1e3 for seconds in (median(spent), max(spent), median(cpu)))
    print(f"a batch of {BATCH}: {usual:.0f} ms, {own:.0f} ms of them CPU of this process; the slowest {most:.0f} ms")
    print(f"{size / rows:.0f} bytes a row with its indexes: {ROWS:,} rows and {size / rows * ROWS / 1e6:.0f} MB a day")
    if began_log is not None:
        a_day = ((log_position() or 0) - began_log) / rows * ROWS
        print(f"write-ahead log: {a_day / 1e9:.1f} GB a day")


def table_size() -> int:
    """Bytes of the table of hours and of its indexes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_total_relation_size('failover_healthhour')")
        else:
            cursor.execute("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%health_hour%' OR name LIKE '%healthhour%'")
        return int(cursor.fetchone()[0])


def log_position() -> int | None:
    """How far PostgreSQL's write-ahead log has come, in bytes; SQLite's is written over again and again."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
