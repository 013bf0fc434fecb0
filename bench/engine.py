"""python -m bench.engine tcp|giop TARGETS ROUNDS TIMEOUT_MS HOLE_EVERY PORT: our engine over the targets of checker.c.

Prints one line of JSON like the baseline does: results, wall and CPU seconds, memory in MB.
"""

import json
import sys
import time
from pathlib import Path

from bench.servers import HOLE
from failover.observation import Kind, Reason, Target
from failover.pace import Pace
from failover.probes import Prober


def target(number: int, kind: Kind, hole_every: int, port: int) -> Target:
    """Target i is 127.(1 + i/65536).(i/256).(i); every so-many-th is the black hole."""
    if hole_every and number % hole_every == 0:
        host = HOLE
    else:
        host = f"127.{1 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
    return Target(number, 1, host, port, kind)


def peak() -> float:
    """The most memory that this process has held, in MB; getrusage() counts that of the parent before exec too."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def main(kind: str, targets: int, rounds: int, timeout: int, hole_every: int, port: int) -> None:
    """Probe as fast as it goes until so many results are in."""
    prober = Prober(pace=Pace(period=1e-6, quick=1e-6, timeout=timeout / 1000))
    wanted = [target(number, Kind(kind), hole_every, port) for number in range(targets)]
    cpu, began, good, bad = time.process_time(), time.monotonic(), 0, 0
    prober.watch(wanted)
    while good + bad < targets * rounds:
        time.sleep(0.05)
        for seen in prober.results():
            if seen.reason is Reason.OK:
                good += 1
            else:
                bad += 1
    figures = {
        "good": good,
        "bad": bad,
        "wall": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "rss": peak(),
    }
    prober.close()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
