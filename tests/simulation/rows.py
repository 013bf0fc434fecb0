"""Rows of the database's tables, as far as the model needs them; each says in which transaction it was written."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from appservers.models import Role
from failover.models import Ending


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
    commit: int = 0


@dataclass(frozen=True, slots=True)
class Countdown:
    """The wait of one outage, open until it has an ending; `term` is the lease's in which it was opened."""

    number: int
    domain: int
    epoch: int
    role: Role
    started_at: datetime
    term: int
    opened_in: int
    ending: Ending | None = None
    ended_in: int = 0
    ended_by: str = ""

    @property
    def server(self) -> int:
        """The one that is out."""
        return 2 * self.domain - (self.role is Role.PRIMARY)


@dataclass(frozen=True, slots=True)
class Notice:
    """One switch for one subscriber; the names from `created_at` on are those that failover.outbox reads."""

    number: int
    subscriber: int
    domain: int
    epoch: int
    commit: int
    created_at: datetime
    sequence: int | None = None
    parcel: int | None = None
    claimed_until: datetime | None = None
    next_try_at: datetime | None = None
    attempts: int = 0
    delivered_at: datetime | None = None
