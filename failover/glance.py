"""The whole installation at a glance, for the overview and the wallboard: counted in SQL, however many domains."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from appservers.models import Domain
from common.status import Look, Tone
from failover import looks
from failover.conditions import attention, groups, worst_first
from failover.decision import State
from failover.models import Monitor, Pause, Standing, SwitchEvent
from failover.overview import DomainRow, found, row
from failover.roster import MonitorRow, roster
from failover.selectors import leading_monitor, monitor_ahead

SWITCHES = 8
QUIET = ("confirming", "standby", "unchecked", "unknown")  # no tile unless there are any
LOOKS = {
    "held": Look(
        Tone.BAD,
        "x-lg",
        "Held",
        "Something keeps the other server from taking over, or nothing switches until a person gives their word.",
    ),
    "exposed": looks.STATES[State.EXPOSED],
    "counting_down": Look(Tone.WARN, "clock-history", "Counting down", looks.STATES[State.COUNTING_DOWN].means),
    "confirming": looks.STATES[State.CONFIRMING],
    "standby": Look(
        Tone.WARN,
        "exclamation-triangle-fill",
        "Standby not up",
        "The active server is up; the other one is down or not judged.",
    ),
    "unchecked": looks.NOT_CHECKED,
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
    waiting = Domain.objects.filter(attention()) if monitor is not None else Domain.objects.none()
    chosen = worst_first(found().filter(pk__in=waiting.values("pk")))[:most]
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


def _counts() -> dict[str, int]:
    """By group, each in one look at one table: they are asked for every two seconds by whoever watches."""
    counts = Standing.objects.aggregate(
        **{group: Count("pk", filter=condition) for group, condition in groups().items()}
    )
    domains = Domain.objects.aggregate(total=Count("pk"), emergency=Count("pk", filter=Q(emergency=True)))
    return {**counts, **domains, "unknown": max(0, domains["total"] - sum(counts.values()))}


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
