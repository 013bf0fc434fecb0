"""The reads: active alarms, those that are over, and how many wait for somebody."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from alarms.kinds import HINTS, LOOKS, Hint, Kind, Priority
from alarms.models import Alarm, Watch
from appservers.models import Domain
from common.status import Tone
from failover.selectors import leading_monitor

LATELY = "alarms.tally"
KEPT = 5  # seconds; alarms are raised and cleared no more often


def active() -> QuerySet[Alarm]:
    """What is amiss, the most pressing first, each kind together; what somebody cares for already comes last."""
    cared_for = F("acknowledged_at").asc(nulls_first=True)
    order = ("priority", cared_for, "kind", "-raised_at", "-pk")
    return Alarm.objects.filter(cleared_at=None).select_related("domain").order_by(*order)


def over() -> QuerySet[Alarm]:
    """What was amiss, the latest first."""
    return Alarm.objects.exclude(cleared_at=None).select_related("domain").order_by("-cleared_at", "-pk")


@dataclass(frozen=True, slots=True)
class Absence:
    """The alarm that no monitor can raise; not stored, for whoever leads next writes it down as over."""

    since: datetime | None
    hint: Hint = HINTS[Kind.NO_LEADER]


def nobody_leads(now: datetime) -> Absence | None:
    """Whether nobody leads although there are domains."""
    if leading_monitor(now) is not None or not Domain.objects.exists():
        return None
    watch = Watch.objects.filter(pk=Watch.ONLY).first()
    return Absence(watch.looked_at if watch else None)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many active alarms nobody cares for yet, how many somebody does, and the worst of the former."""

    waiting: int
    acknowledged: int
    worst: int | None

    @property
    def words(self) -> str:
        """The same for people."""
        if not self.waiting:
            return f"No new alarm, {self.acknowledged} acknowledged" if self.acknowledged else "No alarm"
        return f"{self.waiting} alarm{'s' * (self.waiting != 1)}"

    @property
    def tone(self) -> Tone:
        return Tone.OK if self.worst is None else LOOKS[Priority(self.worst)].tone


def tally(absent: Absence | None) -> Tally:
    """All active alarms, with the one that is not stored."""
    fresh = Q(acknowledged_at=None)
    found = Alarm.objects.filter(cleared_at=None).aggregate(
        waiting=Count("pk", filter=fresh), acknowledged=Count("pk", filter=~fresh), worst=Min("priority", filter=fresh)
    )
    if absent is None:
        return Tally(**found)
    return Tally(found["waiting"] + 1, found["acknowledged"], absent.hint.priority)


def tally_lately() -> Tally:
    """The same, at most KEPT seconds old: every page and every answer to a page that refreshes itself carries it."""
    kept: Tally | None = cache.get(LATELY)
    if kept is None:
        kept = tally(nobody_leads(timezone.now()))
        cache.set(LATELY, kept, KEPT)
    return kept


def count_anew() -> None:
    """Forget the tally that is kept: somebody acknowledged alarms here and looks for the difference."""
    cache.delete(LATELY)
