"""The database: rows, locks, transactions that happen wholly or not at all, and a memory that may be lost."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import cast

from appservers.models import Role
from failover import decision
from failover.board import NO_ORDERS, Orders, WatchedDomain, WatchedServer
from failover.lease import Row
from failover.models import Ending
from failover.models import Subscriber as StoredSubscriber
from failover.news import Event as News
from failover.news import Kind as NewsKind
from failover.notices import wants
from failover.observation import Kind as ProbeKind
from failover.peers import Finding, Publication
from tests.simulation.history import History
from tests.simulation.rows import Countdown, Event, Notice
from tests.simulation.scenario import Scenario, Subscriber

IDLE_LIMIT = 5.0  # seconds after which the database ends a transaction whose client is silent
LEASE = "lease"
FLAPS, FLAPPING = 3, 3600.0

Key = str | int  # a lock: the lease, or a domain
Words = tuple[decision.State, decision.Code, str]


class Away(Exception):
    """The database cannot be reached, or has ended the transaction."""


class Locked(Exception):
    """Somebody else holds the domain."""


@dataclass
class Published:
    """A monitor's row and its findings, each with the time of day at which it was written."""

    sign: Publication
    heartbeat_at: datetime
    findings: dict[int, tuple[Finding, datetime]] = field(default_factory=dict)
    stopped: bool = False


@dataclass
class Transaction:
    """What one client wants, and the locks it has."""

    owner: str
    locks: set[Key] = field(default_factory=set)
    writes: list[Callable[[], None]] = field(default_factory=list)
    ended: bool = False


class Database:
    """The tables."""

    def __init__(self, scenario: Scenario) -> None:
        self.lease = Row("", 0, 0)
        self.domains = {number: _domain(number, interval) for number, interval in enumerate(scenario.intervals, 1)}
        self.pauses: dict[int, decision.Pause] = {}
        self.latest: dict[int, int] = {}  # the key of the latest pause, by domain
        self.pause_ended_at: dict[int, datetime] = {}
        self.flapping: set[int] = set()
        self.behind: dict[int, int] = {}  # the highest epoch that was seen, by domain
        self.acknowledged: dict[int, float] = {}
        self.events: list[Event] = []
        self.standings: dict[int, Words] = {}
        self.countdowns: dict[int, Countdown] = {}
        self.subscribers: dict[int, Subscriber] = {}
        self.outbox: dict[int, Notice] = {}
        self.numbers = count(1)  # of rows and parcels
        self.history = History()
        self.commits = 0
        self.published: dict[str, Published] = {}
        self.revision = 1
        self.open: list[Transaction] = []
        self.released: list[Callable[[], None]] = []  # who waits for a lock
        self.down = False

    # transactions

    def begin(self, owner: str) -> Transaction:
        transaction = Transaction(owner)
        self.open.append(transaction)
        return transaction

    def locked(self, key: Key, owner: str) -> bool:
        """Whether somebody else holds that lock."""
        return any(key in one.locks and one.owner != owner for one in self.open)

    def commit(self, transaction: Transaction) -> None:
        if transaction.ended or self.down:
            self.end(transaction)
            raise Away
        self.commits += 1
        for write in transaction.writes:
            write()
        self.end(transaction)

    def end(self, transaction: Transaction) -> None:
        """Give the locks back; without commit() nothing was written."""
        transaction.ended = True
        if transaction in self.open:
            self.open.remove(transaction)
            waiting, self.released = self.released, []
            for go_on in waiting:
                go_on()

    def fall(self) -> None:
        """Every session is cut."""
        self.down = True
        for transaction in list(self.open):
            self.end(transaction)

    # domains

    def put(self, domain: WatchedDomain) -> None:
        self.domains[domain.pk] = domain
        self.revision += 1

    def make_active(self, event: Event) -> bool:
        """Compare and set, and the event with it."""
        domain = self.domains[event.domain]
        if (domain.epoch, domain.active) != (event.epoch - 1, event.from_role):
            return False
        self.put(replace(domain, active=event.to_role, epoch=event.epoch))
        self.events.append(event._replace(commit=self.commits))
        return True

    def switch(self, event: Event) -> bool:
        """failover.commit.commit(): the switch, its event, the countdown's end and the notices, or nothing."""
        if not self.make_active(event):
            return False
        ending = Ending.SWITCHED if event.automatic else Ending.SWITCHED_BY_HAND
        self.end_countdowns(self.waits(event.domain), ending, event.by)
        self.standings.pop(event.domain, None)
        self.announce(event)
        return True

    def flaps(self, domain: int, now: float) -> bool:
        """Rule 9, as the selectors ask it."""
        since = max(now - FLAPPING, self.acknowledged.get(domain, float("-inf")))
        return sum(one.domain == domain and one.automatic and one.at > since for one in self.events) >= FLAPS

    def lose_last_switch(self) -> Event | None:
        """A replica takes over that does not know it yet."""
        if not self.events:
            return None
        lost = self.events.pop()
        domain = self.domains[lost.domain]
        self.put(replace(domain, active=lost.from_role, epoch=lost.epoch - 1))
        self._undo(lost)
        return lost

    def _undo(self, lost: Event) -> None:
        """What was written with that switch is lost with it, and of its domain what was written since."""
        self.outbox = {number: one for number, one in self.outbox.items() if one.commit != lost.commit}
        for row in [row for row in self.countdowns.values() if row.domain == lost.domain]:
            if row.opened_in >= lost.commit:
                del self.countdowns[row.number]
            elif row.ended_in >= lost.commit:
                self.countdowns[row.number] = replace(row, ending=None, ended_in=0, ended_by="")

    # countdowns and notices

    def waits(self, domain: int | None = None) -> list[Countdown]:
        """The countdowns that are open."""
        return [row for row in self.countdowns.values() if row.ending is None and domain in (None, row.domain)]

    def open_countdown(self, domain: WatchedDomain, started_at: datetime) -> Countdown:
        number, term = next(self.numbers), self.lease.term
        row = Countdown(number, domain.pk, domain.epoch, domain.active, started_at, term, opened_in=self.commits)
        self.countdowns[number] = row
        self.history.opened(row)
        return row

    def end_countdowns(self, rows: Iterable[Countdown], ending: Ending, by: str) -> None:
        for row in rows:
            ended = self.countdowns[row.number] = replace(row, ending=ending, ended_in=self.commits, ended_by=by)
            self.history.ended(ended)

    def announce(self, event: Event) -> None:
        """failover.notices.announce(), of a switch; who is to be told is read a few statements later than there."""
        told = News(NewsKind.SWITCHED, event.noted_at, "", domain_id=event.domain)
        chosen = {pk: {one.domain} for pk, one in self.subscribers.items()}
        for subscriber in self.subscribers.values():
            if wants(cast("StoredSubscriber", subscriber), told, chosen):
                self.put_notice(event, subscriber.pk)

    def put_notice(self, event: Event, subscriber: int) -> None:
        number = next(self.numbers)
        self.outbox[number] = Notice(
            number, subscriber, event.domain, event.epoch, self.commits, created_at=event.noted_at
        )

    def unsubscribe(self, subscriber: int) -> None:
        """Somebody is deleted, with what waits for it."""
        del self.subscribers[subscriber]
        self.outbox = {number: one for number, one in self.outbox.items() if one.subscriber != subscriber}

    def pause(self, domain: int, pause: decision.Pause) -> None:
        self.pauses[domain] = pause
        self.latest[domain] = self.latest.get(domain, 0) + 1

    def end_pause(self, domain: int, noted_at: datetime) -> None:
        if self.pauses.pop(domain, None) is not None:
            self.pause_ended_at[domain] = noted_at

    def overtaken(self, domain: int, since: datetime) -> bool:
        """Whether the domain was switched, paused, or had automatic failover turned since."""
        paused = domain in self.pauses or (domain in self.pause_ended_at and self.pause_ended_at[domain] >= since)
        turned = self.domains[domain].turned_at
        paused |= turned is not None and turned >= since
        return paused or any(one.domain == domain and one.noted_at >= since for one in self.events)

    def orders(self) -> dict[int, Orders]:
        named = self.latest.keys() | self.flapping | self.behind.keys()
        return {pk: self.orders_of(pk) for pk in named}

    def orders_of(self, pk: int) -> Orders:
        if not (pk in self.latest or pk in self.behind or pk in self.flapping):
            return NO_ORDERS
        return Orders(self.pauses.get(pk), self.latest.get(pk, 0), pk in self.behind, pk in self.flapping)


def _domain(number: int, interval: float) -> WatchedDomain:
    servers = {
        role: WatchedServer(2 * number - 1 + place, role, 1, f"{role}{number}.example", 9999)
        for place, role in enumerate((Role.PRIMARY, Role.SECONDARY))
    }
    return WatchedDomain(
        number, f"Domain {number}", Role.PRIMARY, 0, interval, ProbeKind.TCP, b"NameService", True, servers
    )
