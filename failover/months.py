"""How servers were month by month: a row each, added to every night, long after the minutes are forgotten.

Months and days are those of TIME_ZONE, whoever looks. What was not counted yet is read from the minutes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import F, Max
from django.utils.timezone import get_default_timezone

from appservers.models import ApplicationServer, Domain
from failover.bounded import bounded
from failover.charts import Row
from failover.clock import Clock
from failover.companions import Companion, Work
from failover.conf import history
from failover.models import HealthMonth, Monitor
from failover.past import UNWRITTEN, Kind, Piece, spent
from failover.record import changes, records

KEPT = 36  # months
AT_ONCE, EVERY = 20, 5.0  # servers, seconds: 20,000 take an hour and a half of the night

TOLD = (Kind.UP, Kind.DOWN, Kind.UNKNOWN)

Seconds = dict[Kind, float]
Month = tuple[date, list[Row | None]]  # its first day, and each server where there is anything to say


def months(domain: Domain, *, now: datetime, monitor: Monitor | None) -> list[Month]:
    """The present month and all that are kept, latest first; `monitor` leads now."""
    servers = list(ApplicationServer.objects.filter(domain=domain).order_by("role"))
    known: dict[tuple[int, date], Seconds] = defaultdict(lambda: dict.fromkeys(Kind, 0.0))
    for row in HealthMonth.objects.filter(server__in=servers):
        _add(known[row.server_id, row.month], {Kind.UP: row.up, Kind.DOWN: row.down, Kind.UNKNOWN: row.unknown})
    for start, some in _by_start(servers, max(now - history(), _midnight(_month_of(now)))).items():
        for server, month, seconds in _seconds(some, start, now, monitor):
            _add(known[server, month], seconds)
    found = sorted({month for _, month in known}, reverse=True)
    return [_month(month, [known.get((server.pk, month)) for server in servers], now) for month in found]


def count(servers: Sequence[ApplicationServer], until: datetime) -> None:
    """Add to the months of these servers what was not counted up to that midnight.

    Safe to repeat, and beside another monitor that does the same: a row says until when it is counted.
    """
    for start, some in _by_start(servers, until - history()).items():
        for first, last in by_month(start, until):
            for server, month, seconds in list(_seconds(some, first, last)):
                if any(seconds[kind] for kind in TOLD) or last == until:
                    _write(server, month, seconds, first, last)


class Counting:
    """Counts the day that is over, a few servers at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: datetime | None = None
        self._after: int | None = None  # the last server that is done; None when all are

    def run_once(self) -> None:
        """Some more servers, if there are any left. Raises database errors."""
        until = _midnight((self._clock.now() - UNWRITTEN).astimezone(get_default_timezone()).date())
        if until != self._until:
            self._until, self._after = until, 0
            HealthMonth.objects.filter(month__lt=_months_before(until, KEPT)).delete()
        if self._after is None:
            return
        batch = list(ApplicationServer.objects.filter(pk__gt=self._after).order_by("pk")[:AT_ONCE])
        count(batch, until)
        self._after = batch[-1].pk if batch else None


def _counting(clock: Clock) -> Work:
    return Counting(clock).run_once


COMPANION = Companion("months", EVERY, _counting)


def by_month(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time in pieces that end where months do."""
    while start < end:
        until = min(end, _midnight(_next(_month_of(start))))
        yield start, until
        start = until


def _by_start(servers: Sequence[ApplicationServer], otherwise: datetime) -> dict[datetime, list[ApplicationServer]]:
    """Servers by the moment until which they are counted; usually it is one for all."""
    rows = HealthMonth.objects.filter(server__in=servers).order_by().values_list("server_id")
    counted = dict(rows.annotate(Max("until")))
    found: dict[datetime, list[ApplicationServer]] = defaultdict(list)
    for server in servers:
        found[max(counted.get(server.pk, otherwise), otherwise)].append(server)
    return found


def _seconds(
    servers: Sequence[ApplicationServer], start: datetime, end: datetime, monitor: Monitor | None = None
) -> Iterator[tuple[int, date, Seconds]]:
    for first, last in by_month(start, end):
        minutes, verdicts = records(servers, first, last), changes(servers, first, last)
        for server in servers:
            seconds = spent(minutes[server.pk], verdicts[server.pk], first, last, monitor)
            yield server.pk, _month_of(first), seconds


def _write(server: int, month: date, seconds: Seconds, first: datetime, last: datetime) -> None:
    up, down, unknown = (round(seconds[kind]) for kind in TOLD)
    with bounded():
        if not HealthMonth.objects.filter(server=server, month=month).exists():
            # A server that was deleted meanwhile has no months.
            if ApplicationServer.objects.select_for_update(no_key=True).filter(pk=server).exists():
                row = HealthMonth(server_id=server, month=month, up=up, down=down, unknown=unknown, until=last)
                HealthMonth.objects.bulk_create([row], ignore_conflicts=True)
            return
        HealthMonth.objects.filter(server=server, month=month, until__lte=first).update(
            up=F("up") + up, down=F("down") + down, unknown=F("unknown") + unknown, until=last
        )


def _month(month: date, known: Sequence[Seconds | None], now: datetime) -> Month:
    begin, end = _midnight(month), min(now, _midnight(_next(month)))
    return month, [_row(seconds, begin, end) for seconds in known]


def _row(seconds: Seconds | None, begin: datetime, end: datetime) -> Row | None:
    """What is neither up, down nor not known in the month has no record."""
    if seconds is None:
        return None
    told = sum(seconds[kind] for kind in TOLD)
    return Row(Piece(begin, end, seconds | {Kind.UNWATCHED: max(0.0, (end - begin).total_seconds() - told)}))


def _add(known: Seconds, seconds: Seconds) -> None:
    for kind, number in seconds.items():
        known[kind] += number


def _month_of(moment: datetime) -> date:
    """The first day of its month."""
    return moment.astimezone(get_default_timezone()).date().replace(day=1)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> datetime:
    """When it begins."""
    return datetime.combine(day, time.min, get_default_timezone()).astimezone(UTC)


def _months_before(moment: datetime, number: int) -> date:
    """The first day of the month so many months earlier."""
    months = _month_of(moment).year * 12 + _month_of(moment).month - 1 - number
    return date(months // 12, months % 12 + 1, 1)
