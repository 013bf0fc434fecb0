"""HAProxy as a checker: one thread, a server a target, each checked by TCP once in its interval.

It keeps a pace and runs no rounds, so its checks a second tell whether it holds that, not how fast it could be. It does
not count its checks; they are the connections that the whole machine opened, but not more than the pace asks for.
"""

import csv
import io
import resource
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from bench.engine import target
from bench.figures import TIMEOUT, Figures, Setting
from failover.observation import Kind

NAME = "HAProxy"
PACKAGE = "haproxy"
A_SECOND = 10_000  # targets that one thread manages in a second with ease
A_BACKEND = 1000
INTERVALS = 5
SPARE = 1000  # descriptors besides one a server
CONFIGURATION = """\
global
    nbthread 1
    maxconn 100
    stats socket {socket}
defaults
    mode tcp
    timeout connect {timeout}
    timeout check {timeout}
    timeout client 5s
    timeout server 5s
    default-server inter {interval}s fall 3 rise 2 check
"""


def program() -> str | None:
    """Its path; None where it is not installed."""
    return shutil.which(PACKAGE) or shutil.which(PACKAGE, path="/usr/sbin")


def check(setting: Setting, port: int) -> Figures:
    """Let it check for some intervals, after as many in which it starts."""
    interval = -(-setting.targets // A_SECOND)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), setting, interval, port) as process:
        time.sleep(3 * interval + TIMEOUT / 1000)
        began, cpu, opened = time.monotonic(), spent(process), connections()
        time.sleep(INTERVALS * interval)
        wall, cpu, opened = time.monotonic() - began, spent(process) - cpu, connections() - opened
        checks = min(opened, round(setting.targets * wall / interval))
        down = not_up(Path(folder) / "socket")
        return Figures(
            good=checks,
            bad=0,
            wall=wall,
            cpu=cpu,
            rss=process.memory_info().rss / 2**20,
            false=max(0, down - setting.holes),
        )


@contextmanager
def running(folder: Path, setting: Setting, interval: int, port: int) -> Iterator[psutil.Process]:
    """The process; RuntimeError with what it says when it does not start."""
    _permit_descriptors(setting.targets + SPARE)
    path = folder / "haproxy.cfg"
    head = CONFIGURATION.format(socket=folder / "socket", timeout=f"{TIMEOUT}ms", interval=interval)
    path.write_text(head + "\n".join(lines(setting, port)) + "\n")
    with (folder / "log").open("w") as log:
        started = subprocess.Popen([program() or PACKAGE, "-db", "-f", str(path)], stdout=log, stderr=log)
    try:
        while not (folder / "socket").exists():
            if started.poll() is not None:
                raise RuntimeError((folder / "log").read_text().strip().splitlines()[-1])
            time.sleep(0.1)
        yield psutil.Process(started.pid)
    finally:
        started.kill()
        started.wait()


def _permit_descriptors(number: int) -> None:
    """As many as it takes, where the system lets us; where not, HAProxy says so and is left out."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < number:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (number, max(hard, number)))


def lines(setting: Setting, port: int) -> Iterator[str]:
    """The backends with their servers."""
    for number in range(setting.targets):
        if number % A_BACKEND == 0:
            yield f"backend b{number // A_BACKEND}"
        yield f"    server s{number} {target(number, Kind.TCP, setting.hole_every, port).host}:{port}"


def not_up(path: Path) -> int:
    """How many servers it does not hold for up."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(b"show stat -1 4 -1\n")
        with connection.makefile() as answer:
            rows = csv.DictReader(io.StringIO(answer.read().removeprefix("# ")))
            return sum(row["status"] != "UP" for row in rows)


def spent(process: psutil.Process) -> float:
    """CPU seconds so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def connections() -> int:
    """How many the machine has opened so far."""
    names, values = (
        line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if line.startswith("Tcp:")
    )
    return int(values[names.index("ActiveOpens")])
