"""Waiting longer and longer before what fails for good is tried again, so that one domain cannot flood the log."""

from failover.clock import Clock

FIRST, LONGEST = 0.25, 60.0


class Patience:
    """When something may be tried again, by key; seconds on the monotonic clock."""

    def __init__(self, *, clock: Clock, longest: float = LONGEST) -> None:
        self._clock, self._longest = clock, longest
        self._waits: dict[int, tuple[float, float]] = {}  # until when, and how long that is

    def needed(self, key: int) -> bool:
        """Whether it is too early."""
        return key in self._waits and self._clock.monotonic() < self._waits[key][0]

    def lose(self, key: int) -> None:
        """It failed: wait, and twice as long as the last time."""
        _, length = self._waits.get(key, (0.0, FIRST / 2))
        longer = min(self._longest, 2 * length)
        self._waits[key] = (self._clock.monotonic() + longer, longer)

    def restore(self, key: int) -> None:
        """It worked."""
        self._waits.pop(key, None)
