"""python -m bench.outage [--targets 1000] [--dropped 900] [--seconds 30]: dead servers must not delay the live ones.

Packets to most of the targets are dropped, from the start or all from one moment on. Prints how late the checks of the
healthy ones start, beyond the period of 2 s after the check before: every check counts. Also results of healthy ones
that were not ok, and the most descriptors and memory that the process held.

From one moment on is harder than an outage: as their address changes, all of them are due at once.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil

from bench.engine import target
from bench.servers import HOLE, black_hole, compiled, served
from failover.observation import Kind, Observation, Reason, Target
from failover.pace import Pace
from failover.probes import Prober

LOOK_EVERY = 0.1
CALM = 5.0  # seconds in which all are healthy, or which pass before it counts
PACE = Pace()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", type=int, default=1000, help="how many (1000)")
    parser.add_argument("--dropped", type=int, default=900, help="of them dropped (900)")
    parser.add_argument("--seconds", type=float, default=30, help="how long to measure (30)")
    options = parser.parse_args()
    print(f"{options.dropped} of {options.targets} targets dropped, {options.seconds:.0f} s")
    print(f"{'dropped':30}{'checks':>8}{'late p50':>10}{'p99':>8}{'max s':>8}{'false':>7}{'descr.':>8}{'RSS MB':>8}")
    with tempfile.TemporaryDirectory() as folder, served(compiled(Path(folder))) as port, black_hole(port):
        for kind in Kind:
            healthy = [target(number, kind, 0, port) for number in range(options.targets)]
            partly = [gone(one) if one.server < options.dropped else one for one in healthy]
            for title, before in [("from the start", partly), ("from one moment on", healthy)]:
                report(f"{kind}, {title}", *watched(before, partly, options.dropped, options.seconds))


def gone(one: Target) -> Target:
    """The same server behind an address whose packets are dropped."""
    return replace(one, configuration=2, host=HOLE)


def watched(before: list[Target], after: list[Target], dropped: int, seconds: float) -> tuple[list[Observation], int]:
    """What was seen of those that are never dropped since the targets changed, and the most descriptors."""
    prober, seen, descriptors = Prober(pace=PACE), list[Observation](), 0
    try:
        prober.watch(before)
        time.sleep(CALM)
        prober.results()
        prober.watch(after)
        for _ in ticks(seconds):
            seen += (one for one in prober.results() if one.server >= dropped)
            descriptors = max(descriptors, len(os.listdir("/proc/self/fd")))
    finally:
        prober.close()
    return seen, descriptors


def ticks(seconds: float) -> Iterator[None]:
    """One every moment for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(LOOK_EVERY)
        yield


def report(title: str, seen: list[Observation], descriptors: int) -> None:
    late = sorted(lateness(seen))
    false = sum(one.reason is not Reason.OK for one in seen)
    memory = psutil.Process().memory_info().rss / 2**20
    print(
        f"{title:30}{len(late):8d}{statistics.median(late):10.3f}{late[round(0.99 * (len(late) - 1))]:8.3f}"
        f"{late[-1]:8.3f}{false:7d}{descriptors:8d}{memory:8.1f}",
        flush=True,
    )


def lateness(seen: list[Observation]) -> Iterator[float]:
    """By how many seconds each check started later than a period after the one before."""
    starts = defaultdict[int, list[float]](list)
    for one in seen:
        starts[one.server].append(one.started)
    for moments in starts.values():
        for earlier, later in itertools.pairwise(moments):
            yield max(0.0, later - earlier - PACE.period)


if __name__ == "__main__":
    main()
