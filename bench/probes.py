"""python -m bench.probes [--targets 1000,10000,50000] [--runs 5]: what a check costs, beside a C checker and others.

Prints a table: checks a second, CPU milliseconds a check, memory, false results, and the CPU relative to the plain C
checker of checker.c, which is compiled here and checks the same loopback targets in the same run. Medians of the runs,
in turn, so that a machine that grows slower grows slower for all. HAProxy and the blackbox exporter check too where
they are installed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import blackbox, haproxy
from bench.figures import TIMEOUT, Checker, Figures, Setting
from bench.servers import black_hole, compiled, served

PEERS = (haproxy, blackbox)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", default="1000,10000,50000", help="how many, separated by commas")
    parser.add_argument("--runs", type=int, default=5, help="runs of each checker (5)")
    options = parser.parse_args()
    for peer in PEERS:
        if not peer.program():
            print(f"{peer.NAME} is left out: install the package {peer.PACKAGE}.")
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
    found |= {"ours": ours, "asyncio open_connection": asyncio}
    if kind == "tcp":
        found |= {peer.NAME: partial(peer.check, port=port) for peer in PEERS if peer.program()}
    return found


def words(mode: str, setting: Setting, port: int) -> list[str]:
    return [mode, *map(str, (setting.targets, setting.rounds, TIMEOUT, setting.hole_every, port))]


def run(*command: str) -> Figures:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Figures(**json.loads(done.stdout))


def measured(setting: Setting, found: dict[str, Checker], runs: int) -> dict[str, list[Figures]]:
    """The checkers in turn, so that all meet the same weather."""
    figures: dict[str, list[Figures]] = {name: [] for name in found}
    for _ in range(runs):
        for name, check in list(found.items()):
            try:
                figures[name].append(check(setting))
            except RuntimeError as error:
                print(f"{name} is left out: {error}")
                del found[name], figures[name]
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
        false = max(setting.false_results(one) for one in runs)
        print(f"{name:26}{speed:10.0f}{cost:9.4f}{ratio:9.2f}{memory:8.1f}{false:7d}")


if __name__ == "__main__":
    main()
