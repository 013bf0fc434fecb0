"""python -m bench.monitor [--servers 20000] [--seconds 60] [--kind tcp|giop] [--runs 1]: what the real monitor costs.

Starts `manage.py failover run` as a process over a real database, SQLite and PostgreSQL in turn, with domains of two
servers each on loopback, waits until every server is judged, and then measures for so many seconds. Prints CPU as a
share of one core (that of the process which decides and writes, without its probe engine, apart), memory of both, SQL
statements, how late checks start, false results (servers that are not up at the end, though all answer), and how much
of the whole machine stood idle: where that is nothing, the monitor waited for others, and its lateness says little.

Lateness is what the monitor tells of itself: once a second, that of the latest check in this second. So p50 is the
median of the worst of each second, not of all checks. `inf` for a monitor that did not come up within two minutes.
"""

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

import psutil

from bench.databases import DATABASES, Reader
from bench.servers import compiled, served
from failover.observation import Kind
from tests.processes import DEPLOYED, Running, finished, until

LONGEST_START = 120.0
LOOK_EVERY = 0.25
HEARTBEATS = "SELECT heartbeat_at, lateness FROM failover_monitor"
UP = "SELECT count(*) FROM failover_serverhealth WHERE status = 'up'"
COLUMNS = (
    f"{'database':12}{'judged s':>9}{'CPU %':>7}{'rounds %':>9}{'RSS MB':>8}{'SQL/s':>7}{'SQL %':>7}"
    f"{'late p50':>9}{'p99':>7}{'max s':>7}{'false':>7}{'idle %':>8}"
)


@dataclass(frozen=True)
class Figures:
    """One run: seconds until all were judged; shares of one core in percent; memory in MB; lateness in seconds."""

    judged: float
    cpu: float
    rounds: float
    rss: float
    statements: float
    database: float
    late_half: float
    late_most: float
    latest: float
    false: int
    idle: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", type=int, default=20_000, help="two a domain (20000)")
    parser.add_argument("--seconds", type=float, default=60, help="how long to measure (60)")
    parser.add_argument("--kind", type=Kind, choices=list(Kind), default=Kind.TCP, help="tcp (default) or giop")
    parser.add_argument("--runs", type=int, default=1, help="runs of each, of which the median counts (1)")
    options = parser.parse_args()
    print(f"monitor, {options.kind}, {options.servers} servers every 2 s, {options.seconds:.0f} s, {options.runs} runs")
    print(COLUMNS)
    with tempfile.TemporaryDirectory() as folder, served(compiled(Path(folder))) as port:
        for name in DATABASES:
            runs = [run(name, options.servers, options.kind, port, options.seconds) for _ in range(options.runs)]
            report(name, runs)


def report(name: str, runs: list[Figures]) -> None:
    judged, cpu, rounds, rss, statements, database, half, most, latest, false, idle = (
        statistics.median(column) for column in zip(*map(astuple, runs), strict=True)
    )
    print(
        f"{name:12}{judged:9.1f}{cpu:7.1f}{rounds:9.1f}{rss:8.0f}{statements:7.1f}{database:7.1f}"
        f"{half:9.3f}{most:7.3f}{latest:7.3f}{false:7.0f}{idle:8.1f}",
        flush=True,
    )


def run(name: str, servers: int, kind: Kind, port: int, seconds: float) -> Figures:
    """One monitor over one new database."""
    with ExitStack() as stack:
        url = stack.enter_context(DATABASES[name]())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        variables = DEPLOYED | {
            "DATABASE_URL": url,
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "contact_expert.settings",
        }
        for words in (["manage", "migrate", "-v0"], ["bench.crowd", str(servers), kind, str(port)]):
            prepared(*words, **variables)
        reader = stack.enter_context(closing(Reader(url)))
        began = time.monotonic()
        process = stack.enter_context(running(folder, variables))
        came_up = until(lambda: reader.rows(UP)[0][0] >= servers or None, LONGEST_START)
        judged = time.monotonic() - began if came_up else math.inf
        return measured(process, reader, folder, servers, seconds, judged)


def prepared(*words: str, **variables: str) -> None:
    """A step that has to succeed."""
    done = finished("-m", *words, **variables)
    if done.returncode:
        raise SystemExit(done.stderr)


@contextmanager
def running(folder: Path, variables: dict[str, str]) -> Iterator[psutil.Process]:
    """The monitor."""
    monitor = Running("bench.counted", folder / "output", str(folder / "statements"), "failover", "run", **variables)
    try:
        yield psutil.Process(monitor.process.pid)
        monitor.stop()
    finally:
        monitor.clear()


def measured(
    process: psutil.Process, reader: Reader, folder: Path, servers: int, seconds: float, judged: float
) -> Figures:
    """Watch the monitor for a while."""
    began, before = time.monotonic(), spent(process)
    lateness: dict[str, float] = {}
    psutil.cpu_times_percent()  # from now on
    while time.monotonic() < began + seconds:
        time.sleep(LOOK_EVERY)
        lateness |= {str(moment): late for moment, late in reader.rows(HEARTBEATS)}
    ended, after, idle = time.monotonic(), spent(process), psutil.cpu_times_percent().idle
    lines = [line.split(maxsplit=2) for line in (folder / "statements").read_text().splitlines()]
    took = [float(length) for moment, length, _ in lines if began <= float(moment) < ended]
    late = sorted(list(lateness.values())[1:]) or [math.inf]  # the first tells of the time before
    return Figures(
        judged=judged,
        cpu=100 * (after[0] - before[0]) / (ended - began),
        rounds=100 * (after[1] - before[1]) / (ended - began),
        rss=sum(one.memory_info().rss for one in family(process)) / 2**20,
        statements=len(took) / (ended - began),
        database=100 * sum(took) / (ended - began),
        late_half=statistics.median(late),
        late_most=late[round(0.99 * (len(late) - 1))],
        latest=late[-1],
        false=servers - reader.rows(UP)[0][0],
        idle=idle,
    )


def spent(process: psutil.Process) -> tuple[float, float]:
    """CPU seconds so far: of the monitor with its probe engine, and of the monitor's own process."""
    own, *others = [times.user + times.system for times in (one.cpu_times() for one in family(process))]
    return own + sum(others), own


def family(process: psutil.Process) -> list[psutil.Process]:
    """The monitor, and the process of its probe engine."""
    return [process, *process.children(recursive=True)]


if __name__ == "__main__":
    main()
