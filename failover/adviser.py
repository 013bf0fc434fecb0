"""What other intervals would have done with the outages that were: the recorded ones, through the same decisions.

A longer interval switches less often for outages that end by themselves, and leaves calls unanswered longer in those
that do not. This shows both for a domain's own past.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from appservers.models import ApplicationServer, Domain, Role
from failover.board import WatchedDomain
from failover.health import Status
from failover.models import HealthChange, SwitchEvent
from failover.observation import Reason
from failover.pace import Pace
from failover.past import UNWRITTEN, Outage, outages_in, watched_in
from failover.record import changes, records
from failover.rehearsal import Answers, rehearse
from failover.selectors import leading_monitor, watched_domains

INTERVALS = (0.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0, 900.0, 1800.0)
BY_ITSELF = timedelta(hours=1)  # a server that is up again within that needed no other one
LONGEST_WAIT = 3600.0  # seconds for which a switch that is held is followed
LATEST = 100  # outages that are replayed
STEPS = 120  # looks that a replay is cut into, about: what is held is then followed less closely than by a monitor
Span = tuple[datetime, datetime]
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
    """Every choice, over the recorded outages of the active server since then; the latest of them were `replayed`."""

    since: datetime
    outages: int
    replayed: int
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Past:
    """An outage of a server that was active, how both were meanwhile, and when somebody looked.

    Its seconds are those in which somebody did: what nobody watched is no statement on a server.
    """

    outage: Outage
    active: Role
    changes: dict[Role, Sequence[HealthChange]]
    watched: list[Span]

    @property
    def length(self) -> float:
        """Seconds; up to now while it lasts."""
        return sum((end - start).total_seconds() for start, end in self.watched)

    @property
    def settled(self) -> float:
        """After how many seconds neither server changed any more."""
        latest = max((those[-1].at for those in self.changes.values() if those), default=self.outage.start)
        return sum(max(0.0, (min(end, latest) - start).total_seconds()) for start, end in self.watched)

    def ended_by_itself(self) -> bool:
        """Whether waiting for an hour would have done."""
        return self.outage.end is not None and self.outage.end - self.outage.start <= BY_ITSELF

    def answers(self) -> Answers:
        """What each server answered, by seconds since the outage began."""
        moments = {role: [change.at for change in those] for role, those in self.changes.items()}

        def answer(role: Role, after: float) -> Reason:
            place = bisect_right(moments.get(role, []), self._moment(after)) - 1
            return ANSWERS[Status(self.changes[role][place].status)] if place >= 0 else Reason.UNRESOLVED

        return answer

    def _moment(self, after: float) -> datetime:
        moment = self.outage.start
        for start, end in self.watched:
            moment = start + timedelta(seconds=after)
            if moment < end:
                return moment
            after -= (end - start).total_seconds()
        return moment


def advise(*, domain: Domain, days: int, pace: Pace, now: datetime, intervals: Iterable[float] = INTERVALS) -> Advice:
    """Replay the outages of the last days for every interval, the domain's own among them."""
    since = now - timedelta(days=days)
    watched = watched_domains(domain.pk)
    outages, pasts = _pasts(domain, since, now) if watched else (0, [])
    own = domain.auto_failover_interval.total_seconds()
    wanted = sorted({*intervals, own})
    return Advice(since, outages, len(pasts), [_choice(watched[0], pasts, one, own, pace) for one in wanted if watched])


def _choice(watched: WatchedDomain, pasts: Sequence[Past], interval: float, own: float, pace: Pace) -> Choice:
    switches = needless = 0
    downtime = 0.0
    for past in pasts:
        switched = _switched_after(watched, past, interval, pace)
        switches += switched is not None
        needless += switched is not None and past.ended_by_itself()
        downtime += past.length if switched is None else switched
    return Choice(interval, switches, needless, downtime, current=interval == own)


def _switched_after(watched: WatchedDomain, past: Past, interval: float, pace: Pace) -> float | None:
    """After how many seconds the other server would have become active; None when it would not."""
    asked = replace(watched, interval=interval, active=past.active, automatic=True)
    if past.active not in asked.servers or past.length < interval:
        return None  # no outage counts for longer than it is
    wait = min(past.length, min(past.settled, LONGEST_WAIT) + interval)
    period = max(pace.period, wait / STEPS)
    coarse = replace(pace, period=period, quick=min(pace.quick, period))
    seconds = min(past.length, wait + (pace.fall + pace.rise) * period)
    steps = rehearse(asked, past.answers(), pace=coarse, start=past.outage.start, seconds=seconds)
    return next((step.at for step in steps if step.decision.state == "switch"), None)


def _pasts(domain: Domain, since: datetime, now: datetime) -> tuple[int, list[Past]]:
    """How many outages whichever server was active had, and the latest of them in order."""
    servers = list(ApplicationServer.objects.filter(domain=domain))
    by_server = changes(servers, since, now)
    by_role = {Role(server.role): by_server[server.pk] for server in servers}
    switches = list(SwitchEvent.objects.filter(domain=domain).order_by("at").values_list("at", "from_role", "to_role"))
    found = [
        (outage, server)
        for server in servers
        for outage in outages_in(by_server[server.pk])
        if outage.start >= since and _active(domain, switches, outage.start) == server.role
    ]
    latest = sorted(found, key=lambda one: one[0].start)[-LATEST:]
    looked = _looked(servers, latest[0][0].start, now) if latest else {}
    return len(found), [
        Past(
            outage,
            Role(server.role),
            {role: _within(those, outage, now) for role, those in by_role.items()},
            _clipped(looked[server.pk], outage, now),
        )
        for outage, server in latest
    ]


def _looked(servers: Sequence[ApplicationServer], start: datetime, now: datetime) -> dict[int, list[Span]]:
    """When somebody looked at each server."""
    monitor = leading_monitor(now)
    recorded = records(servers, start - UNWRITTEN, now)
    return {server.pk: list(watched_in(recorded[server.pk], now, monitor)) for server in servers}


def _within(those: Sequence[HealthChange], outage: Outage, now: datetime) -> Sequence[HealthChange]:
    """A server's changes during the outage, led by the last one before."""
    first = bisect_right(those, outage.start, key=_at) - 1
    return those[max(0, first) : bisect_left(those, outage.end or now, key=_at)]


def _clipped(looked: Iterable[Span], outage: Outage, now: datetime) -> list[Span]:
    spans = [(max(start, outage.start), min(end, outage.end or now)) for start, end in looked]
    return [(start, end) for start, end in spans if start < end]


def _at(change: HealthChange) -> datetime:
    return change.at


def _active(domain: Domain, switches: Sequence[tuple[datetime, str, str]], moment: datetime) -> Role:
    """Which server was active then."""
    place = bisect_right([at for at, _, _ in switches], moment)
    if place:
        return Role(switches[place - 1][2])
    return Role(switches[0][1]) if switches else Role(domain.active_role)
