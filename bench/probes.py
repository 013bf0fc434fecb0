"""python -m bench.probes [--targets 1000,10000,50000] [--runs 5]: what a check costs, beside a C checker and others.

Prints a table: checks a second, CPU milliseconds a check, memory, false results, and the CPU relative to the plain C
checker of checker.c, which is compiled here and checks the same loopback targets in the same run. Medians of the runs,
in turn, so that a machine that grows slower grows slower for all.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
TIMEOUT = 2000
HOLE = "127.99.0.1"


@dataclass(frozen=True)
class Figures:
    """One run of one checker: results, wall and CPU seconds, memory in MB."""

    good: int
    bad: int
    wall: float
    cpu: float
    rss: float

    @property
    def checks(self) -> int:
        return self.good + self.bad

    @property
    def cost(self) -> float:
        """CPU milliseconds a check."""
        return 1000 * self.cpu / self.checks


@dataclass(frozen=True)
class Setting:
    """What is checked: how many targets, by which kind, and whether every so-many-th is a black hole."""

    kind: str
    targets: int
    hole_every: int

    @property
    def rounds(self) -> int:
        """Enough for a run of a second or two."""
        return max(1, 50_000 // self.targets)

    @property
    def holes(self) -> int:
        return self.rounds * -(-self.targets // self.hole_every) if self.hole_every else 0

    @property
    def title(self) -> str:
        return f"{self.kind}, {self.targets} targets" + (", 1 % black holes" if self.hole_every else "")


Checker = Callable[[Setting], Figures]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", default="1000,10000,50000", help="how many, separated by commas")
    parser.add_argument("--runs", type=int, default=5, help="runs of each checker (5)")
    options = parser.parse_args()
    with ExitStack() as stack:
        program = compiled(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        port = stack.enter_context(served(program))
        stack.enter_context(black_hole(port))
        for setting in settings([int(word) for word in options.targets.split(",")]):
            report(setting, measured(setting, checkers(program, port, setting.kind), options.runs))


def settings(sizes: list[int]) -> Iterator[Setting]:
    for kind in ("tcp", "giop"):
        for size in sizes:
            yield Setting(kind, size, hole_every=0)
        yield Setting(kind, sizes[len(sizes) // 2], hole_every=100)


def checkers(program: Path, port: int, kind: str) -> dict[str, Checker]:
    """Every checker that this machine has; the first is the baseline."""

    def c(mode: str) -> Checker:
        return lambda setting: run(str(program), *words(mode, setting, port))

    def ours(setting: Setting) -> Figures:
        return run(sys.executable, "-m", "bench.engine", *words(setting.kind, setting, port))

    def asyncio(setting: Setting) -> Figures:
        return run(sys.executable, "-m", "bench.asyncio_checker", *words(setting.kind, setting, port))

    found = {"C, epoll": c(kind)}
    if kind == "tcp":
        found["C, epoll, early reset"] = c("reset")
    return found | {"ours": ours, "asyncio open_connection": asyncio}


def words(mode: str, setting: Setting, port: int) -> list[str]:
    return [mode, *map(str, (setting.targets, setting.rounds, TIMEOUT, setting.hole_every, port))]


def run(*command: str) -> Figures:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Figures(**json.loads(done.stdout))


def measured(setting: Setting, found: dict[str, Checker], runs: int) -> dict[str, list[Figures]]:
    """The checkers in turn, so that all meet the same weather."""
    figures: dict[str, list[Figures]] = {name: [] for name in found}
    for _ in range(runs):
        for name, check in found.items():
            figures[name].append(check(setting))
    return figures


def report(setting: Setting, figures: dict[str, list[Figures]]) -> None:
    print(f"\n{setting.title}, {setting.rounds} rounds, medians of {len(next(iter(figures.values())))} runs")
    print(f"{'checker':26}{'checks/s':>10}{'CPU ms':>9}{'times C':>9}{'RSS MB':>8}{'false':>7}")
    baseline = figures[next(iter(figures))]
    for name, runs in figures.items():
        speed = statistics.median(one.checks / one.wall for one in runs)
        cost = statistics.median(one.cost for one in runs)
        ratio = statistics.median(one.cost / base.cost for one, base in zip(runs, baseline, strict=True))
        memory = statistics.median(one.rss for one in runs)
        false = max(false_results(one, setting) for one in runs)
        print(f"{name:26}{speed:10.0f}{cost:9.4f}{ratio:9.2f}{memory:8.1f}{false:7d}")


def false_results(figures: Figures, setting: Setting) -> int:
    """Healthy targets that were called dead; a checker that ran a little over its rounds has met more holes."""
    holes = setting.holes * figures.checks / (setting.targets * setting.rounds)
    return max(0, round(figures.bad - holes - 1))


def compiled(folder: Path) -> Path:
    program = folder / "checker"
    subprocess.run(["cc", "-O2", "-Wall", "-o", str(program), str(FOLDER / "checker.c")], check=True)
    return program


@contextmanager
def served(program: Path) -> Iterator[int]:
    """The servers that are checked: one process that listens on every loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([str(program), "serve", str(port)])
    try:
        time.sleep(0.3)
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def black_hole(port: int) -> Iterator[None]:
    """An address whose queue of connections is full, so that the kernel drops every further one."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((HOLE, port))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex((HOLE, port))
        yield


if __name__ == "__main__":
    main()
