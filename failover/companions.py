"""Whoever works beside the leading monitor, in a thread of its own that delays no round.

Other apps register theirs at the start, because this app imports none of them.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection

from failover.clock import Clock

TICK = 1.0

log = logging.getLogger(__name__)

Work = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Companion:
    """`begin` is called whenever this monitor starts to lead; what it gives back is then called every few seconds."""

    name: str
    every: float
    begin: Callable[[Clock], Work]


registered: list[Companion] = []


class Shift:
    """One companion's work, while this monitor leads."""

    def __init__(self, companion: Companion, *, leads: Callable[[], bool], clock: Clock) -> None:
        self._companion, self._leads, self._clock = companion, leads, clock
        self._work: Work | None = None
        self._next = float("-inf")

    def run_once(self) -> None:
        """Work, if it is time. What fails is tried again the next time."""
        if not self._leads():
            self._work = None
            return
        if self._work is None:
            self._work, self._next = self._companion.begin(self._clock), float("-inf")
        if self._clock.monotonic() >= self._next:
            self._next = self._clock.monotonic() + self._companion.every
            self._work()


def accompany(*, leads: Callable[[], bool], clock: Clock, stop: threading.Event) -> None:
    """Start a thread for everybody registered; they end with the process."""
    for companion in registered:
        shift = Shift(companion, leads=leads, clock=clock)
        threading.Thread(target=_work, args=(companion.name, shift, stop), name=companion.name, daemon=True).start()


def _work(name: str, shift: Shift, stop: threading.Event) -> None:
    while not stop.wait(TICK):
        try:
            shift.run_once()
        except (DatabaseError, InterfaceError) as error:
            log.warning("%s wait until the database answers: %s", name, error)
            connection.close()
        except Exception:  # the loop boundary
            log.exception("%s failed", name)
    connection.close()
