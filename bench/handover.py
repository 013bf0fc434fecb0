"""python -m bench.handover [--trials 5]: how long nobody leads when the leading monitor is stopped, or killed.

Two monitors over one database, SQLite and PostgreSQL in turn; the leader gets SIGTERM or SIGKILL, and a reader asks
every 10 ms who holds the lease, until it is the other one. FAILOVER.md section 5 wants under a second for the first
and the lease's TTL (10 s) plus one period for the second.
"""

import argparse
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.databases import DATABASES, Reader
from tests.processes import DEPLOYED, Running, finished

LEASE = "SELECT holder FROM failover_lease"
READY = "SELECT count(*) FROM failover_monitor WHERE ready"
PATIENCE = 60.0
LOOK = 0.01
WAYS = {"stopped": signal.SIGTERM, "killed": signal.SIGKILL}


class Monitors:
    """Monitors over one database, started one after the other."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder, self._number = url, folder, 0
        self.reader = Reader(url)

    def start(self) -> Running:
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        variables = DEPLOYED | {"DATABASE_URL": self._url, "VAR_DIR": str(folder)}
        return Running("manage", folder / "output", "failover", "run", **variables)

    def holder(self) -> str:
        found = self.reader.rows(LEASE)
        return str(found[0][0]) if found else ""

    def ready(self) -> int:
        """How many have ever been ready."""
        return int(self.reader.rows(READY)[0][0])

    def led(self, *others: str) -> float:
        """The moment at which somebody else holds the lease."""
        return moment(lambda: self.holder() not in ("", *others))


def moment(there: Callable[[], bool]) -> float:
    """The moment at which it is so."""
    end = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > end:
            raise SystemExit("It did not come to that.")
        time.sleep(LOOK)
    return time.monotonic()


def trial(url: str, number: signal.Signals) -> float:
    """Seconds from the signal until the other one leads."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        monitors = Monitors(url, Path(folder))
        stack.callback(monitors.reader.close)
        before = monitors.holder()
        first = monitors.start()
        stack.callback(first.clear)
        monitors.led(before)
        ready = monitors.ready()
        stack.callback(monitors.start().clear)
        moment(lambda: monitors.ready() > ready)
        holder, began = monitors.holder(), time.monotonic()
        first.process.send_signal(number)
        return monitors.led(holder) - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=5)
    options = parser.parse_args()
    print(f"seconds without a leader, {options.trials} trials")
    print(f"{'database':12}{'leader':10}{'min':>8}{'median':>8}{'max':>8}")
    for name, made in DATABASES.items():
        with made() as url:
            done = finished("manage.py", "migrate", "-v0", **DEPLOYED, DATABASE_URL=url)
            if done.returncode:
                raise SystemExit(done.stderr)
            for way, number in WAYS.items():
                took = sorted(trial(url, number) for _ in range(options.trials))
                print(f"{name:12}{way:10}{took[0]:8.2f}{median(took):8.2f}{took[-1]:8.2f}", flush=True)


if __name__ == "__main__":
    main()
