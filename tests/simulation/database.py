"""The database: rows, locks, transactions that happen wholly or not at all, and a memory that may be lost."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from appservers.models import Role
from failover import decision
from failover.board import NO_ORDERS, Orders, WatchedDomain, WatchedServer
from failover.lease import Row
from failover.observation import Kind as ProbeKind
from failover.peers import Finding, Publication
from tests.simulation.scenario import Scenario

IDLE_LIMIT = 5.0  # seconds after which the database ends a transaction whose client is silent
LEASE = "lease"
FLAPS, FLAPPING = 3, 3600.0

Key = str | int  # a lock: the lease, or a domain


class Away(Exception):
    """The database cannot be reached, or has ended the transaction."""


class Locked(Exception):
    """Somebody else holds the domain."""


class Event(NamedTuple):
    """A switch as the history holds it; `at` is god's time, `by` and `term` say who made it as the leader."""

    domain: int
    epoch: int
    from_role: Role
    to_role: Role
    automatic: bool
    at: float
    noted_at: datetime
    by: str = ""
    term: int | None = None
    judged_at: float = 0.0


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
        self.events.append(event)
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
        return lost

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
