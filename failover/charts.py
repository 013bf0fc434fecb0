"""The past of servers as drawings and words: strips of health, and bands of latency on one scale. No markup."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from math import ceil, floor, log10

from django.utils.timezone import localtime

from appservers.models import Role
from common.words import in_short
from failover.observation import Reason
from failover.past import Kind, Outage, Piece, ServerPast

LATEST = 50  # outages that are listed
SIZE = {"width": 720, "strip": 28, "band": 72}  # of the drawings, in units that the page stretches
GAP = 1
KEY = "8"  # width of a bar in the legend
SMALLEST = 0.01  # milliseconds; nothing on a network is faster

# Height of the bar and its words; the four can be told apart without their colours.
LOOKS = {
    Kind.UP: (20, "up"),
    Kind.DOWN: (28, "down, or down for a part of it"),
    Kind.UNKNOWN: (11, "not known"),
    Kind.UNWATCHED: (3, "no record: no monitor ran"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One point of a strip, standing on its lower edge; x and width as the drawing takes them."""

    x: str
    width: str
    kind: Kind
    text: str

    @property
    def height(self) -> str:
        return str(LOOKS[self.kind][0])

    @property
    def y(self) -> str:
        return str(SIZE["strip"] - LOOKS[self.kind][0])


@dataclass(frozen=True, slots=True)
class Band:
    """Latencies from the least to the most as an area, the medians as a line; both as paths."""

    area: str
    line: str


@dataclass(frozen=True, slots=True)
class Scale:
    """Latencies by powers of ten, because what matters lies between a tenth of a millisecond and seconds."""

    bottom: int
    top: int

    @property
    def labels(self) -> list[str]:
        """The powers of ten, largest first."""
        return [milliseconds(10.0**power) for power in range(self.top, self.bottom - 1, -1)]

    @property
    def lines(self) -> list[float]:
        """Where they lie."""
        return [self.height(10.0**power) for power in range(self.top, self.bottom - 1, -1)]

    def height(self, latency: float) -> float:
        """Where a latency lies, from the upper edge."""
        return round(SIZE["band"] * (self.top - log10(max(latency, SMALLEST))) / (self.top - self.bottom), 1)


@dataclass(frozen=True, slots=True)
class Lane:
    """One server as drawn: a strip, a band, what they say in words, and the rows behind them."""

    past: ServerPast
    bars: list[Bar]
    band: Band | None

    @property
    def role(self) -> Role:
        return self.past.role

    @property
    def uptime(self) -> str:
        return Row(self.past.whole).uptime

    @property
    def note(self) -> str:
        """What was not well, in a few words."""
        whole = self.past.whole
        number = len(self.past.outages)
        outages = f"{number} outage{'s' * (number != 1)}, {_lasting(whole, Kind.DOWN)}" if number else "no outage"
        unknown = f"not known for {_lasting(whole, Kind.UNKNOWN)}" if whole.seconds[Kind.UNKNOWN] else ""
        nobody = f"no record of {_lasting(whole, Kind.UNWATCHED)}" if whole.seconds[Kind.UNWATCHED] else ""
        return " · ".join(filter(None, [outages, unknown, nobody]))

    @property
    def latency(self) -> str:
        return spread(self.past.whole)

    @property
    def rows(self) -> list["Row"]:
        return [Row(piece) for piece in reversed(self.past.rows)]

    @property
    def outages(self) -> list[tuple[Outage, str]]:
        """The latest, each with its reason in words."""
        latest = self.past.outages[:LATEST]
        return [(outage, Reason(outage.reason).sentence if outage.reason else "") for outage in latest]

    @property
    def more(self) -> int:
        """How many outages are not listed."""
        return max(0, len(self.past.outages) - LATEST)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table behind the drawings."""

    piece: Piece

    @property
    def uptime(self) -> str:
        """Rounded down, so that 100 % is said of no time with an outage."""
        uptime = self.piece.uptime
        return "not known" if uptime is None else f"{floor(uptime * 100) / 100:g} % up"

    @property
    def flaws(self) -> str:
        """For how long it was not up, and why; empty when it always was."""
        names = {Kind.DOWN: "down", Kind.UNKNOWN: "not known for", Kind.UNWATCHED: "no record of"}
        return " · ".join(
            f"{name} {_lasting(self.piece, kind)}" for kind, name in names.items() if self.piece.seconds[kind] >= 1
        )

    @property
    def durations(self) -> list[tuple[str, str]]:
        """What each kind is called and how long it lasted."""
        names = {Kind.UP: "Up", Kind.DOWN: "Down", Kind.UNKNOWN: "Not known", Kind.UNWATCHED: "No record"}
        return [(name, _lasting(self.piece, kind)) for kind, name in names.items()]

    @property
    def latency(self) -> str:
        return spread(self.piece)


def lanes(servers: Sequence[ServerPast], scale: Scale | None) -> list[Lane]:
    """All servers as drawn on that scale."""
    return [Lane(one, strip(one.points), band(one.points, scale) if scale else None) for one in servers]


def legend() -> list[Bar]:
    """A bar of each kind, and what it means."""
    return [Bar("0", KEY, kind, words) for kind, (_, words) in LOOKS.items()]


def strip(points: Sequence[Piece]) -> list[Bar]:
    """A bar for every point."""
    step = SIZE["width"] / len(points)
    return [
        Bar(f"{number * step:.4g}", f"{step - GAP:.4g}", point.kind, f"{_when(point)}: {LOOKS[point.kind][1]}")
        for number, point in enumerate(points)
    ]


def scale_of(servers: Iterable[ServerPast]) -> Scale | None:
    """One scale for all, so that they can be compared; None without a latency."""
    points = [point for server in servers for point in server.points if point.most is not None]
    if not points:
        return None
    bottom = floor(log10(min(max(point.least or 0, SMALLEST) for point in points)))
    top = ceil(log10(max(max(point.most or 0, SMALLEST) for point in points)))
    return Scale(bottom, max(top, bottom + 1))


def band(points: Sequence[Piece], scale: Scale) -> Band:
    """The latencies as steps, one a point; interrupted where no check was answered."""
    step = SIZE["width"] / len(points)
    areas, lines = [], []
    for answered, run in groupby(enumerate(points), key=lambda numbered: numbered[1].median is not None):
        if answered:
            edges = list(_edges(run, step, scale))
            forth = [f"{x} {most}" for x, most, _, _ in edges]
            back = [f"{x} {least}" for x, _, _, least in reversed(edges)]
            areas.append(f"M{'L'.join(forth + back)}Z")
            lines.append(f"M{'L'.join(f'{x} {median}' for x, _, median, _ in edges)}")
    return Band("".join(areas), "".join(lines))


def spread(piece: Piece) -> str:
    """Least, median and most latency in words."""
    if piece.least is None or piece.median is None or piece.most is None:
        return "no check was answered"
    return f"{milliseconds(piece.least)} to {milliseconds(piece.most)}, median {milliseconds(piece.median)}"


def milliseconds(latency: float) -> str:
    """A latency with two digits that count, in the unit that fits."""
    number, unit = (latency / 1000, "s") if latency >= 1000 else (latency, "ms")
    return f"{float(f'{number:.2g}'):g} {unit}"


def _edges(run: Iterable[tuple[int, Piece]], step: float, scale: Scale) -> Iterator[tuple[float, float, float, float]]:
    """Both edges of every point: x, most, median, least."""
    for number, point in run:
        most, middle, least = (scale.height(value or 0) for value in (point.most, point.median, point.least))
        for x in (number * step, (number + 1) * step):
            yield round(x, 1), most, middle, least


def _lasting(piece: Piece, kind: Kind) -> str:
    return in_short(timedelta(seconds=piece.seconds[kind]))


def _when(point: Piece) -> str:
    return f"{localtime(point.start):%Y-%m-%d %H:%M} to {localtime(point.end):%H:%M}"
