"""The reads: active alarms, those that are over, and how many wait for somebody."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import F, QuerySet

from alarms.kinds import HINTS, Hint, Kind
from alarms.models import Alarm, Watch
from appservers.models import Domain
from failover.selectors import leading_monitor

WAITING = "alarms.waiting"
KEPT = 5  # seconds; alarms are raised and cleared no more often


def active() -> QuerySet[Alarm]:
    """What is amiss, the most pressing first, each kind together; what somebody cares for already comes last."""
    cared_for = F("acknowledged_at").asc(nulls_first=True)
    order = ("priority", cared_for, "kind", "-raised_at", "-pk")
    return Alarm.objects.filter(cleared_at=None).select_related("domain").order_by(*order)


def over() -> QuerySet[Alarm]:
    """What was amiss, the latest first."""
    return Alarm.objects.exclude(cleared_at=None).select_related("domain").order_by("-cleared_at", "-pk")


def waiting() -> int:
    """How many alarms nobody has acknowledged."""
    return Alarm.objects.filter(cleared_at=None, acknowledged_at=None).count()


def waiting_lately() -> int:
    """The same, at most KEPT seconds old, for every page's side bar: a query less for each of them."""
    return cache.get_or_set(WAITING, waiting, KEPT) or 0


def count_anew() -> None:
    """Forget the count that is kept: somebody acknowledged alarms here and looks for the difference."""
    cache.delete(WAITING)


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
