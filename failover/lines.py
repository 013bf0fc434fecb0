"""What a row of the list shows, as the database has it: brought by one query, and the same where rows look the same."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import FilteredRelation, Model, OuterRef, Q, QuerySet, Subquery

from appservers.models import ApplicationServer, Domain, Role
from failover.models import Hold, HoldKind, Pause, ScheduledSwitch, ServerHealth, Standing, SwitchEvent
from failover.overdue import PATIENCE
from failover.overview import DomainRow, row

Values = tuple[Any, ...]

RELATIONS = {
    "open_pause": ("pauses", Q(pauses__ended_at=None)),
    "open_schedule": ("schedules", Q(schedules__done_at=None)),
    "open_flapping": ("holds", Q(holds__cleared_at=None, holds__kind=HoldKind.ANTI_FLAP)),
    "open_behind": ("holds", Q(holds__cleared_at=None, holds__kind=HoldKind.HISTORY_WENT_BACK)),
    "the_primary": ("servers", Q(servers__role=Role.PRIMARY)),
    "the_secondary": ("servers", Q(servers__role=Role.SECONDARY)),
}
OWN = "pk name slug auto_failover_interval outsource emergency unique_anonymous probe_kind automatic_failover"
SERVER = "pk role server_fqdn server_port configuration"
HEALTH = "pk status since reason failures configuration"
PARTS: dict[str, tuple[type[Model], list[str]]] = {  # by the relation that brings it
    "": (Domain, [*OWN.split(), "active_role", "epoch"]),
    "standing": (Standing, ["pk", "state", "code", "sentence", "since", "switch_at"]),
    "open_pause": (Pause, ["pk", "until", "reason", "actor_name", "started_at"]),
    "open_schedule": (
        ScheduledSwitch,
        ["pk", "to_role", "opens_at", "closes_at", "nightly", "reason", "actor_name", "created_at"],
    ),
    "open_flapping": (Hold, ["pk", "kind"]),
    "open_behind": (Hold, ["pk", "kind"]),
    "the_primary": (ApplicationServer, SERVER.split()),
    "the_secondary": (ApplicationServer, SERVER.split()),
    "the_primary__health": (ServerHealth, HEALTH.split()),
    "the_secondary__health": (ServerHealth, HEALTH.split()),
}
SEEN = [f"{part}__{name}".removeprefix("__") for part, (_, names) in PARTS.items() for name in names]
CHECKED = ("the_primary__health__checked_at", "the_secondary__health__checked_at")
LATEST_SWITCH = Subquery(SwitchEvent.objects.filter(domain=OuterRef("pk")).order_by("-epoch").values("at")[:1])


@dataclass(frozen=True, slots=True)
class Line:
    """A domain as the list knows it; lines with the same `shown` look the same.

    Of a moment it matters, too, whether it is past, and for long. When a server was last checked shows while nobody
    watches, and is left out otherwise.
    """

    seen: Values
    switched_at: datetime | None
    checked_at: Values
    now: datetime

    @property
    def shown(self) -> Values:
        moments = [value for value in self.seen if isinstance(value, datetime)]
        past = [(value <= self.now, value < self.now - PATIENCE) for value in moments]
        return *self.seen, self.switched_at, *self.checked_at, *past

    def row(self) -> DomainRow:
        """The same as people see it."""
        return row(_domain(self), watched=not self.checked_at)


@cache
def complete() -> QuerySet[Domain, Values]:
    """All domains with SEEN, the latest switch and CHECKED of each; made once, for that takes longer than the query."""
    relations = {name: FilteredRelation(by, condition=condition) for name, (by, condition) in RELATIONS.items()}
    return Domain.objects.annotate(**relations, switched_at=LATEST_SWITCH).values_list(*SEEN, "switched_at", *CHECKED)


def line(values: Values, now: datetime, *, watched: bool) -> Line:
    """What `complete()` says of a domain."""
    seen, switched_at, checked_at = values[: len(SEEN)], values[len(SEEN)], values[len(SEEN) + 1 : len(SEEN) + 3]
    return Line(seen, switched_at, () if watched else checked_at, now)


def _domain(line: Line) -> Domain:
    """The domain with its relations where those who read a domain look for them."""
    found: dict[str, Any] = {}
    place = 0
    for part, (model, names) in PARTS.items():
        given = dict(zip(names, line.seen[place : place + len(names)], strict=True))
        found[part], place = model(**given) if given["pk"] is not None else None, place + len(names)
    domain: Any = found[""]
    pause, schedule = found["open_pause"], found["open_schedule"]
    domain._state.fields_cache["standing"] = found["standing"]
    over = pause is not None and pause.until is not None and pause.until <= line.now
    domain.open_pauses = [pause] if pause and not over else []
    domain.open_schedules = [schedule] if schedule else []
    domain.open_holds = [hold for hold in (found["open_flapping"], found["open_behind"]) if hold]
    domain.switched_at = line.switched_at
    servers = []
    for name, checked_at in zip(("the_primary", "the_secondary"), line.checked_at or (None, None), strict=True):
        server, health = found[name], found[f"{name}__health"]
        if health is not None:
            health.checked_at = checked_at
        if server is not None:
            server._state.fields_cache["health"] = health
            servers.append(server)
    related = domain.servers.all()
    related._result_cache = servers
    domain._prefetched_objects_cache = {"servers": related}
    made: Domain = domain
    return made
