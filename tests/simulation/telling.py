"""Notices on their way: failover.outbox and failover.delivery over the model of the database.

What is due, and when it is tried again, is the real rule. A deliverer may die between sending and marking: then the
claim ends by itself, and it is sent again.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from failover.models import Notice as StoredNotice
from failover.outbox import CLAIM, due
from failover.retries import wait
from tests.simulation.database import Away, Database
from tests.simulation.history import History
from tests.simulation.prober import Machine
from tests.simulation.rows import Notice
from tests.simulation.scenario import Subscriber

LOOK = 2.0  # seconds; the real one looks more often
SLOWEST = 10.0  # seconds that a subscriber may take
DIES = 0.2  # of all deliverers, between sending and marking


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent to one subscriber at once."""

    subscriber: Subscriber
    notices: tuple[Notice, ...]
    tries: int


def claim(database: Database, subscriber: Subscriber, now: datetime) -> Parcel | None:
    """failover.outbox.claim()"""
    waits = [row for row in database.outbox.values() if row.subscriber == subscriber.pk and row.delivered_at is None]
    waits.sort(key=lambda row: (row.sequence is None, row.sequence or 0, row.number))
    rows = cast("list[Notice]", due(cast("list[StoredNotice]", waits), now))
    if not rows:
        return None
    database.outbox[rows[0].number] = replace(rows[0], claimed_until=now + CLAIM)
    if rows[0].parcel is None:
        _pack(database, rows)
    return Parcel(subscriber, tuple(rows), rows[0].attempts)


def mark(database: Database, parcel: Parcel, now: datetime, *, delivered: bool, jitter: float) -> None:
    """failover.outbox.mark()"""
    tries = parcel.tries + 1
    for number in [row.number for row in parcel.notices if row.number in database.outbox]:
        row = replace(database.outbox[number], attempts=tries, claimed_until=None)
        if row.delivered_at is not None:
            continue
        news = {"delivered_at": now} if delivered else {"next_try_at": now + wait(tries, jitter)}
        database.outbox[number] = replace(row, **news)  # type: ignore[arg-type]  # both are times


def _pack(database: Database, rows: list[Notice]) -> None:
    parcel = next(database.numbers)
    mine = [row.sequence or 0 for row in database.outbox.values() if row.subscriber == rows[0].subscriber]
    for sequence, number in enumerate([row.number for row in rows], start=max(mine) + 1):
        row = database.outbox[number]
        database.outbox[number] = replace(row, sequence=sequence, parcel=parcel)


class Deliverer:
    """One process's thread that delivers while it leads."""

    def __init__(
        self, *, machine: Machine, database: Database, history: History, leads: Callable[[], bool], seed: str
    ) -> None:
        self._machine, self._database, self._history, self._leads = machine, database, history, leads
        self._dice = random.Random(seed)  # noqa: S311  latencies, no secret
        self._under_way: set[int] = set()
        self._ended: list[tuple[Parcel, bool]] = []
        self._closed = False

    def close(self) -> None:
        """The process is gone; what is under way may have arrived, and is marked by nobody."""
        self._closed = True

    def look(self, ask: Callable[[], None]) -> None:
        """failover.delivery.Delivery.run_once(), again and again; `ask` raises Away."""
        if self._closed:
            return
        try:
            if self._database.outbox:
                ask()
                self._run_once()
        except Away:
            pass
        self._machine.at(self._machine.world.now + LOOK, lambda: self.look(ask))

    def _run_once(self) -> None:
        now = self._machine.clocks.now()
        for sent, delivered in self._ended:
            self._under_way.discard(sent.subscriber.pk)
            if self._dice.random() >= DIES:
                mark(self._database, sent, now, delivered=delivered, jitter=self._dice.uniform(-1, 1))
        self._ended = []
        if not self._leads():
            return
        for subscriber in self._database.subscribers.values():
            if subscriber.pk not in self._under_way and (parcel := claim(self._database, subscriber, now)):
                self._begin(parcel)

    def _begin(self, parcel: Parcel) -> None:
        self._under_way.add(parcel.subscriber.pk)
        delivered = self._dice.random() >= parcel.subscriber.fails

        def arrives() -> None:
            if self._closed:
                return
            if delivered:
                for notice in parcel.notices:
                    self._history.delivered(notice)
            self._ended.append((parcel, delivered))

        self._machine.at(self._machine.world.now + self._dice.uniform(0.01, SLOWEST), arrives)
