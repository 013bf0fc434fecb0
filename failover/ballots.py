"""How the live monitors vote on a domain, for people: what each of them sees of both servers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from appservers.models import ApplicationServer, Domain
from appservers.selectors import revision
from failover import conf
from failover.decision import Votes
from failover.health import Status
from failover.models import Finding, Monitor
from failover.peers import counted_by_then
from failover.selectors import LOST
from failover.votes import Ballot, count


@dataclass(frozen=True, slots=True)
class Seen:
    """A server in the eyes of one monitor; `seconds` is the outage it has counted, `since` from when that grows."""

    status: Status
    seconds: float = 0.0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """One monitor's vote; it agrees to a switch when it counted the interval and sees the standby up."""

    monitor: str
    leads: bool
    active: Seen
    standby: Seen | None
    agrees: bool


@dataclass(frozen=True, slots=True)
class Poll:
    """All votes, and how many it takes."""

    voices: list[Voice]
    votes: Votes

    @property
    def telling(self) -> bool:
        """Whether there is more to say than what the one monitor sees anyway."""
        return self.votes.live > 1 or self.votes.live < self.votes.least


def live(now: datetime) -> QuerySet[Monitor]:
    """The monitors that gave a sign of life just now."""
    return Monitor.objects.filter(stopped_at=None, heartbeat_at__range=(now - LOST, now + LOST))


def poll(domain: Domain, now: datetime) -> Poll:
    """The votes as they are published now, of the live monitors."""
    monitors = live(now)
    servers = {server.role == domain.active_role: server for server in domain.servers.all()}
    if True not in servers:
        return Poll([], Votes(live=0))
    rows = Finding.objects.filter(server__domain=domain, monitor__in=monitors)
    findings = {(finding.monitor_id, finding.server_id): finding for finding in rows}
    interval, current = domain.auto_failover_interval.total_seconds(), revision()
    voices, ballots = [], []
    for monitor in monitors.order_by("-leads", "identity"):
        active = _seen(monitor, servers[True], findings, current)
        standby = _seen(monitor, servers[False], findings, current) if False in servers else None
        up = standby is not None and standby.status is Status.UP
        ballot = Ballot(active.status is Status.DOWN, up, active.seconds)
        ballots.append(ballot)
        agrees = ballot.sees_it and ballot.counted >= interval
        voices.append(Voice(monitor.identity, monitor.leads, active, standby, agrees))
    votes = count(ballots, interval=interval, quorum=conf.quorum(), least=conf.least_monitors())
    return Poll(voices, votes)


def _seen(monitor: Monitor, server: ApplicationServer, findings: dict[tuple[int, int], Finding], current: int) -> Seen:
    finding = findings.get((monitor.pk, server.pk))
    if finding is None:
        return Seen(Status.UP if monitor.ready and monitor.revision >= current else Status.UNKNOWN)
    if finding.configuration != server.configuration:
        return Seen(Status.UNKNOWN)
    counted = counted_by_then(finding.counted, finding.counting, monitor.uptime - finding.uptime)
    since = monitor.heartbeat_at - timedelta(seconds=counted) if finding.counting else None
    return Seen(Status(finding.status), counted, since)
