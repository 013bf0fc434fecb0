"""What a monitor has in mind: the domains it watches, a track per server, the latest decision per domain.

No database and no clock: the monitor feeds it and asks it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from appservers.models import Role
from failover import health
from failover.brake import Brake
from failover.decision import Code, Decision, Pause, Seen, Situation, State, decide
from failover.exceptions import Refusal
from failover.health import Status, Track
from failover.models import Ending
from failover.observation import Kind, Observation, Target
from failover.pace import Pace
from failover.peers import Peers
from failover.votes import Ballot, Quorum, count


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
    """A domain as configured, and which of its servers is active; `interval` is in seconds.

    `turned_at` is when automatic failover was last turned off or on, which may be both between two looks.
    """

    pk: int
    name: str
    active: Role
    epoch: int
    interval: float
    kind: Kind
    key: bytes
    automatic: bool
    servers: dict[Role, WatchedServer]
    turned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Orders:
    """What people said, or must say, about a domain: its pause, and whether something waits for their word.

    `latest` is the key of its latest pause, which may have begun and ended between two looks.
    """

    pause: Pause | None = None
    latest: int = 0
    behind: bool = False
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Interruption:
    """A change from outside that ends a domain's running countdown.

    After a switch a countdown of the epoch that it led to goes on: who led then knew of the switch before this monitor.
    """

    domain: int
    ending: Ending
    epoch: int | None = None


NO_ORDERS = Orders()


class Board:
    """The monitor's mind."""

    def __init__(self, pace: Pace, *, quorum: Quorum = Quorum.MAJORITY, least: int = 1) -> None:
        self._pace, self._limits, self._quorum, self._least = pace, pace.limits, quorum, least
        self.domains: dict[int, WatchedDomain] = {}
        self.tracks: dict[int, Track] = {}
        self.decisions: dict[int, Decision] = {}
        self.peers = Peers(patience=pace.patience)
        self.brake = Brake()
        self._orders: dict[int, Orders] = {}
        self._obeyed = False
        self._highest: dict[int, int] = {}  # epoch that was seen, by domain
        self._blind_until = float("-inf")
        self._paused: set[int] = set()
        self._domain_of: dict[int, int] = {}
        self._wavering: set[int] = set()
        self._unsettled: set[int] = set()

    def interruptions(self, domains: Iterable[WatchedDomain]) -> list[Interruption]:
        """What the configuration as it is now interrupts."""
        now = {domain.pk: domain for domain in domains}
        gone = [Interruption(pk, Ending.DOMAIN_DELETED) for pk in self.domains.keys() - now.keys()]
        kept = ((self.domains[pk], now[pk]) for pk in self.domains.keys() & now.keys())
        return gone + [change for old, new in kept if (change := _interrupted(old, new))]

    def behind(self, domains: Iterable[WatchedDomain]) -> list[tuple[int, int]]:
        """Domains whose epoch is lower than one that was seen before, and that one."""
        seen = self._highest
        return [(domain.pk, seen[domain.pk]) for domain in domains if domain.epoch < seen.get(domain.pk, 0)]

    def saw(self, domain: int, epoch: int) -> None:
        """An epoch that was given just now; a database that shows a lower one afterwards went back."""
        self._highest[domain] = max(epoch, self._highest.get(domain, 0))

    def adopt(self, domains: Iterable[WatchedDomain], monotonic: float, revision: int = 0) -> None:
        """Take over the configuration as it is now, of that revision, and start over where it interrupts."""
        domains = list(domains)
        interruptions = self.interruptions(domains)
        self.domains = {domain.pk: domain for domain in domains}
        servers = [(domain.pk, server) for domain in domains for server in domain.servers.values()]
        self._domain_of = {server.pk: domain for domain, server in servers}
        known, self.tracks = self.tracks, {}
        configured = self.peers.configured
        for _, server in servers:
            track = known.get(server.pk)
            if track is None or track.configuration != server.configuration:
                track = Track(server.configuration)
                configured[server.pk] = revision
                self._forget([server.pk])
            self.tracks[server.pk] = track
        self._forget(known.keys() - self.tracks.keys())
        self.peers.configured = {server: configured[server] for server in self.tracks}
        self._highest = {domain.pk: max(domain.epoch, self._highest.get(domain.pk, 0)) for domain in domains}
        for interruption in interruptions:
            self._start_over(interruption.domain, monotonic)
        self._unsettled |= self.domains.keys() - self.decisions.keys()

    def inherit(self, counted: Mapping[int, tuple[int, float]], monotonic: float) -> None:
        """Go on with what this monitor had counted before it was restarted: configuration and seconds by server."""
        for server, (configuration, seconds) in counted.items():
            track = self.tracks.get(server)
            if track is not None and track.configuration == configuration and track.last is None:
                self.tracks[server] = health.inheriting(configuration, seconds, monotonic)

    def obey(self, orders: Mapping[int, Orders], monotonic: float) -> None:
        """Take over what people say about domains; those not named have no orders."""
        first, self._obeyed = not self._obeyed, True
        for pk in (self._orders.keys() | orders.keys()) & self.domains.keys():
            before, now = self._orders.get(pk, NO_ORDERS), orders.get(pk, NO_ORDERS)
            if (before.latest, before.pause) != (now.latest, now.pause) and not first:
                self._count_anew(self.domains[pk], monotonic)
            if before != now:
                self._unsettled.add(pk)
        self._orders = dict(orders)

    def knows(self, domain: int, orders: Orders) -> bool:
        """Whether that domain's latest pause was taken into account."""
        return self._orders.get(domain, NO_ORDERS).latest == orders.latest

    def take(self, observations: Iterable[Observation]) -> set[int]:
        """Judge what was seen; returns the domains for which that means something new."""
        concerned = set()
        tracks, limits = self.tracks, self._limits
        for seen in observations:
            if (track := tracks.get(seen.server)) is None or seen.started < self._blind_until:
                continue
            after = tracks[seen.server] = health.judge(track, seen, limits)
            if after[1:3] != track[1:3] or after.doubt is not track.doubt or after.reason is not track.reason:
                self._changed(seen.server, track, after)
                concerned.add(self._domain_of[seen.server])
        return concerned

    def break_evidence(self, now: float) -> None:
        """The clocks jumped: what was seen before and what comes now do not join; probes under way say nothing."""
        self._blind_until = now
        self.tracks = {server: health.broken(track) for server, track in self.tracks.items()}
        self._wavering.clear()
        self._unsettled |= self.domains.keys()

    def look(self, domain: int, *, monotonic: float, now: datetime) -> Decision:
        """Decide on a domain and remember the decision."""
        watched = self.domains[domain]
        self._clear_while_paused(watched, monotonic, now)
        situation = self.situation(watched, monotonic)
        decision = decide(situation, self.decisions.get(domain), now)
        self.decisions[domain] = decision
        settled = decision.state in (State.STEADY, State.EXPOSED)
        (self._unsettled.discard if settled else self._unsettled.add)(domain)
        return decision

    def situation(self, domain: WatchedDomain, monotonic: float, orders: Orders | None = None) -> Situation:
        """What decide() is asked about; a track of another configuration than the domain's counts as none."""
        orders = orders or self._orders.get(domain.pk, NO_ORDERS)
        active, standby = domain.servers[domain.active], domain.servers.get(domain.active.other)
        sees_active = self._seen(active, monotonic)
        sees_standby = self._seen(standby, monotonic) if standby else None
        own = Ballot(
            sees_active.status is Status.DOWN,
            sees_standby is not None and sees_standby.status is Status.UP,
            sees_active.evidence,
        )
        pairs = [(server.pk, server.configuration) for server in (active, standby) if server]
        others = self.peers.ballots(*pairs, now=monotonic) if sees_active.failing else []
        return Situation(
            interval=domain.interval,
            fall=self._limits.fall,
            active=sees_active,
            standby=sees_standby,
            automatic=domain.automatic,
            pause=orders.pause,
            behind=orders.behind or domain.epoch < self._highest.get(domain.pk, 0),
            votes=count([own, *others], interval=domain.interval, quorum=self._quorum, least=self._least),
            flapping=orders.flapping,
            mass=self.brake.holds(active.pk) and not any(ballot.active_down for ballot in others),
        )

    def hindrance(self, domain: int, *, monotonic: float, now: datetime) -> Refusal | None:
        """What speaks against a scheduled switch."""
        situation = self.situation(self.domains[domain], monotonic)
        if situation.pause is not None and situation.pause.holds(now):
            return Refusal.PAUSED
        if situation.behind:
            return Refusal.HISTORY_WENT_BACK
        ready = situation.standby is not None and situation.standby.status is Status.UP
        return None if ready else Refusal.STANDBY_NOT_UP

    def paused(self, domain: int) -> bool:
        """Whether nothing switched by itself when it was last looked at; then its count was cleared."""
        return domain in self._paused

    def status(self, server: int, monotonic: float) -> Status:
        """The verdict on a server."""
        return health.status(self.tracks[server], monotonic, self._limits)

    def servers_of(self, domains: Iterable[int]) -> list[int]:
        """The servers of those domains that are still watched."""
        return [server.pk for pk in domains if pk in self.domains for server in self.domains[pk].servers.values()]

    def targets(self) -> list[Target]:
        """All servers to probe."""
        return [
            Target(server.pk, server.configuration, server.host, server.port, domain.kind, domain.key)
            for domain in self.domains.values()
            for server in domain.servers.values()
        ]

    def urgent(self, now: datetime) -> set[int]:
        """Servers to probe at the quick pace: failing without a verdict, or with a switch due within a period."""
        urgent = set(self._wavering)
        for pk in self._unsettled & self.decisions.keys():
            due = self.decisions[pk].switch_at
            if due is not None and (due - now).total_seconds() <= self._pace.period:
                urgent |= {server.pk for server in self.domains[pk].servers.values()}
        return urgent

    def unsettled(self) -> set[int]:
        """Domains that may have to be acted on by the mere passing of time."""
        return set(self._unsettled)

    def pending(self, now: datetime) -> set[int]:
        """Those of them that cannot wait: not decided on yet, due to switch, or waiting for other monitors' votes."""
        return {pk for pk in self._unsettled if self._pending(self.decisions.get(pk), now)}

    def awaiting(self, servers: Iterable[int]) -> set[int]:
        """The unsettled domains of those servers, of which another monitor says something new."""
        return self._unsettled & {self._domain_of[server] for server in servers if server in self._domain_of}

    def in_order(self, domains: Iterable[int]) -> list[int]:
        """Those that are watched, the ones whose switch is due first at the front."""
        return sorted((pk for pk in domains if pk in self.domains), key=self._due)

    def silent(self, monotonic: float) -> set[int]:
        """Domains with a server that nothing was heard of for too long."""
        limits = self._limits
        return {
            self._domain_of[server] for server, track in self.tracks.items() if health.silent(track, monotonic, limits)
        }

    def due(self, now: datetime) -> float | None:
        """Seconds until the next switch is due; None when no countdown runs."""
        counting = (self.decisions[pk] for pk in self._unsettled & self.decisions.keys())
        waits = [one.switch_at for one in counting if one.switch_at is not None and one.state is not State.SWITCH]
        return min(((moment - now).total_seconds() for moment in waits), default=None)

    @staticmethod
    def _pending(decision: Decision | None, now: datetime) -> bool:
        if decision is None:
            return True
        due = decision.switch_at is not None and decision.switch_at <= now
        return due or decision.code in (Code.INTERVAL_OVER, Code.NO_MAJORITY)

    def _due(self, domain: int) -> float:
        decision = self.decisions.get(domain)
        return decision.switch_at.timestamp() if decision and decision.switch_at else float("inf")

    def _seen(self, server: WatchedServer, monotonic: float) -> Seen:
        track = self.tracks.get(server.pk)
        if track is None or track.configuration != server.configuration:
            return Seen(server.role.value, Status.UNKNOWN)
        status = health.status(track, monotonic, self._limits)
        return Seen(
            role=server.role.value,
            status=status,
            failing=health.failing(track, monotonic, self._limits),
            failures=track.failures,
            evidence=health.evidence(track, monotonic, self._limits),
            reason=health.reason(track, status),
        )

    def _changed(self, server: int, before: Track, after: Track) -> None:
        (self._wavering.add if health.wavering(after, self._limits) else self._wavering.discard)(server)
        if after.successes == self._limits.rise:
            self.brake.up(server)
        elif after.failures == 1 and before.failures == 0 and after.counting_from is not None:
            self.brake.fails(server, after.counting_from)

    def _clear_while_paused(self, domain: WatchedDomain, monotonic: float, now: datetime) -> None:
        """Rule 4: a pause clears the count, and when it is over a full interval must pass."""
        pause = self._orders.get(domain.pk, NO_ORDERS).pause
        paused = not domain.automatic or (pause is not None and pause.holds(now))
        if paused or domain.pk in self._paused:
            self._count_anew(domain, monotonic)
        (self._paused.add if paused else self._paused.discard)(domain.pk)

    def _start_over(self, domain: int, monotonic: float) -> None:
        """Forget the decision on a domain, and count the outage of its servers from now on."""
        self.decisions.pop(domain, None)
        self._unsettled.discard(domain)
        self._paused.discard(domain)
        if domain in self.domains:
            self._count_anew(self.domains[domain], monotonic)

    def _count_anew(self, domain: WatchedDomain, monotonic: float) -> None:
        for server in domain.servers.values():
            self.tracks[server.pk] = health.counting_anew(self.tracks[server.pk], monotonic)

    def _forget(self, servers: Iterable[int]) -> None:
        servers = list(servers)
        self._wavering.difference_update(servers)
        self.brake.forget(servers)


def _interrupted(old: WatchedDomain, new: WatchedDomain) -> Interruption | None:
    """How a change ends a countdown, or None when it goes on; FAILOVER.md, changes under a countdown."""
    if old.epoch != new.epoch:
        return Interruption(new.pk, Ending.SWITCHED_BY_HAND, new.epoch)
    if (old.automatic, old.turned_at) != (new.automatic, new.turned_at):
        return Interruption(new.pk, Ending.PAUSED)
    before, after = old.servers[old.active], new.servers[new.active]
    return Interruption(new.pk, Ending.SERVER_CHANGED) if before.configuration != after.configuration else None
