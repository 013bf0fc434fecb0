"""What other intervals would have done with the outages that were: the recorded ones, through the same decisions.

A longer interval switches less often for outages that end by themselves, and leaves calls unanswered longer in those
that do not. This shows both for a domain's own past.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appservers.models import ApplicationServer, Domain, Role
from failover.board import WatchedDomain
from failover.health import Status
from failover.models import HealthChange, SwitchEvent
from failover.observation import Reason
from failover.pace import Pace
from failover.past import Outage, outages_in
from failover.record import changes
from failover.rehearsal import Answers, rehearse
from failover.selectors import watched_domains

INTERVALS = (0.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0)
BY_ITSELF = timedelta(hours=1)  # a server that is up again within that needed no other one
LONGEST_REPLAY = 2 * 1800.0
LATEST = 100  # outages that are replayed
STEPS = 60  # looks that a replayed interval is cut into, at least
ANSWERS = {Status.UP: Reason.OK, Status.DOWN: Reason.REFUSED, Status.UNKNOWN: Reason.UNRESOLVED}


@dataclass(frozen=True, slots=True)
class Choice:
    """An interval: its switches, those of them for outages that ended by themselves, its downtime; both in seconds."""

    interval: float
    switches: int
    needless: int
    downtime: float
    current: bool

    @property
    def minutes(self) -> str:
        """The interval as the form takes it."""
        return f"{self.interval / 60:g}"


@dataclass(frozen=True, slots=True)
class Advice:
    """Every choice, over so many recorded outages of the active server since then."""

    since: datetime
    outages: int
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Past:
    """An outage of a server that was active, and how the other one was meanwhile."""

    outage: Outage
    active: Role
    changes: dict[Role, list[HealthChange]]

    def length(self, now: datetime) -> float:
        """Seconds; up to now while it lasts."""
        return ((self.outage.end or now) - self.outage.start).total_seconds()

    def ended_by_itself(self) -> bool:
        """Whether waiting for an hour would have done."""
        return self.outage.end is not None and self.outage.end - self.outage.start <= BY_ITSELF

    def answers(self) -> Answers:
        """What each server answered, by seconds since the outage began."""
        moments = {role: [change.at for change in those] for role, those in self.changes.items()}

        def answer(role: Role, after: float) -> Reason:
            moment = self.outage.start + timedelta(seconds=after)
            place = bisect_right(moments.get(role, []), moment) - 1
            return ANSWERS[Status(self.changes[role][place].status)] if place >= 0 else Reason.UNRESOLVED

        return answer


def advise(*, domain: Domain, days: int, pace: Pace, now: datetime, intervals: Iterable[float] = INTERVALS) -> Advice:
    """Replay the outages of the last days for every interval, the domain's own among them."""
    since = now - timedelta(days=days)
    watched = watched_domains(domain.pk)
    pasts = _pasts(domain, since, now)[-LATEST:] if watched else []
    wanted = sorted({*intervals, domain.auto_failover_interval.total_seconds()})
    own = domain.auto_failover_interval.total_seconds()
    return Advice(since, len(pasts), [_choice(watched[0], pasts, one, own, pace, now) for one in wanted if watched])


def _choice(
    watched: WatchedDomain, pasts: Sequence[Past], interval: float, own: float, pace: Pace, now: datetime
) -> Choice:
    switches = needless = 0
    downtime = 0.0
    for past in pasts:
        length = past.length(now)
        switched = _switched_after(watched, past, interval, min(length, LONGEST_REPLAY), pace)
        switches += switched is not None
        needless += switched is not None and past.ended_by_itself()
        downtime += length if switched is None else switched
    return Choice(interval, switches, needless, downtime, current=interval == own)


def _switched_after(watched: WatchedDomain, past: Past, interval: float, seconds: float, pace: Pace) -> float | None:
    """After how many seconds the other server would have become active; None when it would not."""
    asked = replace(watched, interval=interval, active=past.active, automatic=True)
    if past.active not in asked.servers:
        return None
    period = max(pace.period, interval / STEPS)
    coarse = Pace(period=period, quick=min(pace.quick, period), timeout=pace.timeout, fall=pace.fall, rise=pace.rise)
    steps = rehearse(asked, past.answers(), pace=coarse, start=past.outage.start, seconds=seconds)
    return next((step.at for step in steps if step.decision.state == "switch"), None)


def _pasts(domain: Domain, since: datetime, now: datetime) -> list[Past]:
    """The outages of whichever server was active, in order."""
    servers = list(ApplicationServer.objects.filter(domain=domain))
    by_server = changes(servers, since, now)
    by_role = {Role(server.role): by_server[server.pk] for server in servers}
    switches = list(SwitchEvent.objects.filter(domain=domain).order_by("at").values_list("at", "from_role", "to_role"))
    found = [
        Past(outage, role, by_role)
        for role, those in by_role.items()
        for outage in outages_in(those)
        if outage.start >= since and _active(domain, switches, outage.start) is role
    ]
    return sorted(found, key=lambda past: past.outage.start)


def _active(domain: Domain, switches: Sequence[tuple[datetime, str, str]], moment: datetime) -> Role:
    """Which server was active then."""
    place = bisect_right([at for at, _, _ in switches], moment)
    if place:
        return Role(switches[place - 1][2])
    return Role(switches[0][1]) if switches else Role(domain.active_role)
