"""Time, as an argument."""

import time
from datetime import datetime
from typing import Protocol

from django.utils import timezone


class Clock(Protocol):
    """What the monitor reads the time from."""

    def monotonic(self) -> float:
        """Seconds that only grow."""

    def now(self) -> datetime:
        """The time of day."""


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return timezone.now()
