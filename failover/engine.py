"""The probe engine in a process of its own, so that neither database work nor a long round makes a check late.

Orders go to it, observations come back, packed: at ten thousand a second they must cost next to nothing. When it dies
or hangs it is started anew; what it did not see meanwhile is a gap like any other.
"""

import json
import logging
import logging.config
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from failover.names import Trouble
from failover.observation import Observation, Reason, Target
from failover.pace import Pace
from failover.probes import MOST_RESULTS, Prober

log = logging.getLogger(__name__)

LATENESS = struct.Struct("=d")
PACKED = struct.Struct("=qqBdd")  # server, configuration, reason, started, finished
REASONS = list(Reason)
NUMBERS = {reason: number for number, reason in enumerate(REASONS)}
SEEN, TROUBLES = b"o", b"t"  # what a message brings
EVERY = 0.02
LOOK_FOR_TROUBLES = 2.0
AGAIN = 1.0
CATCH_UP = 0.1
LONGEST_SILENCE = 120.0
PATIENCE = 2.0
HOME = Path(__file__).resolve().parent.parent


def pack(observations: Iterable[Observation], lateness: float) -> bytes:
    """Observations as bytes, behind the lateness of the checks that brought them."""
    rows = [PACKED.pack(seen[0], seen[1], NUMBERS[seen[2]], seen[3], seen[4]) for seen in observations]
    return b"".join([LATENESS.pack(lateness), *rows])


def unpack(packed: bytes) -> tuple[list[Observation], float]:
    """The observations, and the lateness."""
    rows = PACKED.iter_unpack(memoryview(packed)[LATENESS.size :])
    seen = [
        Observation(server, version, REASONS[reason], begun, ended) for server, version, reason, begun, ended in rows
    ]
    return seen, LATENESS.unpack_from(packed)[0]


def pack_troubles(troubles: Mapping[str, Trouble]) -> bytes:
    """Names that fail to resolve as bytes."""
    rows = [[host, one.reason, one.since, one.addresses] for host, one in sorted(troubles.items())]
    return json.dumps(rows).encode()


def unpack_troubles(packed: bytes) -> dict[str, Trouble]:
    """The same names as they were."""
    return {
        host: Trouble(reason, since, tuple((family, address) for family, address in addresses))
        for host, reason, since, addresses in json.loads(packed)
    }


class Engine:
    """A probe engine that runs elsewhere; see failover.probes.Probing for what its methods mean."""

    def __init__(
        self,
        *,
        pace: Pace,
        logging_as: dict[str, Any] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pace, self._logging_as, self._monotonic = pace, logging_as, monotonic
        self._seen: deque[Observation] = deque(maxlen=MOST_RESULTS)
        self._troubles: dict[str, Trouble] = {}
        self._latest = 0.0
        self._interrupted = False
        self._silence = 2 * pace.limits.gap  # seconds without results after which it hangs
        self._targets: list[Target] = []
        self._hurried: frozenset[int] = frozenset()
        self._lock, self._receiving = threading.Lock(), threading.Lock()
        self._closing = threading.Event()
        with self._lock:
            self._start()
        self._reader = threading.Thread(target=self._read, name="engine-reader", daemon=True)
        self._reader.start()

    def watch(self, targets: Iterable[Target]) -> None:
        self._targets = list(targets)
        self._tell(("watch", self._targets))

    def hurry(self, servers: Iterable[int]) -> None:
        wanted = frozenset(servers)
        if wanted != self._hurried:
            self._hurried = wanted
            self._tell(("hurry", wanted))

    def results(self) -> list[Observation]:
        self._wait_for_reader()
        return [self._seen.popleft() for _ in range(len(self._seen))]

    def lateness(self) -> float:
        latest, self._latest = self._latest, 0.0
        return latest

    def interrupted(self) -> bool:
        interrupted, self._interrupted = self._interrupted, False
        return interrupted

    def troubles(self) -> dict[str, Trouble]:
        return self._troubles

    def close(self) -> None:
        self._closing.set()
        self._tell(None)
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=PATIENCE)
        self._connection.close()

    @property
    def process(self) -> int:
        """The process that probes."""
        return self._process.pid

    def _start(self) -> None:
        # Not by multiprocessing: its resource tracker lets signals through again that the monitor holds back.
        near, far = socket.socketpair()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(PATIENCE), 0))
        self._connection = Connection(near.detach())
        with far:
            self._process = subprocess.Popen(  # noqa: S603  this very program
                [sys.executable, "-m", "failover.engine", str(far.fileno())],
                pass_fds=[far.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HOME), os.environ.get("PYTHONPATH", "")])},
            )
        self._connection.send((self._pace, self._logging_as))

    def _tell(self, order: object) -> None:
        with self._lock:
            try:
                self._connection.send(order)
            except OSError:  # it is gone, or hangs; the reader starts the next one, and tells it everything
                self._process.kill()

    def _wait_for_reader(self) -> None:
        """Let it take what has arrived: behind a stop of this process the latest is what a switch must know."""
        until = self._monotonic() + CATCH_UP
        with suppress(OSError):  # the connection is being replaced
            while self._connection.poll(0) and self._monotonic() < until:
                time.sleep(0.001)
        if self._receiving.acquire(timeout=CATCH_UP):  # what it took out of the connection, it has kept by then
            self._receiving.release()

    # Below runs in the reader's thread.

    def _read(self) -> None:
        while not self._closing.is_set():
            try:
                if self._connection.poll(self._silence):
                    with self._receiving:
                        self._receive(self._connection.recv_bytes())
                    self._silence = 2 * self._pace.limits.gap
                elif self._targets:
                    log.error("the probe engine gives no results")
                    self._process.kill()
            except (EOFError, OSError):
                if not self._closing.is_set():
                    self._start_again()

    def _receive(self, message: bytes) -> None:
        if message[:1] == TROUBLES:
            self._troubles = unpack_troubles(message[1:])
        else:
            self._keep(message[1:])

    def _keep(self, packed: bytes) -> None:
        """Keep what arrives in time; while this process stood still nobody watched, and that counts for nothing."""
        seen, lateness = unpack(packed)
        oldest = self._monotonic() - self._pace.limits.gap
        if any(one.finished < oldest for one in seen):
            self._interrupted = True
        else:
            self._seen.extend(seen)
        self._latest = max(self._latest, lateness)

    def _start_again(self) -> None:
        self._connection.close()
        self._process.kill()  # it may have closed its end and live on
        log.error("the probe engine ended (exit code %s); it is started anew", self._process.wait())
        self._closing.wait(AGAIN)
        self._troubles = {}
        self._silence = min(LONGEST_SILENCE, 2 * self._silence)  # a machine that is busy may need it to start
        with self._lock:
            self._start()
        self._tell(("watch", self._targets))
        self._tell(("hurry", self._hurried))


def serve(connection: Connection) -> None:
    """The engine's process: obey orders and send what was seen, until told to stop or nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the monitor's, which tells this process
    pace, logging_as = connection.recv()
    if logging_as is not None:
        logging.config.dictConfig(logging_as)
    prober = Prober(pace=pace)
    try:
        told, look_at = pack_troubles({}), time.monotonic()
        while _obeyed(connection, prober):
            if observations := prober.results():
                connection.send_bytes(SEEN + pack(observations, prober.lateness()))
            if time.monotonic() >= look_at:
                look_at = time.monotonic() + LOOK_FOR_TROUBLES
                if (troubles := pack_troubles(prober.troubles())) != told:
                    connection.send_bytes(TROUBLES + troubles)
                    told = troubles
    except (EOFError, OSError):
        pass  # the monitor is gone
    finally:
        prober.close()


def _obeyed(connection: Connection, prober: Prober) -> bool:
    """Wait a moment for orders and carry them out; False when the order is to stop."""
    wait = EVERY
    while connection.poll(wait):
        wait = 0.0
        match connection.recv():
            case ("watch", targets):
                prober.watch(targets)
            case ("hurry", servers):
                prober.hurry(servers)
            case _:
                return False
    return True


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
