"""The rows of the list as HTML. A row that looks as it did is not drawn again: drawing takes longer than all the rest.

The menus of rows differ in names only: each kind of menu is rendered once for a request, with stand-ins, and filled in.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from appservers.models import Domain
from common.status import Tone
from failover.lines import Line, Values
from failover.overview import DomainRow

SLUG = "slug-of-the-row"
NAME = "NameOfTheRow"
STAND_INS = re.compile(f"={NAME}|{NAME}|{SLUG}")
MOST = 2000  # rows that are kept, of some 6 kB each


class Drawn(NamedTuple):
    """A row as HTML, and how loud it is."""

    html: SafeString
    tone: Tone


KEPT: dict[tuple[Values, Values], Drawn] = {}


class Rows:
    """Draws rows for a person who holds these permissions."""

    def __init__(self, request: HttpRequest, columns: tuple[str, ...], may_act: bool, held: Iterable[str]) -> None:
        self._request, self._columns, self._may_act = request, columns, may_act
        self._look = (columns, may_act, *held)  # what the look of a row depends on beside its line
        self._menus: dict[Values, str] = {}

    def of(self, line: Line) -> Drawn:
        """The row of one domain."""
        key = line.shown, self._look
        drawn = KEPT.get(key)
        if drawn is None:
            if len(KEPT) >= MOST:
                KEPT.clear()
            drawn = KEPT[key] = self._drawn(line.row())
        return drawn

    def _drawn(self, row: DomainRow) -> Drawn:
        context = {"row": row, "actions": self._menu(row), "columns": self._columns, "may_act": self._may_act}
        html = mark_safe(render_to_string("failover/list_row.html", context))  # noqa: S308  rendered by Django
        return Drawn(html, row.tone)

    def _menu(self, row: DomainRow) -> SafeString:
        """More Actions, Edit and Delete, as the person may."""
        remarks = row.remarks
        kind = tuple(map(bool, (remarks.pause, remarks.schedule, remarks.flapping, remarks.behind, row.secondary)))
        if kind not in self._menus:
            self._menus[kind] = self._menu_with_stand_ins(row)
        name = row.domain.name
        words = {SLUG: row.domain.slug, NAME: escape(name), f"={NAME}": f"={quote(name, safe='/')}"}
        filled = STAND_INS.sub(lambda found: words[found[0]], self._menus[kind])
        return mark_safe(filled)  # noqa: S308  rendered by Django; the name is escaped here

    def _menu_with_stand_ins(self, row: DomainRow) -> str:
        stand_in = Domain(pk=row.domain.pk, slug=SLUG, name=NAME, automatic_failover=row.domain.automatic_failover)
        for kept in ("open_pauses", "open_holds", "open_schedules", "_prefetched_objects_cache"):
            setattr(stand_in, kept, getattr(row.domain, kept))
        return render_to_string("failover/row_actions.html", {"domain": stand_in}, self._request)


def worst(rows: Sequence[Drawn], *, watched: bool, first: bool, every: bool) -> tuple[str, Tone]:
    """What the window's title says of these rows, and how loud it is.

    They are the `first` of all domains, or `every` one; otherwise those that are not shown may be worse, and nothing is
    said to be well.
    """
    if not watched:
        return "not watched", Tone.BAD
    tones = Counter(row.tone for row in rows)
    amiss = tones[Tone.BAD] + tones[Tone.WARN]
    if not amiss:
        return ("nothing amiss", Tone.OK) if first else ("nothing amiss among those shown", Tone.IDLE)
    of = "" if first else " of those shown"
    more = " or more" if first and not every and amiss == len(rows) else ""
    says = f"{amiss}{more}{of} need{'s' if amiss == 1 and not more else ''} attention"
    return says, Tone.BAD if tones[Tone.BAD] else Tone.WARN
