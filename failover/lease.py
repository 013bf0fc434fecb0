"""Who may switch. FAILOVER.md section 5: the lease needs no clock but the reader's own."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from django.db.models import F

from failover.clock import Clock
from failover.conf import LEASE_RENEWAL, LEASE_TTL
from failover.models import Lease


class Row(NamedTuple):
    """The lease as it was read; nobody holds it when `holder` is empty."""

    holder: str
    term: int
    seq: int


class Store(Protocol):
    """Where the lease lies. Each call is one statement that happens wholly or not at all."""

    def read(self) -> Row:
        """The row as it is."""

    def locked(self) -> Row:
        """The row, locked until the current transaction ends."""

    def renew(self, holder: str, term: int) -> bool:
        """Move the sequence on, if this is the holder in this term."""

    def take(self, holder: str, seen: Row) -> bool:
        """Begin a new term with this holder, if the row did not move since it was seen."""

    def give_back(self, holder: str, term: int) -> None:
        """Leave it without a holder, if this is the one in this term."""


class StoredLease:
    """The one row of the database."""

    def read(self) -> Row:
        return Row(*Lease.objects.values_list("holder", "term", "seq").get(pk=Lease.ONLY))

    def locked(self) -> Row:
        return Row(*Lease.objects.select_for_update().values_list("holder", "term", "seq").get(pk=Lease.ONLY))

    def renew(self, holder: str, term: int) -> bool:
        return Lease.objects.filter(pk=Lease.ONLY, holder=holder, term=term).update(seq=F("seq") + 1) == 1

    def take(self, holder: str, seen: Row) -> bool:
        unmoved = Lease.objects.filter(pk=Lease.ONLY, term=seen.term, seq=seen.seq)
        return unmoved.update(holder=holder, term=seen.term + 1, seq=F("seq") + 1) == 1

    def give_back(self, holder: str, term: int) -> None:
        Lease.objects.filter(pk=Lease.ONLY, holder=holder, term=term).update(holder="", seq=F("seq") + 1)


@dataclass(frozen=True, slots=True)
class Sight:
    """The lease as last read, and since when it has stood still on the reader's monotonic clock."""

    row: Row
    since: float


class Leadership:
    """One monitor's claim to the lease.

    Whoever holds it renews it; whoever does not takes over when the row stood still for the TTL, or at once when the
    holder resigned. Validity counts from before a renewal was sent, so it ends here before anybody may take over. All
    of it by the clock that a suspend does not stop, for the others go on meanwhile.
    """

    def __init__(self, *, me: str, clock: Clock, store: Store | None = None) -> None:
        self.me, self._clock, self._store = me, clock, store or StoredLease()
        self.term: int | None = None
        self._valid_until = 0.0
        self._renew_at = 0.0
        self._sight: Sight | None = None
        self._aside_until = float("-inf")

    @property
    def valid(self) -> bool:
        """Whether this monitor may believe that it leads."""
        return self.term is not None and self._clock.boottime() < self._valid_until

    def step(self) -> bool:
        """Renew or try to take over, whichever is due; returns `valid`. Raises database errors."""
        now = self._clock.boottime()
        if self.term is None:
            if now >= self._aside_until:
                self._watch(now)
        elif now >= self._renew_at:
            self._renew(now, self.term)
        return self.valid

    def held_under_lock(self) -> bool:
        """Whether the row, locked for the current transaction, still names this monitor and term."""
        row = self._store.locked()
        return self.valid and (row.holder, row.term) == (self.me, self.term)

    def step_down(self) -> None:
        """Believe no longer; what is not renewed can be taken over."""
        self.term, self._sight = None, None

    def step_aside(self) -> None:
        """Stop leading and let another monitor have its chance; without one, this one tries again."""
        self.step_down()
        self._aside_until = self._clock.boottime() + 2 * LEASE_TTL

    def resign(self) -> None:
        """Give the lease back at once, so that another monitor need not wait for the TTL."""
        if self.term is not None:
            self._store.give_back(self.me, self.term)
        self.step_down()

    def _renew(self, now: float, term: int) -> None:
        if self._store.renew(self.me, term):
            self._lead(now, term)
        else:
            self.step_down()

    def _watch(self, now: float) -> None:
        row = self._store.read()
        if self._sight is None or self._sight.row != row:
            self._sight = Sight(row, since=now)
        free = row.holder in ("", self.me) or now - self._sight.since >= LEASE_TTL
        if free and self._store.take(self.me, row):
            self._lead(now, row.term + 1)

    def _lead(self, now: float, term: int) -> None:
        self.term = term
        self._valid_until = now + LEASE_TTL
        self._renew_at = now + LEASE_RENEWAL
