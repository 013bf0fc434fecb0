"""Identifiers of contacts without a caller number."""

import secrets
import time
import uuid
from collections.abc import Callable
from threading import Lock

NAMESPACE = uuid.UUID("0f6d4c1e-6a57-5c1b-9d0e-3b1d6b0f2a77")
FRACTION_BITS = 12


class Sequence:
    """UUIDs of version 7 (RFC 9562): sorted by the time they were made at, by 1/4096 ms; the rest is random.

    In one process each is above the one before, also when the clock stands still or goes back. Two processes never
    agree on 62 random bits.
    """

    def __init__(self, clock: Callable[[], int] = time.time_ns, bits: Callable[[int], int] = secrets.randbits) -> None:
        self._clock, self._bits = clock, bits
        self._last = 0
        self._lock = Lock()

    def next(self) -> uuid.UUID:
        """A UUID that nobody had before."""
        tick = (self._clock() << FRACTION_BITS) // 1_000_000
        with self._lock:
            self._last = tick = max(tick, self._last + 1)
        milliseconds, fraction = tick >> FRACTION_BITS, tick & ((1 << FRACTION_BITS) - 1)
        return uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | self._bits(62))


UNIQUE = Sequence()


def shared(key: int, slug: str) -> uuid.UUID:
    """The one identifier of a domain: always the same for the same domain."""
    return uuid.uuid5(NAMESPACE, f"{key}/{slug}")
