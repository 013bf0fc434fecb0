"""What is too old goes, a few rows at a time, so that nobody waits for it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from failover.conf import history
from failover.models import HealthChange, HealthHour, Notice

SOME = 500
HOUR = 3600


def remove_some(now: datetime, limit: int = SOME) -> int:
    """Remove at most so many of the oldest rows of each kind; returns how many went."""
    oldest = now - history()
    hours = HealthHour.objects.filter(hour__lt=int(oldest.timestamp() // HOUR)).order_by("hour").values("pk")[:limit]
    changes = _replaced(oldest).order_by("at").values("pk")[:limit]
    notices = _done_with().filter(created_at__lt=oldest).order_by("created_at").values("pk")[:limit]
    gone, _ = HealthHour.objects.filter(pk__in=hours).delete()
    forgotten, _ = HealthChange.objects.filter(pk__in=changes).delete()
    told, _ = Notice.objects.filter(pk__in=notices).delete()
    return gone + forgotten + told


def _replaced(oldest: datetime) -> QuerySet[HealthChange]:
    """Changes of before then; the latest of each server stays, for it says how the server was ever since."""
    later = HealthChange.objects.filter(server=OuterRef("server"), at__gt=OuterRef("at"), at__lte=oldest)
    return HealthChange.objects.filter(Exists(later), at__lt=oldest)


def _done_with() -> QuerySet[Notice]:
    """Notices that were delivered or given up; the latest of each subscriber stays, so that its numbers go on."""
    later = Notice.objects.filter(subscriber=OuterRef("subscriber"), sequence__gt=OuterRef("sequence"))
    return Notice.objects.exclude(Q(delivered_at=None, dead_at=None)).filter(Exists(later))
