"""The judge: knows the truth and what was recorded, and never asks the code what it thought. FAILOVER.md section 7.

All times are god's. Evidence is counted anew here, from the probes as they happened.
"""

from collections import defaultdict

from appservers.models import Role
from failover.board import WatchedDomain
from failover.conf import HEARTBEAT, OLDEST_DECISION
from failover.lease import Row
from failover.votes import Quorum
from tests.simulation.database import IDLE_LIMIT, Database
from tests.simulation.history import History, Violation
from tests.simulation.judge_countdowns import CountdownJudge
from tests.simulation.judge_notices import NoticeJudge
from tests.simulation.prober import Fact
from tests.simulation.rows import Countdown, Event, Notice
from tests.simulation.scenario import OF_A_PERSON, OF_A_SERVER, Kind, Scenario
from tests.simulation.truth import EPSILON, READ, SETTLED, Life, Paused, Truth
from tests.simulation.world import PACE

PUBLISHED = HEARTBEAT + 0.3  # how old the word of a monitor may be that can speak
REMEMBERED = PACE.patience + HEARTBEAT + 0.3  # and of one that cannot
LATE = 0.25
FROZEN = IDLE_LIMIT + 3 * READ  # seconds after which one that knows better has frozen a domain, whoever had it locked
TICK = 0.1
CONFIRMED = PACE.fall * PACE.timeout + PACE.period  # seconds after which FALL probes have failed for certain


class Judge(Truth, History):
    """The verdict on what happened."""

    def __init__(self, scenario: Scenario, database: Database) -> None:
        super().__init__(scenario)
        self.database = database
        self.lateness: list[float] = []
        self.switches = 0
        self.epochs = dict.fromkeys(database.domains, 0)
        self.actives = dict.fromkeys(database.domains, Role.PRIMARY)
        self.given: dict[tuple[int, int], Event] = {}  # what components were told, by domain and epoch
        self.losses: dict[tuple[int, int], float] = {}
        self.unread: defaultdict[int, set[float]] = defaultdict(set)  # switches too brief to be read, and their losses
        self.notices = NoticeJudge(self, database)
        self.countdowns = CountdownJudge(self, database)
        database.history = self

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
        self.notices.switched(event)
        self.countdowns.switched(event)

    def opened(self, countdown: Countdown) -> None:
        self.countdowns.opened(countdown)

    def ended(self, countdown: Countdown) -> None:
        self.countdowns.ended(countdown)

    def expired(self, domain: int) -> None:
        limited = [pause for pause in self.pauses[domain] if pause.until < pause.ended == float("inf")]
        limited[-1].closed = self.now

    def delivered(self, notice: Notice) -> None:
        self.notices.delivered(notice)

    def lost(self, event: Event) -> None:
        """The database forgot this one."""
        self.said(f"the database lost epoch {event.epoch} of domain {event.domain}")
        self.epochs[event.domain], self.actives[event.domain] = event.epoch - 1, event.from_role
        if self.now - event.at <= READ:
            self.unread[event.domain] |= {event.at, self.now}
        self.losses[event.domain, event.epoch] = self.now
        self.countdowns.lost(event)
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
        read = life.began < before.at and lost - before.at > READ and not self.mute(life.host, before.at, lost)
        return life.name == before.by or (read and life.ended > lost and not self._database_fell(before.at, lost))

    def _spoke(self, life: Life, lost: float, moment: float) -> bool:
        """Whether it ran and reached the database for long enough after the loss to freeze the domain."""
        until = lost + FROZEN
        able = life.ended > until and not self.mute(life.host, lost, until)
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
        if not self.down(event.by, old.pk, old.configuration, moment):
            raise Violation(f"I2: {event.by} had no {PACE.fall} failures in a row of server {old.pk}")
        own = self.outage(event.by, old.pk, old.configuration, since, moment)
        if own < domain.interval - EPSILON:
            raise Violation(f"I2: {event.by} had {own:.2f} of {domain.interval} s of evidence")
        if not self.up(event.by, new.pk, new.configuration, moment):
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
        return life.began <= moment - heard and life.ended > moment and not self.mute(life.host, moment - heard, moment)

    def _agrees(self, life: Life, domain: WatchedDomain, event: Event, since: float) -> bool:
        """Whether it had the evidence, as far as its word can have been heard."""
        moment = event.judged_at
        back = REMEMBERED if self.mute(life.host, moment - REMEMBERED, moment) or life.ended <= moment else PUBLISHED
        if life.ended < moment - back:
            return False
        old, new = domain.servers[event.from_role], domain.servers[event.to_role]
        ends = [fact.ended for fact in self.facts[life.name, old.pk][-40:] if moment - back <= fact.ended <= moment]
        ends += [fact.ended for fact in self.facts[life.name, new.pk][-40:] if moment - back <= fact.ended <= moment]
        return any(
            self.outage(life.name, old.pk, old.configuration, since - back, then) + moment - then
            >= domain.interval - EPSILON
            and self.up(life.name, new.pk, new.configuration, then)
            for then in [moment, moment - back, *ends, *(end - EPSILON for end in ends)]
        )

    def _judge_punctuality(self, event: Event, domain: WatchedDomain, since: float, needed: int) -> None:
        """I8, where nothing but servers failed, and only those of this domain: how late was it, by the evidence?"""
        others = [fault for fault in self.scenario.faults if fault.at <= event.at and fault.kind not in OF_A_SERVER]
        if others or self.scenario.domains > 1 or domain.interval < CONFIRMED or self._standby_failed(event):
            return
        old = domain.servers[event.from_role]
        counts = sorted(
            (self.outage(life.name, old.pk, old.configuration, since, event.at) for life in self.lives.values()),
            reverse=True,
        )
        own = self.outage(event.by, old.pk, old.configuration, since, event.at)
        late = min(own, counts[needed - 1]) - domain.interval
        self.lateness.append(late)
        if late > LATE + EPSILON:
            raise Violation(f"I8: switched {late:.2f} s late")

    def _standby_failed(self, event: Event) -> bool:
        server = 2 * event.domain - (event.to_role is Role.PRIMARY)
        return any(
            one.what == server and one.kind in OF_A_SERVER and one.at <= event.at for one in self.scenario.faults
        )

    def judge_end(self) -> None:
        """What must hold when the run is over and everything that waited was delivered."""
        for pk, domain in self.database.domains.items():
            if (domain.epoch, domain.active) != (self.epochs[pk], self.actives[pk]):
                raise Violation(f"I6: domain {pk} changed without an event")
        self.judge_liveness()
        self.notices.judge_end()
        self.countdowns.judge_end()

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
