"""What god knows of a run: who lived when, what every probe saw, and what people did. FAILOVER.md section 7.

All times are god's. Evidence is counted anew here, from the probes as they happened; the code is never asked.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from failover.conf import HEARTBEAT, LEASE_TTL
from failover.observation import Verdict
from tests.simulation.prober import Fact
from tests.simulation.scenario import Kind, Scenario, Subscriber
from tests.simulation.world import PACE

GAP = PACE.limits.gap
EPSILON = 1e-6
INHERITED = LEASE_TTL + 3 * PACE.period + HEARTBEAT
SETTLED = 25.0  # what a lease, a ready monitor and fresh evidence take after a disturbance
READ = 1.5  # seconds after which a monitor has read what was written


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
    closed: float = float("inf")  # when a leader wrote down that it had ended by itself


@dataclass
class Subscribed:
    """A time in which somebody was to be told."""

    who: Subscriber
    began: float
    ended: float = float("inf")

    def of(self, domain: int, moment: float) -> bool:
        """Whether it was to be told of that domain then."""
        return self.began <= moment < self.ended and self.who.domain in (0, domain)


@dataclass
class Truth:
    """What happened."""

    scenario: Scenario
    lives: dict[str, Life] = field(default_factory=dict)
    still: list[tuple[int, float, float]] = field(default_factory=list)  # host, from, until
    pauses: defaultdict[int, list[Paused]] = field(default_factory=lambda: defaultdict(list))
    resets: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    edits: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))  # of the active server
    wall: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))  # how far a time of day is off
    facts: defaultdict[tuple[str, int], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    subscribed: list[Subscribed] = field(default_factory=list)
    timeline: list[tuple[float, str]] = field(default_factory=list)
    now: float = 0.0

    def said(self, text: str) -> None:
        self.timeline.append((self.now, text))

    def mute(self, host: int, since: float, until: float) -> bool:
        cuts = [
            (fault.at, fault.until)
            for fault in self.scenario.faults
            if fault.kind is Kind.DATABASE_CUT and fault.who == host
        ]
        still = [(began, ended) for who, began, ended in self.still if who == host]
        return any(began <= until and ended + 2.0 >= since for began, ended in cuts + still)

    def outage(self, monitor: str, server: int, configuration: int, since: float, moment: float) -> float:
        """Seconds of outage that this monitor observed without a gap, up to a moment."""
        seen = _of(self.facts[monitor, server], configuration, moment)
        return outage(seen, since, moment, self._inherited(monitor, server, configuration, since))

    def _inherited(self, monitor: str, server: int, configuration: int, since: float) -> float:
        """What the process before it on its machine had counted, if that was gone for a short time only."""
        life = self.lives[monitor]
        before = self.lives.get(life.predecessor)
        if before is None or life.began - before.ended > INHERITED:
            return 0.0
        return self.outage(before.name, server, configuration, since, before.ended)

    def down(self, monitor: str, server: int, configuration: int, moment: float) -> bool:
        return self._last(monitor, server, configuration, moment, PACE.fall, Verdict.OUTAGE)

    def up(self, monitor: str, server: int, configuration: int, moment: float) -> bool:
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
