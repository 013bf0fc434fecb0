"""The probe engine: one thread, one poller, every server at its own pace.

It knows no database and no verdicts: targets go in, observations come out. A probe never raises; it ends in an
observation within its deadline, whatever the server does.
"""

import heapq
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Protocol

from failover.names import Resolver, Trouble
from failover.observation import Observation, Reason, Target
from failover.pace import Pace
from failover.poller import FAILED, READABLE, WRITABLE, Poller, best_poller
from failover.wire import OLDEST, Step, Wire, reason_of

log = logging.getLogger(__name__)

# Servers whose last probe ran into its deadline wait in a lane of their own, so that they delay no others; a probe that
# is not answered within a moment moves there, so that thousands that die at the same time do not either.
LIVE, DEAD = 0, 1
AT_ONCE = {LIVE: 256, DEAD: 1024}
MOMENT = 0.1
MOST_DEAD = 4096  # with those that moved
MOST_RESULTS = 200_000  # kept for somebody who does not fetch them; the oldest go first
LOOK_AGAIN = 0.05
MARGIN = 1.0
LONGEST_SLEEP = 0.5
GOLDEN = 0.618033988749895


class Probing(Protocol):
    """What the monitor needs of a probe engine; testing.ScriptedProber is the other one."""

    def watch(self, targets: Iterable[Target]) -> None:
        """Probe these servers from now on, and no others."""

    def hurry(self, servers: Iterable[int]) -> None:
        """Probe these at the quick pace from now on, the others at the usual one."""

    def results(self) -> list[Observation]:
        """What was seen since the last call, in order for each server."""

    def lateness(self) -> float:
        """By how many seconds a probe started after it was due, at worst since the last call."""

    def interrupted(self) -> bool:
        """Whether this process stood still since the last call, so that what was seen before and after do not join."""

    def troubles(self) -> dict[str, Trouble]:
        """The names that fail to resolve at present."""

    def close(self) -> None:
        """Stop."""


class Attempt:
    """A probe under way: connections that race to the addresses of one target; the first answer decides."""

    __slots__ = ("lane", "reason", "started", "target", "wires")

    def __init__(self, target: Target, started: float, lane: int) -> None:
        self.target, self.started, self.lane = target, started, lane
        self.wires: list[Wire] = []
        self.reason: Reason | None = None

    def fail(self, reason: Reason | None) -> None:
        """Remember why a connection failed; None when this machine could never have made it.

        The monitor's own trouble outweighs the server's: the address that could not be tried may be the one that works.
        """
        if reason is not None and (self.reason is None or reason is Reason.NO_RESOURCES):
            self.reason = reason


class Prober:
    """Probes every server once a period, and the hurried ones at the quick pace."""

    def __init__(
        self,
        *,
        pace: Pace,
        resolver: Resolver | None = None,
        poller: Poller | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pace, self._monotonic = pace, monotonic
        self._resolver = resolver or Resolver(patience=pace.timeout)
        self._poller = poller or best_poller()
        self._lock = threading.Lock()
        self._wanted: dict[int, Target] | None = None
        self._quick: frozenset[int] = frozenset()
        self._seen: deque[Observation] = deque(maxlen=MOST_RESULTS)
        self._latest = 0.0
        self._targets: dict[int, Target] = {}
        self._lanes: dict[int, int] = {}  # by server, those that are not LIVE
        self._due: dict[int, float] = {}
        self._queues: dict[int, list[tuple[float, int]]] = {LIVE: [], DEAD: []}
        self._busy = [0, 0]  # by lane
        self._attempts: dict[int, Attempt] = {}  # by server, oldest first
        self._fresh: deque[Attempt] = deque()  # those of the lane LIVE that began within a moment, and some that ended
        self._wires: dict[int, tuple[Attempt, Wire]] = {}  # by descriptor
        self._wake_end, self._woken_end = socket.socketpair()
        self._wake_end.setblocking(False)
        self._woken_end.setblocking(False)
        self._poller.add(self._woken_end.fileno(), READABLE)
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="prober", daemon=True)
        self._thread.start()

    def watch(self, targets: Iterable[Target]) -> None:
        with self._lock:
            self._wanted = {target.server: target for target in targets}
        self._wake()

    def hurry(self, servers: Iterable[int]) -> None:
        wanted = frozenset(servers)
        with self._lock:
            changed, self._quick = wanted != self._quick, wanted
        if changed:
            self._wake()

    def results(self) -> list[Observation]:
        return [self._seen.popleft() for _ in range(len(self._seen))]

    def lateness(self) -> float:
        latest, self._latest = self._latest, 0.0
        return latest

    def interrupted(self) -> bool:
        return False  # it stands still with the process, and a probe that spans that says nothing

    def troubles(self) -> dict[str, Trouble]:
        return self._resolver.troubles()

    def close(self) -> None:
        self._stopping = True
        self._wake()
        self._thread.join(timeout=5)
        self._wake_end.close()
        self._resolver.close()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # then it has been told often enough
            self._wake_end.send(b"!")

    # Below runs in the engine's own thread.

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._turn()
            except Exception:  # the loop boundary: no single fault may end the watch over all servers
                log.exception("a turn of the probe engine failed")
                time.sleep(LOOK_AGAIN)
        for attempt in list(self._attempts.values()):
            self._close(attempt)
        self._poller.close()
        self._woken_end.close()

    def _turn(self) -> None:
        self._take_orders()
        now = self._monotonic()
        self._set_slow_aside(now)
        for lane in (LIVE, DEAD):
            self._start_due(lane, now)
        older: list[tuple[Attempt, Wire]] = []
        known_of = self._wires.get
        for descriptor, bits in self._poller.ready(self._sleep()):
            if (known := known_of(descriptor)) is not None:
                self._advance(*known, bits & FAILED, older)
            elif descriptor == self._woken_end.fileno():
                self._woken_end.recv(4096)
        for attempt, wire in older:  # not before every event is handled: the system gives descriptors out again
            self._speak_older(attempt, wire)
        self._expire()

    def _take_orders(self) -> None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            quick = self._quick
        now = self._monotonic()
        if wanted is not None:
            self._replace_targets(wanted, now)
        soon = now + self._pace.quick
        for server in quick:
            if self._due.get(server, soon) > soon:
                self._schedule(server, soon)

    def _replace_targets(self, wanted: dict[int, Target], now: float) -> None:
        for server in self._targets.keys() - wanted.keys():
            self._due.pop(server, None)
            self._lanes.pop(server, None)
            if attempt := self._attempts.get(server):
                self._close(attempt)
        for server, target in wanted.items():
            known = self._targets.get(server)
            if known == target:
                wanted[server] = known  # the same object, so that looking at it tells whether it changed
            elif known is None:
                # Spread evenly over one period by a stable offset, so that rounds do not come in bursts.
                self._schedule(server, now + (server * GOLDEN % 1) * self._pace.period)
            elif server not in self._attempts:
                self._schedule(server, now)
        self._targets = wanted

    def _schedule(self, server: int, due: float) -> None:
        self._due[server] = due
        heapq.heappush(self._queues[self._lanes.get(server, LIVE)], (due, server))

    def _start_due(self, lane: int, now: float) -> None:
        queue = self._queues[lane]
        while queue and queue[0][0] <= now and self._busy[lane] < AT_ONCE[lane]:
            due, server = heapq.heappop(queue)
            if self._due.get(server) == due:  # otherwise it was put off, or the server is gone
                del self._due[server]
                if now - due > self._latest:
                    self._latest = now - due
                self._start(self._targets[server], lane)

    def _set_slow_aside(self, now: float) -> None:
        while self._fresh and self._fresh[0].started + MOMENT <= now:
            attempt = self._fresh[0]
            if self._attempts.get(attempt.target.server) is attempt:
                if self._busy[DEAD] >= MOST_DEAD:
                    return
                attempt.lane = DEAD
                self._busy[LIVE] -= 1
                self._busy[DEAD] += 1
            self._fresh.popleft()

    def _start(self, target: Target, lane: int) -> None:
        now = self._monotonic()
        addresses = self._resolver.addresses(target.host)
        if addresses is None:
            self._schedule(target.server, now + LOOK_AGAIN)
            return
        attempt = Attempt(target, now, lane)
        if lane == LIVE:
            self._fresh.append(attempt)
        self._attempts[target.server] = attempt
        self._busy[lane] += 1
        if not addresses:
            attempt.reason = Reason.UNRESOLVED
        for address in addresses:
            try:
                self._hold(attempt, Wire(target, address))
            except OSError as error:
                attempt.fail(reason_of(error.errno, address[0]))
            except Exception:  # the item boundary: left alone, the attempt would end as the server's timeout
                log.exception("a probe of %s could not start", target.host)
                attempt.fail(Reason.NO_RESOURCES)
        self._settle_if_over(attempt)

    def _hold(self, attempt: Attempt, wire: Wire) -> None:
        self._poller.add(wire.descriptor, WRITABLE)
        self._wires[wire.descriptor] = (attempt, wire)
        attempt.wires.append(wire)

    def _advance(self, attempt: Attempt, wire: Wire, failed: int, older: list[tuple[Attempt, Wire]]) -> None:
        try:
            step = wire.advance(failed)
        except Exception:  # the item boundary: no answer, however strange, costs the others their turn
            log.exception("a probe of %s failed", attempt.target.host)
            step = Reason.NO_RESOURCES
        if step is Reason.OK:
            self._finish(attempt, step)
        elif step is Step.READ:
            self._poller.turn(wire.descriptor, READABLE)
        elif step is Step.OLDER:
            self._hang_up(wire)
            older.append((attempt, wire))
        else:
            attempt.fail(step)
            self._hang_up(wire)
            attempt.wires.remove(wire)
            self._settle_if_over(attempt)

    def _speak_older(self, attempt: Attempt, wire: Wire) -> None:
        if self._attempts.get(attempt.target.server) is not attempt:
            return  # another address of the same server has answered meanwhile
        attempt.wires.remove(wire)
        try:
            self._hold(attempt, Wire(wire.target, wire.address, OLDEST))
        except OSError as error:
            attempt.fail(reason_of(error.errno, wire.address[0]))
        self._settle_if_over(attempt)

    def _settle_if_over(self, attempt: Attempt) -> None:
        if not attempt.wires:
            self._finish(attempt, attempt.reason or Reason.NO_RESOURCES)

    def _expire(self) -> None:
        limit = self._monotonic() - self._pace.timeout
        while self._attempts:
            attempt = next(iter(self._attempts.values()))
            if attempt.started > limit:
                return
            self._finish(attempt, Reason.TIMEOUT)

    def _finish(self, attempt: Attempt, reason: Reason) -> None:
        self._close(attempt)
        now, target = self._monotonic(), attempt.target
        server = target.server
        self._seen.append(Observation(server, target.configuration, reason, attempt.started, now))
        if (current := self._targets.get(server)) is None:
            return
        if reason is Reason.TIMEOUT:
            self._lanes[server] = DEAD
        elif attempt.lane == DEAD:
            self._lanes.pop(server, None)
        period = self._pace.quick if server in self._quick else self._pace.period
        due = attempt.started + period
        self._schedule(server, due if due > now and current is target else now)

    def _close(self, attempt: Attempt) -> None:
        del self._attempts[attempt.target.server]
        self._busy[attempt.lane] -= 1
        for wire in attempt.wires:
            self._hang_up(wire)
        attempt.wires.clear()

    def _hang_up(self, wire: Wire) -> None:
        if self._wires.pop(wire.descriptor, None) is not None:
            self._poller.drop(wire.descriptor)
            wire.socket.close()

    def _sleep(self) -> float:
        now = self._monotonic()
        soonest = now + LONGEST_SLEEP
        for lane, queue in self._queues.items():
            if queue and self._busy[lane] < AT_ONCE[lane]:
                soonest = min(soonest, queue[0][0])
        if self._busy[LIVE] >= AT_ONCE[LIVE] and self._busy[DEAD] < MOST_DEAD:
            soonest = min(soonest, self._fresh[0].started + MOMENT)
        if self._attempts:
            soonest = min(soonest, next(iter(self._attempts.values())).started + self._pace.timeout)
        return max(0.0, soonest - now)


def sweep(targets: Iterable[Target], *, pace: Pace, resolver: Resolver | None = None) -> dict[int, Observation]:
    """Probe every target once and wait for all the results, at most the deadline and what names take to resolve.

    A thousand at a time may run into their deadline; whoever has no result after all that could not be checked.
    """
    wanted = {target.server: target for target in targets}
    patience = 2 * pace.timeout + MARGIN + len(wanted) / AT_ONCE[DEAD] * pace.timeout
    once = Pace(period=min(pace.quick, pace.period), quick=pace.quick, timeout=pace.timeout)
    prober = Prober(pace=once, resolver=resolver)
    seen: dict[int, Observation] = {}
    started = now = time.monotonic()
    try:
        prober.watch(wanted.values())
        while len(seen) < len(wanted) and now - started < patience:
            for observation in prober.results():
                seen.setdefault(observation.server, observation)
            time.sleep(LOOK_AGAIN / 5)
            now = time.monotonic()
    finally:
        prober.close()
    unseen = (target for target in wanted.values() if target.server not in seen)
    return seen | {
        target.server: Observation(target.server, target.configuration, Reason.NO_RESOURCES, started, now)
        for target in unseen
    }
