"""What was seen of servers, minute by minute. Pure: standard library only. Decision 0017.

The monitor feeds every observation through here, 10,000 a second, so a server that answers costs an addition.
"""

from array import array
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import islice
from struct import Struct
from typing import NamedTuple

from failover.observation import Observation, Reason, Verdict

MINUTE = 60
KEPT = 10  # closed minutes of a server that wait to be written; older ones are dropped
MOST_LATENCIES = 256
SMALLEST, LARGEST = 0.001, 65504.0  # of latencies: nothing answers faster, and half floats hold no more
MOST_CHECKS = 65535

_RECORD = Struct("<I3H3e")
BLIND = frozenset(reason for reason in Reason if reason.verdict is Verdict.NO_EVIDENCE)


class Minute(NamedTuple):
    """The checks of one server in one minute; `number` counts minutes since 1970.

    `healthy` were answered, `failures` speak of an outage, `blind` of neither. Latencies, in milliseconds, are those of
    the answered checks; 0 when there was none.
    """

    number: int
    healthy: int = 0
    failures: int = 0
    blind: int = 0
    least: float = 0.0
    median: float = 0.0
    most: float = 0.0

    @property
    def checks(self) -> int:
        return self.healthy + self.failures + self.blind


class _Open:
    """The minute of one server that still runs."""

    __slots__ = ("blind", "failures", "healthy", "latencies", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.healthy = self.failures = self.blind = 0
        self.latencies = array("f")

    def thin_out(self) -> None:
        """Halve the latencies, keeping both extremes: past that many, the median is an estimate."""
        ordered = sorted(self.latencies)
        self.latencies = array("f", [*ordered[:-1:2], ordered[-1]])

    def record(self) -> bytes:
        """The closed minute, small enough for thousands to wait."""
        counts = (min(self.healthy, MOST_CHECKS), min(self.failures, MOST_CHECKS), min(self.blind, MOST_CHECKS))
        return _RECORD.pack(self.number, *counts, *_spread(self.latencies))


class Minutes:
    """Counts observations by server and minute; holds at most KEPT closed minutes of a server.

    `longest` is how many seconds a check can take: past that the monitor stood still, and the check says nothing.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._open: dict[int, _Open] = {}
        self._closed: dict[int, bytearray] = {}  # whoever waits longest comes first

    def take(self, observations: Iterable[Observation], offset: float) -> None:
        """Count observations; `offset` added to their times gives seconds since 1970."""
        running, longest = self._open, self._longest
        for server, _, reason, started, finished in observations:
            number = int((finished + offset) // MINUTE)
            current = running.get(server)
            if current is None or current.number != number:
                current = self._turn(server, number)
            took = finished - started
            if took > longest:
                current.blind += 1
            elif reason is Reason.OK:
                current.healthy += 1
                current.latencies.append(took * 1000)
                if len(current.latencies) > MOST_LATENCIES:
                    current.thin_out()
            elif reason in BLIND:
                current.blind += 1
            else:
                current.failures += 1

    def settle(self, number: int, watched: Container[int]) -> None:
        """Close the minutes before that one, also of servers that are heard no more; forget servers nobody watches."""
        for server in [server for server, current in self._open.items() if current.number < number]:
            self._close(server)
        for server in [server for server in self._closed if server not in watched]:
            del self._closed[server]

    def due(self, limit: int) -> dict[int, list[Minute]]:
        """Closed minutes of at most so many servers, those that wait longest first."""
        return {
            server: [Minute(*record) for record in _RECORD.iter_unpack(records)]
            for server, records in islice(self._closed.items(), limit)
        }

    def drop(self, servers: Iterable[int]) -> None:
        """Forget the closed minutes of these servers: they are written, or of no use."""
        for server in servers:
            self._closed.pop(server, None)

    def put_back(self, batch: Mapping[int, Iterable[Minute]]) -> None:
        """Let what was not written wait again, behind the others."""
        for server, minutes in batch.items():
            records = self._closed.pop(server, None)
            self._closed[server] = records or bytearray(b"".join(_RECORD.pack(*minute) for minute in minutes))

    def _turn(self, server: int, number: int) -> _Open:
        if server in self._open:
            self._close(server)
        current = self._open[server] = _Open(number)
        return current

    def _close(self, server: int) -> None:
        records = self._closed.setdefault(server, bytearray())
        records += self._open.pop(server).record()
        del records[: -KEPT * _RECORD.size]


def combine(one: Minute, other: Minute) -> Minute:
    """One minute seen twice: by two monitors, or written again after a write whose outcome nobody knows.

    What both counted is not added, so that to repeat a write changes nothing; no failure and no extreme gets lost.
    """
    with_latency = [part for part in (one, other) if part.healthy]
    return Minute(
        one.number,
        max(one.healthy, other.healthy),
        max(one.failures, other.failures),
        max(one.blind, other.blind),
        min((part.least for part in with_latency), default=0.0),
        max((one, other), key=lambda part: (part.healthy, part.median)).median,
        max((part.most for part in with_latency), default=0.0),
    )


def _spread(latencies: Sequence[float]) -> tuple[float, float, float]:
    """Least, median and most; zeros of nothing."""
    if not latencies:
        return 0.0, 0.0, 0.0
    ordered = sorted(latencies)
    half = len(ordered) // 2
    median = ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
    least, median, most = (min(max(value, SMALLEST), LARGEST) for value in (ordered[0], median, ordered[-1]))
    return least, median, most
