"""The probe engine: one thread, one selector, every server at its own pace.

It knows no database and no verdicts: targets go in, observations come out. A probe never raises; it ends in an
observation within its deadline, whatever the server does.
"""

import heapq
import logging
import selectors
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Protocol

from failover.attempt import Attempt
from failover.conf import Pace
from failover.names import Resolver
from failover.observation import Observation, Reason, Target

log = logging.getLogger(__name__)

AT_ONCE = 256
LOOK_AGAIN = 0.05
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
        """By how many seconds the latest probe started after it was due."""

    def close(self) -> None:
        """Stop."""


class Prober:
    """Probes over TCP: healthy when the handshake completes within the deadline."""

    def __init__(
        self, *, pace: Pace, resolver: Resolver | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._pace, self._monotonic = pace, monotonic
        self._resolver = resolver or Resolver(patience=pace.timeout)
        self._lock = threading.Lock()
        self._wanted: dict[int, Target] | None = None
        self._quick: frozenset[int] = frozenset()
        self._seen: list[Observation] = []
        self._late = 0.0
        self._targets: dict[int, Target] = {}
        self._due: dict[int, float] = {}
        self._queue: list[tuple[float, int]] = []
        self._attempts: OrderedDict[int, Attempt] = OrderedDict()  # by server, oldest first
        self._selector = selectors.DefaultSelector()
        self._wake_end, self._woken_end = socket.socketpair()
        self._woken_end.setblocking(False)
        self._selector.register(self._woken_end, selectors.EVENT_READ)
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
        with self._lock:
            seen, self._seen = self._seen, []
        return seen

    def lateness(self) -> float:
        return self._late

    def close(self) -> None:
        self._stopping = True
        self._wake()
        self._thread.join(timeout=1)
        self._wake_end.close()

    def _wake(self) -> None:
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
        self._selector.close()
        self._woken_end.close()

    def _turn(self) -> None:
        self._take_orders()
        self._start_due()
        for key, _ in self._selector.select(self._sleep()):
            if key.data is None:
                self._woken_end.recv(4096)
            else:
                self._ready(key.data, key.fileobj)  # type: ignore[arg-type]
        self._expire()

    def _take_orders(self) -> None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
            quick = self._quick
        now = self._monotonic()
        if wanted is not None:
            self._replace_targets(wanted, now)
        for server in quick & self._due.keys():
            self._schedule(server, min(self._due[server], now + self._pace.quick))

    def _replace_targets(self, wanted: dict[int, Target], now: float) -> None:
        for server in self._targets.keys() - wanted.keys():
            self._due.pop(server, None)
            if attempt := self._attempts.pop(server, None):
                self._close(attempt)
        for server, target in wanted.items():
            known = self._targets.get(server)
            if known is None:
                # Spread evenly over one period by a stable offset, so that rounds do not come in bursts.
                self._schedule(server, now + (server * GOLDEN % 1) * self._pace.period)
            elif known != target and server not in self._attempts:
                self._schedule(server, now)
        self._targets = wanted

    def _schedule(self, server: int, due: float) -> None:
        if self._due.get(server) != due:
            self._due[server] = due
            heapq.heappush(self._queue, (due, server))

    def _start_due(self) -> None:
        now = self._monotonic()
        while self._queue and self._queue[0][0] <= now and len(self._attempts) < AT_ONCE:
            due, server = heapq.heappop(self._queue)
            if self._due.get(server) == due:  # otherwise it was put off, or the server is gone
                del self._due[server]
                self._late = now - due
                self._start(self._targets[server], now)

    def _start(self, target: Target, now: float) -> None:
        attempt = Attempt(target, now)
        addresses = self._resolver.addresses(target.host)
        if addresses is None:
            self._schedule(target.server, now + LOOK_AGAIN)
            return
        if not addresses:
            attempt.reason = Reason.UNRESOLVED
        attempt.connect(addresses)
        self._attempts[target.server] = attempt
        for connection in attempt.open:
            self._selector.register(connection, selectors.EVENT_WRITE, attempt)
        if not attempt.open:
            self._finish(attempt, attempt.reason or Reason.NO_RESOURCES)

    def _ready(self, attempt: Attempt, connection: socket.socket) -> None:
        if connection not in attempt.open:
            return  # another address of the same server answered in this very turn
        if attempt.answered(connection):
            self._finish(attempt, Reason.OK)
            return
        attempt.open.discard(connection)
        self._hang_up(connection)
        if not attempt.open:
            self._finish(attempt, attempt.reason or Reason.NO_RESOURCES)

    def _expire(self) -> None:
        limit = self._monotonic() - self._pace.timeout
        while self._attempts and (attempt := next(iter(self._attempts.values()))).started <= limit:
            self._finish(attempt, Reason.TIMEOUT)

    def _finish(self, attempt: Attempt, reason: Reason) -> None:
        self._close(attempt)
        server = attempt.target.server
        self._attempts.pop(server, None)
        now = self._monotonic()
        with self._lock:
            self._seen.append(attempt.observation(reason, now))
            quick = server in self._quick
        current = self._targets.get(server)
        if current is not None:
            wait = 0.0 if current != attempt.target else self._pace.quick if quick else self._pace.period
            self._schedule(server, max(now, attempt.started + wait))

    def _close(self, attempt: Attempt) -> None:
        for connection in attempt.open:
            self._hang_up(connection)
        attempt.open.clear()

    def _hang_up(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        connection.close()

    def _sleep(self) -> float:
        moments = [self._monotonic() + LONGEST_SLEEP]
        if self._queue and len(self._attempts) < AT_ONCE:
            moments.append(self._queue[0][0])
        if self._attempts:
            moments.append(next(iter(self._attempts.values())).started + self._pace.timeout)
        return max(0.0, min(moments) - self._monotonic())


def sweep(targets: Iterable[Target], *, pace: Pace) -> dict[int, Observation]:
    """Probe every target once and wait for all the results, at most the deadline and what names take to resolve."""
    wanted = list(targets)
    prober = Prober(pace=Pace(period=min(pace.quick, pace.period), quick=pace.quick, timeout=pace.timeout))
    seen: dict[int, Observation] = {}
    try:
        prober.watch(wanted)
        while len(seen) < len({target.server for target in wanted}):
            for observation in prober.results():
                seen.setdefault(observation.server, observation)
            time.sleep(LOOK_AGAIN / 5)
    finally:
        prober.close()
    return seen
