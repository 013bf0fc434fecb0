"""The trail: everything that is known about who did what, from all its sources in one order."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Protocol

from django.db.models import F, IntegerField, QuerySet, Value

from access.models import SignIn
from audit.entrances import SignIns
from audit.entry import Entry
from audit.events import EVENTS
from audit.histories import histories
from audit.names import Names
from audit.wanted import Wanted

Key = tuple[Any, int, int]  # when, number of the source, key there


class Source(Protocol):
    """Where lines come from."""

    @property
    def at(self) -> str:
        """The field with the moment."""

    @property
    def key(self) -> str:
        """What the address calls it; sources that belong together share it."""

    @property
    def label(self) -> str:
        """What people call it."""

    def chosen(self, wanted: Wanted) -> QuerySet[Any] | None:
        """Rows that are wanted, but for the period; None when there cannot be any."""

    def entries(self, keys: Iterable[int], names: Names) -> dict[int, Entry]:
        """Rows as lines."""


@cache
def sources() -> tuple[Source, ...]:
    """All there are, in the order in which the filter offers them."""
    return (*EVENTS, SignIns(), *histories())


def kinds() -> list[tuple[str, str]]:
    """What the trail can be filtered by."""
    return list({source.key: source.label for source in sources()}.items())


def found(wanted: Wanted) -> QuerySet[Any]:
    """The keys of all lines that are wanted, latest first; entries() makes lines of a few of them."""
    parts = []
    for number, source in enumerate(sources()):
        rows = source.chosen(wanted) if wanted.what in ("", source.key) else None
        if rows is not None:
            parts.append(_keys(rows, source.at, number, wanted))
    nothing = _keys(SignIn.objects.none(), SignIns.at, 0, wanted)
    together: QuerySet[Any] = nothing.union(*parts, all=True).order_by("-trail_at", "-trail_source", "-trail_key")
    return together


def entries(keys: Sequence[Key]) -> list[Entry]:
    """The lines of these keys, in their order."""
    names = Names()
    lines: dict[tuple[int, int], Entry] = {}
    for number in {number for _, number, _ in keys}:
        made = sources()[number].entries([key for _, source, key in keys if source == number], names)
        lines |= {(number, key): line for key, line in made.items()}
    return [lines[number, key] for _, number, key in keys if (number, key) in lines]


def _keys(rows: QuerySet[Any], at: str, number: int, wanted: Wanted) -> QuerySet[Any]:
    if wanted.since:
        rows = rows.filter(**{f"{at}__gte": wanted.since})
    if wanted.until:
        rows = rows.filter(**{f"{at}__lt": wanted.until})
    marked: QuerySet[Any] = rows.order_by().annotate(
        trail_at=F(at), trail_source=Value(number, IntegerField()), trail_key=F("pk")
    )
    return marked.values_list("trail_at", "trail_source", "trail_key")
