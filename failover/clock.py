"""Time, as an argument."""

import time
from datetime import datetime
from typing import Protocol

from django.utils import timezone

JUMP = 2.0


class Clock(Protocol):
    """What the monitor reads the time from."""

    def monotonic(self) -> float:
        """Seconds that only grow; they stand still while the machine is suspended."""

    def boottime(self) -> float:
        """Seconds that only grow, also while the machine is suspended."""

    def now(self) -> datetime:
        """The time of day."""


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        return time.monotonic()

    def boottime(self) -> float:
        clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux has it
        return time.clock_gettime(clock)

    def now(self) -> datetime:
        return timezone.now()


class Jumps:
    """Notices that the clocks disagree on how much time passed, as after a suspend; FAILOVER.md section 2."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before = self._read()

    def seen(self) -> float:
        """By how many seconds they disagree since the last call; 0 when that is not worth a word."""
        before, self._before = self._before, self._read()
        passed = [now - then for now, then in zip(self._before, before, strict=True)]
        apart = max(passed) - min(passed)
        return apart if apart > JUMP else 0.0

    def _read(self) -> tuple[float, float, float]:
        clock = self._clock
        return clock.monotonic(), clock.boottime(), clock.now().timestamp()
