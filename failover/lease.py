"""Who may switch. FAILOVER.md section 5: the lease needs no clock but the reader's own."""

from dataclasses import dataclass

from django.db.models import F

from failover.clock import Clock
from failover.conf import LEASE_RENEWAL, LEASE_TTL
from failover.models import Lease


@dataclass(frozen=True, slots=True)
class Sight:
    """The lease row as last read, and since when it has stood still on the reader's monotonic clock."""

    holder: str
    term: int
    seq: int
    since: float


class Leadership:
    """One monitor's claim to the lease.

    Whoever holds it renews it; whoever does not takes over when the row stood still for the TTL, or at once when the
    holder resigned. Validity counts from before a renewal was sent, so it ends here before anybody may take over.
    """

    def __init__(self, *, me: str, clock: Clock) -> None:
        self.me, self._clock = me, clock
        self.term: int | None = None
        self._valid_until = 0.0
        self._renew_at = 0.0
        self._sight: Sight | None = None

    @property
    def valid(self) -> bool:
        """Whether this monitor may believe that it leads."""
        return self.term is not None and self._clock.monotonic() < self._valid_until

    def step(self) -> bool:
        """Renew or try to take over, whichever is due; returns `valid`. Raises database errors."""
        now = self._clock.monotonic()
        if self.term is None:
            self._watch(now)
        elif now >= self._renew_at:
            self._renew(now, self.term)
        return self.valid

    def held_under_lock(self) -> bool:
        """Whether the row, locked for the current transaction, still names this monitor and term."""
        row = Lease.objects.select_for_update().get(pk=Lease.ONLY)
        return self.valid and (row.holder, row.term) == (self.me, self.term)

    def step_down(self) -> None:
        """Believe no longer; what is not renewed can be taken over."""
        self.term, self._sight = None, None

    def resign(self) -> None:
        """Give the lease back at once, so that another monitor need not wait for the TTL."""
        if self.term is not None:
            Lease.objects.filter(pk=Lease.ONLY, holder=self.me, term=self.term).update(holder="", seq=F("seq") + 1)
        self.step_down()

    def _renew(self, now: float, term: int) -> None:
        kept = Lease.objects.filter(pk=Lease.ONLY, holder=self.me, term=term).update(seq=F("seq") + 1)
        if kept == 1:
            self._lead(now, term)
        else:
            self.step_down()

    def _watch(self, now: float) -> None:
        row = Lease.objects.get(pk=Lease.ONLY)
        seen = (row.holder, row.term, row.seq)
        if self._sight is None or (self._sight.holder, self._sight.term, self._sight.seq) != seen:
            self._sight = Sight(*seen, since=now)
        if row.holder in ("", self.me) or now - self._sight.since >= LEASE_TTL:
            self._take_over(now, row)

    def _take_over(self, now: float, row: Lease) -> None:
        taken = Lease.objects.filter(pk=Lease.ONLY, term=row.term, seq=row.seq).update(
            holder=self.me, term=row.term + 1, seq=F("seq") + 1
        )
        if taken == 1:
            self._lead(now, row.term + 1)

    def _lead(self, now: float, term: int) -> None:
        self.term = term
        self._valid_until = now + LEASE_TTL
        self._renew_at = now + LEASE_RENEWAL
