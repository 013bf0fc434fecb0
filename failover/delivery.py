"""Delivering notices: one thread looks what is due, others send, so that nobody waits for whoever hangs."""

import logging
import random
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

from django.db import DatabaseError, InterfaceError, connection

from failover import outbox
from failover.clock import Clock
from failover.models import Channel
from failover.notices import announce_silence
from failover.parcel import Outcome, Parcel
from failover.sending import Sender, send

TICK = 0.5
AFTER_A_FAULT = 2.0
SLOTS = {Channel.WEBHOOK: 16, Channel.EMAIL: 4}  # how many are sent to at once
LOOK_FOR_SILENCE = 5.0

Result = tuple[Parcel, Outcome]

log = logging.getLogger(__name__)


class Post(Protocol):
    """Whoever carries parcels."""

    def takes(self, subscriber: int, channel: str) -> bool:
        """Whether it would take one for this subscriber now."""

    def begin(self, parcel: Parcel) -> None:
        """Start to send it."""

    def results(self) -> list[Result]:
        """What came of those that ended since the last time."""


class Postmen:
    """A thread for each parcel that is under way: one a subscriber, and no more at once than there are slots."""

    def __init__(self, sender: Sender = send) -> None:
        self._sender = sender
        self._under_way: dict[int, str] = {}
        self._ended: SimpleQueue[Result] = SimpleQueue()

    def takes(self, subscriber: int, channel: str) -> bool:
        busy = sum(other == channel for other in self._under_way.values())
        return subscriber not in self._under_way and busy < SLOTS[Channel(channel)]

    def begin(self, parcel: Parcel) -> None:
        self._under_way[parcel.subscriber] = parcel.channel
        threading.Thread(target=self._carry, args=(parcel,), name=f"notice {parcel.subscriber}", daemon=True).start()

    def results(self) -> list[Result]:
        ended: list[Result] = []
        while True:
            try:
                ended.append(self._ended.get_nowait())
            except Empty:
                break
        for parcel, _ in ended:
            self._under_way.pop(parcel.subscriber, None)
        return ended

    def _carry(self, parcel: Parcel) -> None:
        self._ended.put((parcel, self._sender(parcel)))


class Delivery:
    """What is due goes to the post, what came of it is written down; for the monitor that leads."""

    def __init__(
        self,
        *,
        leads: Callable[[], bool],
        post: Post,
        clock: Clock,
        jitter: Callable[[], float] = lambda: random.uniform(-1, 1),  # noqa: S311  spreads load, guards nothing
    ) -> None:
        self._leads, self._post, self._clock, self._jitter = leads, post, clock, jitter
        self._unmarked: list[Result] = []
        self._looked_at = float("-inf")

    def run_once(self) -> None:
        """One look. Raises database errors; what ended meanwhile is kept and marked the next time."""
        self._unmarked += self._post.results()
        while self._unmarked:
            self._mark(*self._unmarked[0])
            self._unmarked.pop(0)
        if self._leads():
            self._look_for_silence()
            self._begin()

    def _mark(self, parcel: Parcel, outcome: Outcome) -> None:
        outbox.mark(parcel, outcome, now=self._clock.now(), jitter=self._jitter())
        if not outcome.delivered:
            log.warning("a notice was not delivered to %s: %s", parcel.name, outcome.error)

    def _begin(self) -> None:
        for subscriber in outbox.waiting():
            if not self._post.takes(subscriber.pk, subscriber.channel):
                continue
            try:
                parcel = outbox.claim(subscriber, self._clock.now())
            except DatabaseError:
                if not connection.is_usable():
                    raise
                log.warning("the notices of %s could not be claimed; it is tried again", subscriber, exc_info=True)
                continue
            if parcel is not None:
                self._post.begin(parcel)

    def _look_for_silence(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked_at >= LOOK_FOR_SILENCE:
            self._looked_at = now
            announce_silence(self._clock.now())


def deliver(delivery: Delivery, stop: threading.Event) -> None:
    """The loop, for a thread of its own: it has a connection of its own, and ends with the process."""
    pause = TICK
    while not stop.wait(pause):
        pause = TICK
        try:
            delivery.run_once()
        except (DatabaseError, InterfaceError) as error:
            log.warning("notices wait until the database answers: %s", error)
            connection.close()
            pause = AFTER_A_FAULT
        except Exception:  # the loop boundary
            log.exception("delivering notices failed")
            pause = AFTER_A_FAULT
    connection.close()
