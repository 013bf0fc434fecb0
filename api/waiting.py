"""Long polls: a request that waits until something changes, and how many may."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore
from typing import TypeVar

PAUSE = 0.25
T = TypeVar("T")


class Seats:
    """So many may wait at a time: a waiting request keeps a thread, and others need threads too."""

    def __init__(self, number: int) -> None:
        self._free = BoundedSemaphore(number) if number else None

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Whether there was a seat; it is free again behind the block."""
        got = self._free is not None and self._free.acquire(blocking=False)
        try:
            yield got
        finally:
            if got and self._free is not None:
                self._free.release()


@lru_cache(maxsize=4)
def seats(number: int) -> Seats:
    """The seats of this process."""
    return Seats(number)


def wait_for(
    look: Callable[[], T],
    done: Callable[[T], bool],
    seconds: float,
    *,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Look until it is done or the time is over; what was seen last."""
    deadline = clock() + seconds
    seen = look()
    while not done(seen) and clock() < deadline:
        pause(min(PAUSE, max(0.0, deadline - clock())))
        seen = look()
    return seen
