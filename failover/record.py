"""The stored record of servers over a time: their minutes in columns, and the changes of their verdicts."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from django.db.models import OuterRef, Subquery

from appservers.models import ApplicationServer
from failover.hours import MINUTES, columns
from failover.minutes import MINUTE
from failover.models import HealthChange, HealthHour


class Record:
    """The minutes of one server from `first` on, counted since 1970; zeros where nobody looked.

    Columns of numbers, because a month has 43,200 minutes and a page should not wait for them.
    """

    def __init__(self, first: int, length: int) -> None:
        self.first, self.length = first, length
        self.healthy, self.failures, self.blind = (array("H", bytes(2 * length)) for _ in range(3))
        self.least, self.median, self.most = (array("f", bytes(4 * length)) for _ in range(3))

    def put(self, hour: int, packed: bytes) -> None:
        """Take over what of that hour lies within."""
        start = hour * MINUTES - self.first
        into, source = slice(max(start, 0), min(start + MINUTES, self.length)), max(-start, 0)
        part = slice(source, source + into.stop - into.start)
        seen = columns(packed)
        for counts, numbers in zip((self.healthy, self.failures, self.blind), seen[:3], strict=True):
            counts[into] = array("H", map(int, numbers[part]))
        for latencies, values in zip((self.least, self.median, self.most), seen[3:], strict=True):
            latencies[into] = array("f", values[part])

    def place(self, moment: datetime) -> int:
        """The place in the columns of the first minute that begins at that moment or later."""
        return min(max(-int(-moment.timestamp() // MINUTE) - self.first, 0), self.length)

    def runs(self) -> Iterator[tuple[datetime, datetime]]:
        """From when to when somebody looked, without a hole."""
        begun: int | None = None
        for place, counts in enumerate(zip(self.healthy, self.failures, self.blind, strict=True)):
            if any(counts):
                begun = place if begun is None else begun
            elif begun is not None:
                yield self._moment(begun), self._moment(place)
                begun = None
        if begun is not None:
            yield self._moment(begun), self._moment(self.length)

    def _moment(self, place: int) -> datetime:
        return datetime.fromtimestamp((self.first + place) * MINUTE, UTC)


def records(servers: Sequence[ApplicationServer], start: datetime, end: datetime) -> dict[int, Record]:
    """The minutes of these servers that begin from `start` on and before `end`."""
    first, last = -int(-start.timestamp() // MINUTE), -int(-end.timestamp() // MINUTE)
    found = {server.pk: Record(first, last - first) for server in servers}
    within = HealthHour.objects.filter(server__in=servers, hour__range=(first // MINUTES, (last - 1) // MINUTES))
    for server, hour, packed in within.values_list("server", "hour", "minutes"):
        found[server].put(hour, bytes(packed))
    return found


def changes(servers: Sequence[ApplicationServer], start: datetime, end: datetime) -> dict[int, list[HealthChange]]:
    """The changes from `start` on and before `end` by server, in order, led by the last one before."""
    earlier = HealthChange.objects.filter(server=OuterRef("pk"), at__lt=start).order_by("-at", "-pk")
    last = ApplicationServer.objects.filter(pk__in=[server.pk for server in servers]).order_by()
    before = HealthChange.objects.filter(pk__in=last.values_list(Subquery(earlier.values("pk")[:1]), flat=True))
    since = HealthChange.objects.filter(server__in=servers, at__gte=start, at__lt=end)
    found: dict[int, list[HealthChange]] = defaultdict(list)
    for change in [*before, *since.order_by("at", "pk")]:
        found[change.server_id].append(change)
    return found
