"""The whole installation at a glance, for the overview and the wallboard: counted in SQL, however many domains."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value

from appservers.models import Domain
from common.status import Look, Tone
from failover import looks
from failover.decision import Code, State
from failover.models import Hold, Monitor, Pause, Standing, SwitchEvent
from failover.overview import URGENCY, DomainRow, found, row
from failover.roster import MonitorRow, roster
from failover.selectors import leading_monitor, monitor_ahead

SWITCHES = 8
STANDBY_NOT_UP = (Code.STANDBY_DOWN, Code.STANDBY_UNKNOWN)
# What a domain is counted as: the word in the list's address -> where it stands. All others are not judged yet.
GROUPS = {
    "held": Q(state=State.HELD),
    "exposed": Q(state=State.EXPOSED),
    "counting_down": Q(state__in=(State.COUNTING_DOWN, State.SWITCH)),
    "confirming": Q(state=State.CONFIRMING),
    "standby": Q(state=State.STEADY, code__in=STANDBY_NOT_UP),
    "healthy": Q(state=State.STEADY) & ~Q(code__in=(*STANDBY_NOT_UP, Code.NOT_JUDGED)),
}
FAILING = ("held", "exposed", "counting_down", "confirming", "standby")
QUIET = ("confirming", "standby", "unknown")  # no tile unless there are any
LOOKS = {
    "held": looks.STATES[State.HELD],
    "exposed": looks.STATES[State.EXPOSED],
    "counting_down": Look(Tone.WARN, "clock-history", "Counting down"),
    "confirming": looks.STATES[State.CONFIRMING],
    "standby": Look(Tone.WARN, "exclamation-triangle-fill", "Standby not up"),
    "unknown": looks.NOT_JUDGED,
    "healthy": looks.HEALTHY,
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with what it counts, and the filter of the list that shows these domains."""

    look: Look
    count: int
    query: str

    @property
    def tone(self) -> Tone:
        """Nought is never loud."""
        return self.look.tone if self.count else Tone.IDLE


@dataclass(frozen=True, slots=True)
class Glance:
    """How the installation stands. `rows` are the worst of the domains that need attention, of which there are more."""

    total: int
    tiles: list[Tile]
    attention: int
    rows: list[DomainRow]
    switches: list[SwitchEvent]
    monitors: list[MonitorRow]
    monitor: Monitor | None
    ahead: Monitor | None

    @property
    def more(self) -> int:
        return self.attention - len(self.rows)

    @property
    def tone(self) -> Tone:
        """The worst there is."""
        if not self.total:
            return Tone.IDLE
        if self.monitor is None:
            return Tone.BAD
        tones = [tile.tone for tile in self.tiles] + [one.tone for one in self.rows]
        if Tone.BAD in tones:
            return Tone.BAD
        return Tone.WARN if Tone.WARN in tones or self.monitor.late else Tone.OK

    @property
    def headline(self) -> str:
        """The state of everything in a few words."""
        if not self.total:
            return "No domain yet"
        if self.monitor is None:
            return "Nobody watches"
        if self.attention:
            return f"{self.attention} of {self.total} {_domains(self.total)} {_need(self.attention)} attention"
        unjudged = sum(tile.count for tile in self.tiles if tile.look == looks.NOT_JUDGED)
        if unjudged:
            return f"{unjudged} of {self.total} {_domains(self.total)} not judged yet"
        return "The domain is healthy" if self.total == 1 else f"All {self.total} domains are healthy"


def glance(now: datetime, most: int) -> Glance:
    """Everything in a fixed number of queries, with `most` of the domains that need attention."""
    monitor = leading_monitor(now)
    counts = _counts()
    paused = Pause.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None, domain__isnull=False).count()
    waiting = failing() if monitor is not None else Domain.objects.none()
    chosen = _worst_first(waiting)[:most]
    return Glance(
        total=counts["total"],
        tiles=[*_states(counts, watched=monitor is not None), *_orders(paused, counts["emergency"])],
        attention=waiting.count(),
        rows=[row(domain, watched=True) for domain in chosen],
        switches=list(SwitchEvent.objects.select_related("domain").defer("inputs")[:SWITCHES]),
        monitors=[one for one in roster(now).rows if one.look is not looks.STOPPED],
        monitor=monitor,
        ahead=monitor_ahead(now),
    )


def failing() -> QuerySet[Domain]:
    """The domains that need attention: something failed, or something waits for a person's word."""
    condition = Q()
    for group in FAILING:
        condition |= GROUPS[group]
    failed = Standing.objects.filter(condition).values("domain")
    waiting = Hold.objects.filter(cleared_at=None, domain__isnull=False).values("domain")
    return Domain.objects.filter(Q(pk__in=failed) | Q(pk__in=waiting))


def _counts() -> dict[str, int]:
    """By group, each in one look at one table: they are asked for every two seconds by whoever watches."""
    counts = Standing.objects.aggregate(**{group: Count("pk", filter=condition) for group, condition in GROUPS.items()})
    domains = Domain.objects.aggregate(total=Count("pk"), emergency=Count("pk", filter=Q(emergency=True)))
    return {**counts, **domains, "unknown": max(0, domains["total"] - sum(counts.values()))}


def _worst_first(domains: QuerySet[Domain]) -> QuerySet[Domain]:
    """With what their rows need; of those that count down, the one that switches next first."""
    urgency = Case(*URGENCY, default=Value(9), output_field=IntegerField())
    soonest = F("standing__switch_at").asc(nulls_last=True)
    return found().filter(pk__in=domains.values("pk")).order_by(urgency, soonest, "standing__since", "name_key")


def _states(counts: dict[str, int], *, watched: bool) -> list[Tile]:
    """A tile for each group; what nobody watches is counted as that, not as it was last seen."""
    if not watched:
        return [Tile(looks.NOT_WATCHED, counts["total"], "")]
    shown = [group for group in LOOKS if counts[group] or group not in QUIET]
    return [Tile(LOOKS[group], counts[group], f"state={group}") for group in shown]


def _orders(paused: int, emergency: int) -> list[Tile]:
    return [Tile(looks.PAUSED, paused, "paused=yes"), Tile(looks.EMERGENCY, emergency, "emergency=yes")]


def _domains(number: int) -> str:
    return "domain" if number == 1 else "domains"


def _need(number: int) -> str:
    return "needs" if number == 1 else "need"
