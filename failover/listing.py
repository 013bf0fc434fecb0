"""The list of domains at any length: a page of it in three queries, whatever is wanted of it.

What needs a person comes first without judging every domain: the few that may need one are found by indexes, ranked
and put before the others, which come by name.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value

from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import matching
from common.planning import AS_WRITTEN, IN_MEMORY, planned
from failover.conditions import URGENCY, in_state, maybe_first
from failover.lines import LATEST_SWITCH, Line, Values, complete, line
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
        keys = list(chosen.values_list("pk", flat=True)[: FEW + 1])
        if len(keys) <= FEW:
            with planned(AS_WRITTEN):
                return list(complete().filter(pk__in=keys).order_by(URGENCY, "name_key")[begin:end]), len(keys)
    counted = chosen.order_by().values(every=Value(1)).annotate(number=Count("pk")).values("number")
    found = _sorted(complete().annotate(total=Subquery(counted)), chosen, wanted, begin, end)
    return found, found[0][-1] if found else chosen.count()


def _sorted(
    lines: QuerySet[Domain, Values], chosen: QuerySet[Domain], wanted: Wanted, begin: int, end: int
) -> list[Values]:
    """Those from `begin` to `end` in the order that is wanted."""
    if wanted.sort != FIRST:
        here = _ordered(chosen, wanted.sort).values("pk")[begin:end]
        return list(_ordered(lines.filter(pk__in=here), wanted.sort))
    first = list(_urgent(chosen).values_list("pk", flat=True)[:end]) if wanted.filtered else _most_urgent(end)
    which = Q(pk__in=first[begin:])
    if len(first) < end:
        others = chosen.exclude(pk__in=maybe_first()).order_by("name_key").values("pk")
        which |= Q(pk__in=others[max(0, begin - len(first)) : end - len(first)])
    places = {key: place for place, key in enumerate(first)}
    with planned(AS_WRITTEN):
        found = list(lines.filter(which).order_by("name_key"))
    return sorted(found, key=lambda values: places.get(values[0], end))  # stable: the others stay by name


def _urgent(chosen: QuerySet[Domain]) -> QuerySet[Domain]:
    """What may have to come before the others."""
    return chosen.filter(pk__in=maybe_first()).order_by(URGENCY, "name_key")


@cache
def _urgent_everywhere() -> tuple[str, tuple[Any, ...]]:
    """The same of all domains as SQL: to compile it takes longer than all else that a list that is open asks for."""
    sql, values = _urgent(Domain.objects.order_by()).values("pk").query.sql_with_params()
    return f"{sql} LIMIT %s", values


def _most_urgent(number: int) -> list[int]:
    """The keys of the first of them."""
    sql, values = _urgent_everywhere()
    with planned(IN_MEMORY), connection.cursor() as cursor:
        cursor.execute(sql, (*values, number))
        return [key for (key,) in cursor.fetchall()]


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
