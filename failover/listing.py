"""The list of domains at any length: a page of it in three queries, whatever is wanted of it.

What needs a person comes first without judging every domain: the few that may need one are found by indexes, ranked
and put before the others, which come by name.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from appservers.fields import fold
from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import matching
from common.planning import AS_WRITTEN, planned
from failover.askedoften import counted, everywhere, few, found_by, here, most_urgent, urgent
from failover.conditions import in_state
from failover.lines import LATEST_SWITCH, Line, Values, line
from failover.models import Monitor, Pause
from failover.selectors import watchers
from failover.wanted import FIRST, Wanted

FEW = 200  # domains that are ranked one by one


@dataclass(frozen=True)
class Page:
    """A page of the list, and who vouches for it."""

    wanted: Wanted
    lines: list[Line]
    total: int
    monitor: Monitor | None
    ahead: Monitor | None
    stamp: str

    @property
    def number(self) -> int:
        return self.wanted.page

    @property
    def every(self) -> bool:
        """Whether all domains stand on it."""
        return not self.wanted.filtered and self.pages == 1

    @property
    def first(self) -> bool:
        """Whether no domain needs a person sooner than those on it."""
        return self.every or (not self.wanted.filtered and self.wanted.sort == FIRST and self.number == 1)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.wanted.size))


def page(wanted: Wanted, *, now: datetime, of: object = "") -> Page:
    """The page; beyond the last one the last one. `of` is what else its look depends on, for the stamp."""
    chosen = filtered(wanted, now)
    found, total = _found(chosen, wanted)
    if not found and wanted.page > 1:
        wanted = replace(wanted, page=max(1, -(-total // wanted.size)))
        found, total = _found(chosen, wanted)
    monitor, ahead = watchers(now)
    lines = [line(values, now, watched=monitor is not None) for values in found]
    vouching = monitor and (monitor.identity, monitor.late and monitor.lateness), ahead and ahead.heartbeat_at
    words = repr((wanted, of, total, vouching, [one.shown for one in lines]))
    return Page(wanted, lines, total, monitor, ahead, hashlib.sha256(words.encode()).hexdigest()[:16])


def filtered(wanted: Wanted, now: datetime) -> QuerySet[Domain]:
    """The domains that the filters let through, in no order."""
    chosen = matching(wanted.q).order_by()
    if wanted.active:
        chosen = chosen.filter(active_role=wanted.active)
    if wanted.outsource:
        chosen = chosen.filter(outsource=wanted.outsource == "yes")
    if wanted.emergency:
        chosen = chosen.filter(emergency=wanted.emergency == "yes")
    if wanted.paused:
        open_now = Q(until=None) | Q(until__gt=now)
        paused = Exists(Pause.objects.filter(open_now, domain=OuterRef("pk"), ended_at=None).order_by())
        chosen = chosen.filter(paused if wanted.paused == "yes" else ~paused)
    if wanted.probe:
        chosen = chosen.filter(probe_kind=wanted.probe)
    return chosen.filter(in_state(wanted.state)) if wanted.state else chosen


def _found(chosen: QuerySet[Domain], wanted: Wanted) -> tuple[list[Values], int]:
    """The lines of the page, and the number of all that were chosen."""
    begin = (wanted.page - 1) * wanted.size
    end = begin + wanted.size
    if wanted.sort == FIRST and wanted.filtered:
        keys = _keys(chosen, wanted)
        if len(keys) <= FEW:
            return few(keys, begin, end), len(keys)
    found = _sorted(chosen, wanted, begin, end)
    return found, found[0][-1] if found else chosen.count()


def _keys(chosen: QuerySet[Domain], wanted: Wanted) -> list[int]:
    """The keys of those chosen, and one more than FEW at most."""
    if wanted.only_searched and (name := fold(wanted.q)):
        return found_by(name, wanted.q.lower(), FEW + 1)
    return list(chosen.values_list("pk", flat=True)[: FEW + 1])


def _sorted(chosen: QuerySet[Domain], wanted: Wanted, begin: int, end: int) -> list[Values]:
    """Those from `begin` to `end` in the order that is wanted."""
    if wanted.sort != FIRST:
        those = _ordered(chosen, wanted.sort).values("pk")[begin:end]
        return list(_ordered(counted(chosen).filter(pk__in=those), wanted.sort))
    if wanted.filtered:
        first = list(urgent(chosen).values_list("pk", flat=True)[:end])
        with planned(AS_WRITTEN):
            found = list(counted(chosen).filter(here(chosen, first, begin, end)).order_by("name_key"))
    else:
        first = most_urgent(end)
        found = everywhere(first, begin, end)
    places = {key: place for place, key in enumerate(first)}
    return sorted(found, key=lambda values: places.get(values[0], end))  # stable: the others stay by name


def _ordered(domains: QuerySet[Domain, Any], sort: str) -> QuerySet[Domain, Any]:
    column, back = sort.removeprefix("-"), sort.startswith("-")
    name = {"name": "name_key", "interval": "auto_failover_interval", "probe": "probe_kind"}.get(column, column)
    if column in Role.values:
        host = ApplicationServer.objects.filter(domain=OuterRef("pk"), role=column).values("server_fqdn")
        domains, name = domains.alias(host=Subquery(host)), "host"
    elif column == "switched":
        domains, name = domains.alias(switched=LATEST_SWITCH), "switched"
    key = F(name)
    return domains.order_by(key.desc(nulls_last=True) if back else key.asc(nulls_last=True), "name_key")
