"""python -m bench.overshoot [--domains 1,1000,10000] [--trials 20] [--interval 10]: how late a switch is.

Runs the real monitor over SQLite with so many domains, breaks the active naming services of some of them one after
another, and compares the moment at which a reader of the database sees the switch with the moment at which it was due:
the interval after the first failed check (the promise of FAILOVER.md; the monitor tells when that was), and the
interval after the fault itself (up to a period more, because a fault shows at the next check), which is the benchmark's
own record: what comes before that counts as early. GIOP, for a process that is stopped still accepts connections.
Packets are dropped by nftables in a network namespace of its own, which needs root.

Each trial breaks another domain. With fewer domains than that takes, a monitor is started anew for as many trials as
half of the domains; `--domains 1` so takes some twenty minutes.

What Redis Sentinel and HAProxy watch is broken in the same way where they are installed: Sentinel waits the same
interval before it makes a replica the master; HAProxy, which has none, takes a server out after three failed checks.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import rivals
from bench.databases import DATABASES, Reader
from bench.monitor import LONGEST_START, UP, prepared, running
from bench.servers import compiled, served
from bench.subjects import Fault, Subject, end_drops, make_room_for_drops, subjects
from tests.processes import DEPLOYED, until

INSIDE = "BENCH_OVERSHOOT_INSIDE"
APART = 1.5  # seconds between two faults: each is an outage of its own, and no mass outage
LOOK_EVERY = 0.01
LONGEST_WAIT = 20.0
EVENTS = "SELECT domain_name, outage_at FROM failover_switchevent"
COLUMNS = (
    f"{'':16}{'fault':8}{'trials':>7}{'missed':>7}{'early':>6}"
    f"{'first check: min':>18}{'median':>8}{'max':>8}{'fault: min':>13}{'median':>8}{'max':>8}"
)


# What was seen to act so far: the port of what was broken, and when its outage began as far as that is told.
Look = Callable[[], Iterable[tuple[int, float | None]]]


@dataclass(frozen=True)
class Trial:
    """Seconds between a switch and the moment at which it was due, by the first failed check and by the fault."""

    from_check: float | None
    from_fault: float

    @property
    def early(self) -> bool:
        """Whether not even the fault was so long ago; the monitor is not asked."""
        return self.from_fault < 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--domains", default="1,1000,10000", help="numbers of domains (1,1000,10000); may be empty")
    parser.add_argument("--trials", type=int, default=20, help="of each fault (20)")
    parser.add_argument("--interval", type=float, default=10.0, help="the Auto-Failover Interval in seconds (10)")
    parser.add_argument("--faults", default=",".join(Fault), help="killed, dropped, stopped (all)")
    options = parser.parse_args()
    if unknown := {*options.faults.split(",")} - {*Fault}:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    faults = [fault for fault in possible() if fault in options.faults.split(",")]
    print(f"overshoot in seconds, interval {options.interval:g} s, {options.trials} trials of each fault, SQLite")
    print(COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(Path(folder))
        for word in filter(None, options.domains.split(",")):
            for fault, trials in measured(program, int(word), faults, options.trials, options.interval):
                report(f"{word} domain{'s' * (word != '1')}", fault, trials, options.trials)
        for name, fault, trials in others(program, faults, options.trials, options.interval):
            report(name, fault, trials, options.trials)


def possible() -> list[Fault]:
    """The faults that can be made here; goes into a network namespace of its own for all of them."""
    if os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        make_room_for_drops()
        return list(Fault)
    if os.geteuid() == 0 and all(shutil.which(name) for name in ("unshare", "ip", "nft")):
        command = ["unshare", "--net", sys.executable, "-m", "bench.overshoot", *sys.argv[1:]]
        raise SystemExit(subprocess.run(command, env=os.environ | {INSIDE: "1"}).returncode)
    print("dropped packets are left out: that takes root, iproute2 and nftables")
    return [Fault.KILLED, Fault.STOPPED]


def measured(
    program: Path, domains: int, faults: list[Fault], trials: int, interval: float
) -> Iterator[tuple[Fault, list[Trial]]]:
    """All trials with one monitor where there are domains enough, else with one after another."""
    if domains >= trials * len(faults):
        yield from run(program, domains, faults, trials, interval)
        return
    for fault in faults:
        seen: list[Trial] = []
        for part in parts(domains, trials):
            for _, more in run(program, domains, [fault], part, interval):
                seen += more
        yield fault, seen


def parts(domains: int, trials: int) -> list[int]:
    """How many trials each monitor gets: half of the domains, for more would be a mass outage."""
    most = max(1, domains // 2)
    return [min(most, trials - done) for done in range(0, trials, most)]


def run(
    program: Path, domains: int, faults: list[Fault], trials: int, interval: float
) -> Iterator[tuple[Fault, list[Trial]]]:
    """One monitor, all faults."""
    with ExitStack() as stack:
        port = stack.enter_context(served(program))
        broken = stack.enter_context(subjects(program, trials * len(faults)))
        url = stack.enter_context(DATABASES["SQLite"]())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        variables = DEPLOYED | {
            "DATABASE_URL": url,
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "contact_expert.settings",
        }
        rest = max(0, domains - len(broken))
        prepared("manage", "migrate", "-v0", **variables)
        prepared("bench.crowd", str(2 * rest), "giop", str(port), **variables)
        ports = [str(subject.port) for subject in broken]
        prepared("bench.patients", str(interval), str(port), *ports, **variables)
        reader = stack.enter_context(closing(Reader(url)))
        stack.enter_context(running(folder, variables))
        wanted = 2 * (rest + len(broken))
        if until(lambda: reader.rows(UP)[0][0] >= wanted or None, LONGEST_START) is None:
            up = reader.rows(UP)[0][0]
            said = (folder / "output").read_text()[-2000:]
            raise SystemExit(f"{up} of {wanted} servers were judged up within {LONGEST_START:.0f} s\n{said}")
        for number, fault in enumerate(faults):
            yield fault, tried(broken[number * trials : (number + 1) * trials], fault, events(reader), interval)


def events(reader: Reader) -> Look:
    """Our switches."""
    return lambda: [(int(name.split()[1]), instant(outage_at)) for name, outage_at in reader.rows(EVENTS)]


def others(
    program: Path, faults: list[Fault], trials: int, interval: float
) -> Iterator[tuple[str, Fault, list[Trial]]]:
    """What others do about the same faults; each fault has servers of its own."""
    for rival in (rivals.Sentinel, rivals.HAProxy):
        if missing := rivals.missing(rival.programs):
            print(f"{rival.name} is left out: {', '.join(missing)} not installed")
    for fault in faults:
        if not rivals.missing(rivals.Sentinel.programs):
            with rivals.sentinel(trials, interval) as sentinel:
                yield sentinel.name, fault, tried(sentinel.masters, fault, untold(sentinel.acted), interval)
        if not rivals.missing(rivals.HAProxy.programs):
            with rivals.haproxy(program, trials) as (proxy, watched):
                yield proxy.name, fault, tried(watched, fault, untold(proxy.acted), 0.0)


def untold(acted: Callable[[], list[int]]) -> Look:
    """Those that acted, without a word on when the outage began."""
    return lambda: [(port, None) for port in acted()]


def tried(broken: list[Subject], fault: Fault, look: Look, interval: float) -> list[Trial]:
    """Break them one after another, and see when each of them is acted on."""
    began = time.time()
    waiting = {subject.port: subject for subject in broken}
    at: dict[int, float] = {}
    seen: dict[int, Trial] = {}
    while len(seen) < len(broken) and time.time() < began + APART * len(broken) + interval + LONGEST_WAIT:
        if waiting and time.time() >= began + APART * len(at):
            port, subject = waiting.popitem()
            at[port] = subject.suffer(fault)
        now = time.time()
        for port, outage_at in look():
            if port in at and port not in seen:
                seen[port] = Trial(None if outage_at is None else now - outage_at - interval, now - at[port] - interval)
        time.sleep(LOOK_EVERY)
    if fault is Fault.DROPPED:
        end_drops()
    return list(seen.values())


def instant(value: Any) -> float:
    """A stored moment as seconds since 1970; SQLite keeps it as text, in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def report(who: str, fault: Fault, trials: list[Trial], wanted: int) -> None:
    checks = [trial.from_check for trial in trials if trial.from_check is not None]
    faults = [trial.from_fault for trial in trials]
    print(
        f"{who:16}{fault:8}{len(trials):7}{wanted - len(trials):7}{sum(trial.early for trial in trials):6}"
        f"{spread(checks, 18)}{spread(faults, 13)}",
        flush=True,
    )


def spread(values: list[float], width: int) -> str:
    if not values:
        return f"{'-':>{width}}{'-':>8}{'-':>8}"
    return f"{min(values):{width}.3f}{statistics.median(values):8.3f}{max(values):8.3f}"


if __name__ == "__main__":
    main()
