"""How many monitors see what one sees. Pure: standard library only. FAILOVER.md section 5."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from failover.decision import Votes


class Quorum(StrEnum):
    """Who must agree before anything switches by itself: more than half of the live monitors, or every one."""

    MAJORITY = "majority"
    ALL = "all"


class Ballot(NamedTuple):
    """What one live monitor says of a domain; `counted` is its seconds of outage of the active server."""

    active_down: bool
    standby_up: bool
    counted: float

    @property
    def sees_it(self) -> bool:
        return self.active_down and self.standby_up


def count(ballots: Iterable[Ballot], *, interval: float, quorum: Quorum, least: int) -> Votes:
    """The votes of all live monitors, the one that asks among them."""
    cast = list(ballots)
    seeing = [ballot for ballot in cast if ballot.sees_it]
    needed = len(cast) if quorum is Quorum.ALL else len(cast) // 2 + 1
    counted = sorted((ballot.counted for ballot in seeing), reverse=True)
    return Votes(
        live=len(cast),
        needed=needed,
        seeing=len(seeing),
        agreeing=sum(ballot.counted >= interval for ballot in seeing),
        least=least,
        lacking=max(0.0, interval - counted[needed - 1]) if len(counted) >= needed > 0 else 0.0,
    )
