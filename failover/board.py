"""What a monitor has in mind: the domains it watches, a track per server, the latest decision per domain.

No database and no clock: the monitor feeds it and asks it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from appservers.models import Role
from failover import health
from failover.conf import Pace
from failover.decision import Decision, Seen, Situation, State, decide
from failover.health import Status, Track
from failover.models import Ending
from failover.observation import Kind, Observation, Target


@dataclass(frozen=True, slots=True)
class WatchedServer:
    """A server as configured."""

    pk: int
    role: Role
    configuration: int
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class WatchedDomain:
    """A domain as configured, and which of its servers is active; `interval` is in seconds."""

    pk: int
    name: str
    active: Role
    epoch: int
    interval: float
    kind: Kind
    key: bytes
    servers: dict[Role, WatchedServer]


@dataclass(frozen=True, slots=True)
class Interruption:
    """A change from outside that ends a domain's running countdown."""

    domain: int
    ending: Ending


class Board:
    """The monitor's mind."""

    def __init__(self, pace: Pace) -> None:
        self._pace, self._limits = pace, pace.limits
        self.domains: dict[int, WatchedDomain] = {}
        self.tracks: dict[int, Track] = {}
        self.decisions: dict[int, Decision] = {}
        self._domain_of: dict[int, int] = {}

    def interruptions(self, domains: Iterable[WatchedDomain]) -> list[Interruption]:
        """What the configuration as it is now interrupts."""
        now = {domain.pk: domain for domain in domains}
        gone = [Interruption(pk, Ending.DOMAIN_DELETED) for pk in self.domains.keys() - now.keys()]
        kept = ((self.domains[pk], now[pk]) for pk in self.domains.keys() & now.keys())
        return gone + [Interruption(new.pk, ending) for old, new in kept if (ending := _interrupted(old, new))]

    def adopt(self, domains: Iterable[WatchedDomain]) -> None:
        """Take over the configuration as it is now, and start over where it interrupts."""
        domains = list(domains)
        interruptions = self.interruptions(domains)
        self.domains = {domain.pk: domain for domain in domains}
        servers = [(domain.pk, server) for domain in domains for server in domain.servers.values()]
        self._domain_of = {server.pk: domain for domain, server in servers}
        self.tracks = {server.pk: self._track_of(server) for _, server in servers}
        for interruption in interruptions:
            self._start_over(interruption.domain)

    def _track_of(self, server: WatchedServer) -> Track:
        """What is remembered of a server; nothing when its endpoint was changed."""
        known = self.tracks.get(server.pk)
        return known if known and known.configuration == server.configuration else Track(server.configuration)

    def take(self, observations: Iterable[Observation]) -> set[int]:
        """Judge what was seen; returns the domains that it concerns."""
        concerned = set()
        for seen in observations:
            if (track := self.tracks.get(seen.server)) is not None:
                self.tracks[seen.server] = health.judge(track, seen, self._limits)
                concerned.add(self._domain_of[seen.server])
        return concerned

    def look(self, domain: int, *, monotonic: float, now: datetime) -> Decision:
        """Decide on a domain and remember the decision."""
        situation = self.situation(self.domains[domain], monotonic)
        decision = decide(situation, self.decisions.get(domain), now)
        self.decisions[domain] = decision
        return decision

    def situation(self, domain: WatchedDomain, monotonic: float) -> Situation:
        """What decide() is asked about; a track of another configuration than the domain's counts as none."""
        standby = domain.servers.get(domain.active.other)
        return Situation(
            interval=domain.interval,
            fall=self._limits.fall,
            active=self._seen(domain.servers[domain.active], monotonic),
            standby=self._seen(standby, monotonic) if standby else None,
        )

    def status(self, server: int, monotonic: float) -> Status:
        """The verdict on a server."""
        return health.status(self.tracks[server], monotonic, self._limits)

    def targets(self) -> list[Target]:
        """All servers to probe."""
        return [
            Target(server.pk, server.configuration, server.host, server.port, domain.kind, domain.key)
            for domain in self.domains.values()
            for server in domain.servers.values()
        ]

    def urgent(self, *, monotonic: float, now: datetime) -> set[int]:
        """Servers to probe at the quick pace: failing without a verdict, or with a switch due within a period."""
        urgent = {
            pk
            for pk, track in self.tracks.items()
            if 0 < track.failures < self._limits.fall or 0 < track.successes < self._limits.rise
        }
        for pk, decision in self.decisions.items():
            due = decision.switch_at
            if due is not None and (due - now).total_seconds() <= self._pace.period:
                urgent |= {server.pk for server in self.domains[pk].servers.values()}
        return urgent

    def unsettled(self) -> set[int]:
        """Domains that may have to be acted on by the mere passing of time."""
        return {pk for pk, decision in self.decisions.items() if decision.state not in (State.STEADY, State.EXPOSED)}

    def _seen(self, server: WatchedServer, monotonic: float) -> Seen:
        track = self.tracks.get(server.pk)
        if track is None or track.configuration != server.configuration:
            return Seen(server.role.value, Status.UNKNOWN)
        return Seen(
            role=server.role.value,
            status=health.status(track, monotonic, self._limits),
            failing=health.failing(track, monotonic, self._limits),
            failures=track.failures,
            evidence=health.evidence(track, monotonic, self._limits),
            reason=track.reason,
        )

    def _start_over(self, domain: int) -> None:
        """Forget the decision on a domain, and count the outage of its servers from now on."""
        self.decisions.pop(domain, None)
        if domain in self.domains:
            for server in self.domains[domain].servers.values():
                self.tracks[server.pk] = health.counting_anew(self.tracks[server.pk])


def _interrupted(old: WatchedDomain, new: WatchedDomain) -> Ending | None:
    """How a change ends a countdown, or None when it goes on; FAILOVER.md, changes under a countdown."""
    if old.epoch != new.epoch:
        return Ending.SWITCHED_BY_HAND
    before, after = old.servers[old.active], new.servers[new.active]
    return Ending.SERVER_CHANGED if before.configuration != after.configuration else None
