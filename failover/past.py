"""How the servers of a domain were over a day, a week or a month: for the page and the command, the same facts.

Two sources: the changes of verdicts say up, down or not known; the minutes say when a monitor looked at all, and how
long answers took. Where no minute stands nobody watched, and that is no statement on the server.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from django.utils.timezone import localtime

from appservers.models import ApplicationServer, Domain, Role
from common.words import in_short
from failover.health import Status
from failover.models import HealthChange, Monitor
from failover.record import Record, changes, records

UNWRITTEN = timedelta(minutes=10)  # so long a minute may wait to be written


class Period(NamedTuple):
    """A time that the page offers: what it is called in the address and by people, its length, and how it is cut."""

    word: str
    title: str
    span: timedelta
    point: timedelta
    row: timedelta


# Each is drawn in 180 points.
PERIODS = (
    Period("24h", "24 hours", timedelta(days=1), timedelta(minutes=8), timedelta(hours=1)),
    Period("7d", "7 days", timedelta(days=7), timedelta(minutes=56), timedelta(hours=6)),
    Period("30d", "30 days", timedelta(days=30), timedelta(hours=4), timedelta(days=1)),
)


class Kind(StrEnum):
    """What is known of a stretch of time."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    UNWATCHED = "unwatched"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time of one kind."""

    start: datetime
    end: datetime
    kind: Kind


@dataclass(frozen=True, slots=True)
class Outage:
    """From the verdict that a server is down to the verdict that it is up; `end` is None while it lasts."""

    start: datetime
    end: datetime | None
    reason: str

    @property
    def lasted(self) -> str:
        """How long, in words."""
        return "it lasts" if self.end is None else in_short(self.end - self.start)


@dataclass(slots=True)
class Piece:
    """What is known of one server in a piece of the time; latencies in milliseconds, None without an answered check."""

    start: datetime
    end: datetime
    seconds: dict[Kind, float] = field(default_factory=lambda: dict.fromkeys(Kind, 0.0))
    outages: int = 0
    checks: int = 0
    failures: int = 0
    least: float | None = None
    median: float | None = None
    most: float | None = None

    @property
    def uptime(self) -> float | None:
        """The share of the time known to be up in what is known, 0 to 100; None when nothing is."""
        known = self.seconds[Kind.UP] + self.seconds[Kind.DOWN]
        return 100 * self.seconds[Kind.UP] / known if known else None

    @property
    def kind(self) -> Kind:
        """The one word for this piece: any outage counts, other flaws from a quarter of the time on."""
        if self.seconds[Kind.DOWN]:
            return Kind.DOWN
        quarter = (self.end - self.start).total_seconds() / 4
        flaws = (kind for kind in (Kind.UNWATCHED, Kind.UNKNOWN) if self.seconds[kind] >= quarter)
        return next(flaws, Kind.UP)


@dataclass(frozen=True, slots=True)
class ServerPast:
    """One server over the whole time, in points for the drawing and in rows for reading."""

    server: ApplicationServer
    recorded: bool
    whole: Piece
    points: list[Piece]
    rows: list[Piece]
    outages: list[Outage]

    @property
    def role(self) -> Role:
        return Role(self.server.role)


def past(
    domain: Domain, *, start: datetime, end: datetime, point: timedelta, row: timedelta, monitor: Monitor | None
) -> list[ServerPast]:
    """Both servers of the domain from `start` to `end`, cut into points and rows; `monitor` leads now."""
    servers = list(ApplicationServer.objects.filter(domain=domain).order_by("role"))
    minutes, verdicts = records(servers, start, end), changes(servers, start, end)
    cuts = [[(start, end)], list(_cut(start, end, point, start)), list(_cut(start, end, row, _midnight(end)))]
    return [_server_past(server, minutes[server.pk], verdicts[server.pk], monitor, cuts) for server in servers]


def spent(
    record: Record, verdicts: Sequence[HealthChange], start: datetime, end: datetime, monitor: Monitor | None
) -> dict[Kind, float]:
    """For how many seconds of that time which is known of a server."""
    piece = Piece(start, end)
    for stretch in _stretches(watched_in(record, end, monitor), verdicts, start, end):
        piece.seconds[stretch.kind] += (stretch.end - stretch.start).total_seconds()
    return piece.seconds


def _server_past(
    server: ApplicationServer,
    record: Record,
    verdicts: Sequence[HealthChange],
    monitor: Monitor | None,
    cuts: Sequence[Sequence[tuple[datetime, datetime]]],
) -> ServerPast:
    ((start, end),) = cuts[0]
    looked = list(watched_in(record, end, monitor))
    stretches = list(_stretches(looked, verdicts, start, end))
    outages = [outage for outage in outages_in(verdicts) if outage.end is None or outage.end > start]
    whole, points, rows = ([Piece(*bounds) for bounds in cut] for cut in cuts)
    for pieces in (whole, points, rows):
        _fill(pieces, stretches, record, outages)
    return ServerPast(server, bool(looked), whole[0], points, rows, outages[::-1])


def watched_in(record: Record, end: datetime, monitor: Monitor | None) -> Iterator[tuple[datetime, datetime]]:
    """When somebody looked: what is recorded, and what the monitor that leads now has not written yet."""
    until = None
    for first, until in record.runs():
        yield first, min(until, end)
    if until is not None and monitor is not None:
        unwritten = max(until, monitor.started_at, end - UNWRITTEN)
        if unwritten < end:
            yield unwritten, end


def _stretches(
    watched: Iterable[tuple[datetime, datetime]], changes: Sequence[HealthChange], start: datetime, end: datetime
) -> Iterator[Stretch]:
    """The whole time, without a hole: what was judged while somebody looked, and when nobody did."""
    moments = [change.at for change in changes]
    reached = start
    for first, last in watched:
        if reached < first:
            yield Stretch(reached, first, Kind.UNWATCHED)
        reached = first
        for number in range(bisect_right(moments, first) - 1, bisect_left(moments, last)):
            until = moments[number + 1] if number + 1 < len(moments) else last
            kind = Kind.UNKNOWN if number < 0 else Kind(changes[number].status)
            yield Stretch(reached, min(until, last), kind)
            reached = min(until, last)
    if reached < end:
        yield Stretch(reached, end, Kind.UNWATCHED)


def outages_in(changes: Iterable[HealthChange]) -> Iterator[Outage]:
    """Every outage; a time of not knowing inside one does not end it."""
    out: HealthChange | None = None
    for change in changes:
        if change.status == Status.DOWN:
            out = out or change
        elif change.status == Status.UP and out is not None:
            yield Outage(out.at, change.at, out.reason)
            out = None
    if out is not None:
        yield Outage(out.at, None, out.reason)


def _cut(start: datetime, end: datetime, step: timedelta, anchor: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time in pieces that end where whole steps from the anchor do; the first and the last may be shorter."""
    while start < end:
        until = min(end, anchor + ((start - anchor) // step + 1) * step)
        yield start, until
        start = until


def _midnight(moment: datetime) -> datetime:
    return localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _fill(pieces: list[Piece], stretches: Iterable[Stretch], record: Record, outages: Iterable[Outage]) -> None:
    """Share out what is known over the pieces, which follow each other without a hole."""
    ends = [piece.end for piece in pieces]
    for stretch in stretches:
        for piece in pieces[bisect_right(ends, stretch.start) : bisect_left(ends, stretch.end) + 1]:
            shared = min(piece.end, stretch.end) - max(piece.start, stretch.start)
            piece.seconds[stretch.kind] += shared.total_seconds()
    for outage in outages:
        pieces[bisect_right(ends, max(outage.start, pieces[0].start))].outages += 1
    for piece in pieces:
        _count(piece, record, slice(record.place(piece.start), record.place(piece.end)))


def _count(piece: Piece, record: Record, part: slice) -> None:
    piece.failures = sum(record.failures[part])
    piece.checks = sum(record.healthy[part]) + piece.failures + sum(record.blind[part])
    if medians := [*filter(None, record.median[part])]:
        piece.least, piece.most = min(filter(None, record.least[part])), max(record.most[part])
        piece.median = median(medians)
