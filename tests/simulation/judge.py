"""The judge: knows the truth and what was recorded, and never asks the code what it thought. FAILOVER.md section 7.

All times are god's. Evidence is counted anew here, from the probes as they happened.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from appservers.models import Role
from failover.board import WatchedDomain
from failover.conf import HEARTBEAT, LEASE_TTL, OLDEST_DECISION
from failover.lease import Row
from failover.observation import Verdict
from failover.votes import Quorum
from tests.simulation.database import IDLE_LIMIT, Database, Event
from tests.simulation.history import History
from tests.simulation.prober import Fact
from tests.simulation.scenario import OF_A_PERSON, OF_A_SERVER, Kind, Scenario
from tests.simulation.world import PACE

GAP = PACE.limits.gap
EPSILON = 1e-6
PUBLISHED = HEARTBEAT + 0.3  # how old the word of a monitor may be that can speak
REMEMBERED = PACE.patience + HEARTBEAT + 0.3  # and of one that cannot
INHERITED = LEASE_TTL + 3 * PACE.period + HEARTBEAT
SETTLED = 25.0  # what a lease, a ready monitor and fresh evidence take after a disturbance
LATE = 0.25
READ = 1.5  # seconds after which a monitor has read what was written
FROZEN = IDLE_LIMIT + 3 * READ  # and after which one that knows better has frozen a domain, whoever had it locked
TICK = 0.1
CONFIRMED = PACE.fall * PACE.timeout + PACE.period  # seconds after which FALL probes have failed for certain


class Violation(AssertionError):
    """An invariant that did not hold."""


@dataclass
class Life:
    """One process, from its start to its end, and when its machine stood still or was cut from the database."""

    name: str
    host: int
    predecessor: str
    began: float
    ended: float = float("inf")


@dataclass
class Paused:
    """A time in which nothing may switch by itself; `until` is when that was to end by itself."""

    began: float
    until: float
    ended: float = float("inf")


@dataclass
class Judge(History):
    """What happened, and the verdict on it."""

    scenario: Scenario
    database: Database
    lives: dict[str, Life] = field(default_factory=dict)
    still: list[tuple[int, float, float]] = field(default_factory=list)  # host, from, until
    pauses: defaultdict[int, list[Paused]] = field(default_factory=lambda: defaultdict(list))
    resets: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    timeline: list[tuple[float, str]] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)
    switches: int = 0
    now: float = 0.0

    def __post_init__(self) -> None:
        self.facts: defaultdict[tuple[str, int], list[Fact]] = defaultdict(list)
        self.epochs = dict.fromkeys(self.database.domains, 0)
        self.actives = dict.fromkeys(self.database.domains, Role.PRIMARY)
        self.given: dict[tuple[int, int], Event] = {}  # what components were told, by domain and epoch
        self.losses: dict[tuple[int, int], float] = {}
        self.unread: defaultdict[int, set[float]] = defaultdict(set)  # switches too brief to be read, and their losses
        self.wall: dict[int, float] = defaultdict(float)  # how far a host's time of day is off

    def said(self, text: str) -> None:
        self.timeline.append((self.now, text))

    def probed(self, fact: Fact) -> None:
        facts = self.facts[fact.monitor, fact.server]
        if not facts or facts[-1].verdict is not fact.verdict:
            self.said(f"{fact.monitor} sees server {fact.server}: {fact.verdict}")
        facts.append(fact)

    def wrote(self, monitor: str, term: int | None, lease: Row) -> None:
        if (lease.holder, lease.term) != (monitor, term):
            raise Violation(f"I4: {monitor} wrote in term {term}, the lease is {lease}")

    def switched(self, event: Event) -> None:
        self.said(f"SWITCH of domain {event.domain} to {event.to_role}, epoch {event.epoch}, {event.by or 'by hand'}")
        self._judge_chain(event)
        if event.automatic:
            self.switches += 1
            self._judge_automatic(event, self.database.domains[event.domain])
        self.resets[event.domain].append(event.at)

    def lost(self, event: Event) -> None:
        """The database forgot this one."""
        self.said(f"the database lost epoch {event.epoch} of domain {event.domain}")
        self.epochs[event.domain], self.actives[event.domain] = event.epoch - 1, event.from_role
        if self.now - event.at <= READ:
            self.unread[event.domain] |= {event.at, self.now}
        self.losses[event.domain, event.epoch] = self.now
        self.resets[event.domain].append(self.now)

    def confirmed(self, domain: int, epoch: int) -> None:
        """Somebody said who is active, under a new epoch."""
        self.epochs[domain] = epoch
        self.resets[domain].append(self.now)

    def _judge_chain(self, event: Event) -> None:
        pk = event.domain
        if event.epoch != self.epochs[pk] + 1 or event.from_role is not self.actives[pk]:
            raise Violation(f"I1: epoch {event.epoch} from {event.from_role} after {self.epochs[pk]}")
        if event.to_role is not event.from_role.other or self.database.domains[pk].active is not event.to_role:
            raise Violation(f"I1: {event} does not fit the domain")
        if event.automatic and self._knew(event):
            raise Violation(f"I1: epoch {event.epoch} of domain {pk} was given before, and lost by the database")
        self.given[pk, event.epoch] = event
        self.epochs[pk], self.actives[pk] = event.epoch, event.to_role

    def _knew(self, event: Event) -> bool:
        """Whether this epoch was given before, lost by the database, and known to the monitor that gives it again, or
        to another one that could say so in time."""
        before, lost = self.given.get((event.domain, event.epoch)), self.losses.get((event.domain, event.epoch), 0.0)
        if before is None:
            return False
        return any(
            life.name == event.by or self._spoke(life, lost, event.judged_at)
            for life in self.lives.values()
            if self._knows(life, before, lost)
        )

    def _knows(self, life: Life, before: Event, lost: float) -> bool:
        """Whether it made that switch, or read of it before it was lost."""
        read = life.began < before.at and lost - before.at > READ and not self._mute(life.host, before.at, lost)
        return life.name == before.by or (read and life.ended > lost and not self._database_fell(before.at, lost))

    def _spoke(self, life: Life, lost: float, moment: float) -> bool:
        """Whether it ran and reached the database for long enough after the loss to freeze the domain."""
        until = lost + FROZEN
        able = life.ended > until and not self._mute(life.host, lost, until)
        return until <= moment and able and not self._database_fell(lost, until)

    def _database_fell(self, since: float, until: float) -> bool:
        falls = [one for one in self.scenario.faults if one.kind is Kind.DATABASE_DOWN]
        return any(one.at <= until and one.until >= since for one in falls)

    def _judge_automatic(self, event: Event, domain: WatchedDomain) -> None:
        old, new = domain.servers[event.from_role], domain.servers[event.to_role]
        moment, host = event.judged_at, self.lives[event.by].host
        if event.at - moment > OLDEST_DECISION + IDLE_LIMIT + EPSILON:
            raise Violation(f"I2: committed {event.at - moment:.1f} s after it was decided")
        if any(self._holds(pause, host, event.at) for pause in self.pauses[domain.pk]):
            raise Violation("I5: switched while paused")
        resets = set(self.resets[domain.pk]) - self.unread[domain.pk]
        since = max([0.0, *resets, *self._pause_ends(domain.pk, host, event.at)])
        if not self._down(event.by, old.pk, old.configuration, moment):
            raise Violation(f"I2: {event.by} had no {PACE.fall} failures in a row of server {old.pk}")
        own = self._outage(event.by, old.pk, old.configuration, since, moment)
        if own < domain.interval - EPSILON:
            raise Violation(f"I2: {event.by} had {own:.2f} of {domain.interval} s of evidence")
        if not self._up(event.by, new.pk, new.configuration, moment):
            raise Violation(f"I3: server {new.pk} was not proven to be up")
        live = 1 + sum(self._surely_live(life, moment) for life in self.lives.values() if life.name != event.by)
        needed = live if self.scenario.quorum is Quorum.ALL else live // 2 + 1
        agree = 1 + sum(
            self._agrees(life, domain, event, since) for life in self.lives.values() if life.name != event.by
        )
        if agree < needed:
            raise Violation(f"I2: {agree} of {live} monitors had the evidence, {needed} must")
        self._judge_punctuality(event, domain, since, needed)

    def _holds(self, pause: Paused, host: int, moment: float) -> bool:
        return pause.began <= moment < pause.ended and moment + self.wall[host] < pause.until

    def _pause_ends(self, domain: int, host: int, moment: float) -> list[float]:
        ends = [min(pause.ended, max(pause.began, pause.until - self.wall[host])) for pause in self.pauses[domain]]
        return [end for end in ends if end <= moment]

    def _surely_live(self, life: Life, moment: float) -> bool:
        """Whether it ran, stood on its feet and could reach the database long enough to be heard."""
        heard = PACE.patience - 1.0
        return (
            life.began <= moment - heard and life.ended > moment and not self._mute(life.host, moment - heard, moment)
        )

    def _mute(self, host: int, since: float, until: float) -> bool:
        cuts = [
            (fault.at, fault.until)
            for fault in self.scenario.faults
            if fault.kind is Kind.DATABASE_CUT and fault.who == host
        ]
        still = [(began, ended) for who, began, ended in self.still if who == host]
        return any(began <= until and ended + 2.0 >= since for began, ended in cuts + still)

    def _agrees(self, life: Life, domain: WatchedDomain, event: Event, since: float) -> bool:
        """Whether it had the evidence, as far as its word can have been heard."""
        moment = event.judged_at
        back = REMEMBERED if self._mute(life.host, moment - REMEMBERED, moment) or life.ended <= moment else PUBLISHED
        if life.ended < moment - back:
            return False
        old, new = domain.servers[event.from_role], domain.servers[event.to_role]
        ends = [fact.ended for fact in self.facts[life.name, old.pk][-40:] if moment - back <= fact.ended <= moment]
        ends += [fact.ended for fact in self.facts[life.name, new.pk][-40:] if moment - back <= fact.ended <= moment]
        return any(
            self._outage(life.name, old.pk, old.configuration, since - back, then) + moment - then
            >= domain.interval - EPSILON
            and self._up(life.name, new.pk, new.configuration, then)
            for then in [moment, moment - back, *ends, *(end - EPSILON for end in ends)]
        )

    def _outage(self, monitor: str, server: int, configuration: int, since: float, moment: float) -> float:
        """Seconds of outage that this monitor observed without a gap, up to a moment."""
        seen = _of(self.facts[monitor, server], configuration, moment)
        return outage(seen, since, moment, self._inherited(monitor, server, configuration, since))

    def _inherited(self, monitor: str, server: int, configuration: int, since: float) -> float:
        """What the process before it on its machine had counted, if that was gone for a short time only."""
        life = self.lives[monitor]
        before = self.lives.get(life.predecessor)
        if before is None or life.began - before.ended > INHERITED:
            return 0.0
        return self._outage(before.name, server, configuration, since, before.ended)

    def _down(self, monitor: str, server: int, configuration: int, moment: float) -> bool:
        return self._last(monitor, server, configuration, moment, PACE.fall, Verdict.OUTAGE)

    def _up(self, monitor: str, server: int, configuration: int, moment: float) -> bool:
        return self._last(monitor, server, configuration, moment, PACE.rise, Verdict.HEALTHY)

    def _last(
        self, monitor: str, server: int, configuration: int, moment: float, number: int, verdict: Verdict
    ) -> bool:
        """Whether so many results in a row, without a gap and up to now, said the same."""
        seen = [
            fact
            for fact in _of(self.facts[monitor, server][-50:], configuration, moment)
            if fact.verdict is not Verdict.NO_EVIDENCE and fact.ended - fact.started <= GAP
        ][-number:]
        ends = [*(fact.ended for fact in seen), moment]
        joined = all(after - before <= GAP + EPSILON for before, after in pairwise(ends))
        return len(seen) == number and joined and all(fact.verdict is verdict for fact in seen)

    def _judge_punctuality(self, event: Event, domain: WatchedDomain, since: float, needed: int) -> None:
        """I8, where nothing but servers failed, and only those of this domain: how late was it, by the evidence?"""
        others = [fault for fault in self.scenario.faults if fault.at <= event.at and fault.kind not in OF_A_SERVER]
        if others or self.scenario.domains > 1 or domain.interval < CONFIRMED or self._standby_failed(event):
            return
        old = domain.servers[event.from_role]
        counts = sorted(
            (self._outage(life.name, old.pk, old.configuration, since, event.at) for life in self.lives.values()),
            reverse=True,
        )
        own = self._outage(event.by, old.pk, old.configuration, since, event.at)
        late = min(own, counts[needed - 1]) - domain.interval
        self.lateness.append(late)
        if late > LATE + EPSILON:
            raise Violation(f"I8: switched {late:.2f} s late")

    def _standby_failed(self, event: Event) -> bool:
        server = 2 * event.domain - (event.to_role is Role.PRIMARY)
        return any(
            one.what == server and one.kind in OF_A_SERVER and one.at <= event.at for one in self.scenario.faults
        )

    def judge_liveness(self) -> None:
        """I8, when the run is over: every outage that had to be switched was."""
        for domain in self.database.domains.values():
            due = self._due(domain)
            if due is not None and due < self.scenario.length:
                raise Violation(f"I8: domain {domain.pk} had to be switched by {due:.2f} and was not")

    def _due(self, domain: WatchedDomain) -> float | None:
        """When the active server of a domain had to be left at the latest; None when it had not.

        From the moment at which the outage had begun, the last disturbance was over and everything was settled: the
        next probe and its deadline, the interval (or FALL probes), once more where the brake may hold, and what it
        takes until the others' word is heard.
        """
        pk, length, faults = domain.pk, self.scenario.length, self.scenario.faults
        old, new = domain.servers[domain.active], domain.servers[domain.active.other]
        bad = [one for one in faults if one.kind in OF_A_SERVER]
        out = [
            one for one in bad if one.what == old.pk and one.kind in (Kind.REFUSES, Kind.DARK) and one.until >= length
        ]
        waits = pk in self.database.flapping or pk in self.database.behind or pk in self.database.pauses
        if waits or not domain.automatic or not out or self.scenario.least > self.scenario.monitors:
            return None
        disturbed = max([0.0, *self._disturbances()])
        calm = max([0.0, *self.resets[pk], *(min(one.ended, one.until) for one in self.pauses[pk])])
        began = max(min(one.at for one in out), calm + HEARTBEAT + TICK, disturbed)
        counted = (
            began + PACE.period + PACE.timeout + max(domain.interval, CONFIRMED) * (1 + (self.scenario.domains > 1))
        )
        standby = max([0.0, *(one.until for one in bad if one.what == new.pk)])
        return max(counted, disturbed + SETTLED, standby + CONFIRMED) + LATE + PUBLISHED

    def _disturbances(self) -> list[float]:
        """When each thing that troubles monitors, their networks or the database is over."""
        ends = [one.until for one in self.scenario.faults if one.kind not in (*OF_A_SERVER, *OF_A_PERSON)]
        return [*ends, *(ended for _, _, ended in self.still)]


def _of(facts: list[Fact], configuration: int, moment: float) -> list[Fact]:
    return [fact for fact in facts if fact.configuration == configuration and fact.ended <= moment + EPSILON]


def outage(seen: list[Fact], since: float, moment: float, inherited: float = 0.0) -> float:
    """Seconds of outage that these probes show without a gap, up to a moment."""
    counted, began, last = inherited, None, None
    failures = successes = 0
    for fact in seen:
        if last is not None and fact.ended - last > GAP + EPSILON:
            counted, began, last, failures, successes = 0.0, None, None, 0, 0
        if fact.ended - fact.started > GAP + EPSILON:
            continue
        if fact.verdict is not Verdict.OUTAGE and began is not None and last is not None:
            counted, began = counted + max(0.0, last - max(began, since)), None
        if fact.verdict is Verdict.NO_EVIDENCE:
            continue
        if fact.verdict is Verdict.HEALTHY:
            successes, failures = successes + 1, 0
            counted = 0.0 if successes >= PACE.rise or last is None else counted
        else:
            successes, failures = 0, failures + 1
            began = fact.started if began is None else began
        last = fact.ended
    if began is not None and last is not None:
        until = moment if moment - last <= GAP + EPSILON else last
        counted += max(0.0, until - max(began, since))
    return counted
