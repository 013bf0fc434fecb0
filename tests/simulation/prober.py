"""The probe engine of one monitor: the pace of failover.probes, the answers of the world."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from failover.names import Trouble
from failover.observation import Observation, Reason, Target, Verdict
from tests.simulation.world import PACE, Clocks, World

GOLDEN = 0.618033988749895


class Fact(NamedTuple):
    """One probe as it happened, in god's time."""

    monitor: str
    server: int
    configuration: int
    verdict: Verdict
    started: float
    ended: float


class Machine:
    """Where a monitor runs: its number, its clocks, and until when it, or the monitor's process alone, stands still."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number, self.clocks = world, number, Clocks(world)
        self.still_until = self.process_still_until = 0.0

    @property
    def stands_still(self) -> bool:
        return self.world.now < max(self.still_until, self.process_still_until)

    def at(self, moment: float, what: Callable[[], None], *, in_engine: bool = False, behind: float = 0.0) -> None:
        """Let the monitor's process, or its engine's, do something; if that stands still then, `behind` its waking."""

        def happens() -> None:
            until = self.still_until if in_engine else max(self.still_until, self.process_still_until)
            if self.world.now < until:
                self.world.at(until + behind, happens)
            else:
                what()

        self.world.at(moment, happens)


class Engine:
    """Implements failover.probes.Probing."""

    def __init__(self, machine: Machine, monitor: str, told: Callable[[Fact], None], wake: Callable[[], None]) -> None:
        self._machine, self._monitor, self._told, self._wake = machine, monitor, told, wake
        self._targets: dict[int, Target] = {}
        self._due: dict[int, float] = {}
        self._busy: set[int] = set()
        self._quick: set[int] = set()
        self._seen: list[Observation] = []
        self._well: dict[int, int] = {}  # successes in a row, by server
        self._closed = self._interrupted = False

    def watch(self, targets: Iterable[Target]) -> None:
        known, self._targets = self._targets, {target.server: target for target in targets}
        now = self._machine.world.now
        for server, target in self._targets.items():
            if server not in known:
                self._schedule(server, now + (server * GOLDEN % 1) * PACE.period)
            elif known[server] != target and server not in self._busy:
                self._schedule(server, now)

    def hurry(self, servers: Iterable[int]) -> None:
        self._quick = set(servers)
        soon = self._machine.world.now + PACE.quick
        for server in self._quick:
            if self._due.get(server, soon) > soon:
                self._schedule(server, soon)

    def results(self) -> list[Observation]:
        seen, self._seen = self._seen, []
        return seen

    def lateness(self) -> float:
        return 0.0

    def interrupted(self) -> bool:
        interrupted, self._interrupted = self._interrupted, False
        return interrupted

    def troubles(self) -> dict[str, Trouble]:
        return {}

    def close(self) -> None:
        self._closed = True

    def _schedule(self, server: int, due: float) -> None:
        self._due[server] = due
        self._machine.at(due, lambda: self._start(server, due), in_engine=True)

    def _start(self, server: int, due: float) -> None:
        if self._closed or self._due.get(server) != due or server not in self._targets:
            return
        del self._due[server]
        self._busy.add(server)
        world, target, began = self._machine.world, self._targets[server], self._machine.clocks.monotonic()
        reason, lasts = world.answer(self._machine.number, server)
        started = world.now
        self._machine.at(started + lasts, lambda: self._finish(target, reason, began, started), in_engine=True)

    def _finish(self, target: Target, reason: Reason, began: float, started: float) -> None:
        if self._closed:
            return
        server, now = target.server, self._machine.world.now
        self._busy.discard(server)
        ended = self._machine.clocks.monotonic()
        seen = Observation(server, target.configuration, reason, began, ended)
        if self._machine.stands_still:
            self._machine.at(now, lambda: self._keep(seen))
        else:
            self._seen.append(seen)
        self._told(Fact(self._monitor, server, target.configuration, reason.verdict, started, now))
        if (current := self._targets.get(server)) is not None:
            period = PACE.quick if server in self._quick else PACE.period
            self._schedule(server, max(now, started + period) if current == target else now)
        self._well[server] = self._well.get(server, 0) + 1 if reason is Reason.OK else 0
        if self._well[server] <= PACE.rise + 1:  # one more success is no news, and waits for the next round in any case
            self._wake()

    def _keep(self, seen: Observation) -> None:
        """failover.engine.Engine._keep(), for what was seen while the process stood still."""
        if seen.finished >= self._machine.clocks.monotonic() - PACE.limits.gap:
            self._seen.append(seen)
        else:
            self._interrupted = True
