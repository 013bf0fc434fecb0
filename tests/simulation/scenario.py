"""What goes wrong in a run, drawn from a seed: everything else in a run follows from it."""

import random
from dataclasses import dataclass, replace
from enum import StrEnum

from failover.votes import Quorum


class Kind(StrEnum):
    """What can happen. `who` is a monitor's host, `what` a server or a domain, `value` as the kind needs it."""

    REFUSES = "server refuses connections"
    DARK = "server drops packets"
    SLOW = "server answers late"
    FLAPS = "server answers now and then"
    LINK_CUT = "monitor cannot reach server"
    NETWORK_CUT = "monitor can reach no server"
    BLIND = "monitor can resolve no name"
    DATABASE_CUT = "monitor cannot reach the database"
    DATABASE_DOWN = "database is down"
    DATABASE_LOSES = "database fails over and loses the last switch"
    FREEZE = "monitor stands still"
    FREEZE_IN_SWITCH = "monitor stands still inside its next switch"
    SUSPEND = "monitor's machine sleeps"
    KILL = "monitor is killed and started again"
    STOP = "monitor is stopped and started again"
    CLOCK_STEP = "monitor's time of day is set"
    BY_HAND = "somebody switches by hand"
    BY_HAND_LATE = "somebody switches by hand on an old page"
    PAUSE = "somebody pauses"
    RESUME = "somebody resumes"
    INTERVAL = "somebody edits the interval"
    ENDPOINT = "somebody edits the server's address"
    AUTOMATIC = "somebody turns automatic failover off and on"
    ACKNOWLEDGE = "somebody clears what holds the domain"


OF_A_MONITOR = (
    Kind.NETWORK_CUT,
    Kind.BLIND,
    Kind.DATABASE_CUT,
    Kind.FREEZE,
    Kind.FREEZE_IN_SWITCH,
    Kind.SUSPEND,
    Kind.KILL,
    Kind.STOP,
    Kind.CLOCK_STEP,
)
OF_A_SERVER = (Kind.REFUSES, Kind.DARK, Kind.SLOW, Kind.FLAPS)
OF_A_PERSON = (
    Kind.BY_HAND,
    Kind.BY_HAND_LATE,
    Kind.PAUSE,
    Kind.RESUME,
    Kind.INTERVAL,
    Kind.ENDPOINT,
    Kind.AUTOMATIC,
    Kind.ACKNOWLEDGE,
)
INTERVALS = (0.0, 3.0, 8.0, 15.0, 30.0)
POINTS = (
    "sent",
    "decided",
    "lease locked",
    "domain locked",
    "read again",
    "decided again",
    "written",
    "age checked",
    "committed",
)
WARM = 12.0  # seconds in which nothing goes wrong, so that everything is judged once


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong, or that a person does, `at` so many seconds."""

    at: float
    kind: Kind
    who: int = 0
    what: int = 0
    seconds: float = 0.0
    value: float = 0.0
    point: str = ""

    @property
    def until(self) -> float:
        return self.at + self.seconds

    def __str__(self) -> str:
        words = f"{self.at:7.2f}  {self.kind}, monitor {self.who}, number {self.what}, {self.seconds:.2f} s"
        return f"{words}, {self.value:g} {self.point}".rstrip()


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Somebody who is told of all domains, or of one, from `joins` until `leaves`; `fails` of all tries do."""

    pk: int
    domain: int = 0
    joins: float = 0.0
    leaves: float = float("inf")
    fails: float = 0.0

    @property
    def all_domains(self) -> bool:
        return not self.domain

    def hears(self, kind: str) -> bool:
        """As failover.models.Subscriber."""
        return True


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run: who is there, for how long, and what goes wrong."""

    seed: int
    monitors: int
    intervals: tuple[float, ...]  # one a domain
    quorum: Quorum
    least: int
    length: float
    faults: tuple[Fault, ...]
    subscribers: tuple[Subscriber, ...] = ()

    @property
    def domains(self) -> int:
        return len(self.intervals)

    def without(self, fault: Fault) -> "Scenario":
        return replace(self, faults=tuple(one for one in self.faults if one is not fault))


def drawn(seed: int) -> Scenario:
    """The scenario of a seed."""
    dice = random.Random(seed)  # noqa: S311  a scenario, no secret
    monitors = dice.choice((1, 1, 2, 3, 3, 4, 5))
    domains = dice.choice((1, 1, 1, 2, 3, 5))
    intervals = tuple(dice.choice(INTERVALS) for _ in range(domains))
    story = dice.choice((_outages, _outages, _split, _mass, _anything))
    faults = sorted(story(dice, monitors, intervals), key=lambda fault: fault.at)
    ends = max((fault.until for fault in faults), default=WARM)
    return Scenario(
        seed=seed,
        monitors=monitors,
        intervals=intervals,
        quorum=dice.choice((Quorum.MAJORITY, Quorum.MAJORITY, Quorum.MAJORITY, Quorum.ALL)),
        least=dice.choice((1, 1, 1, min(2, monitors))),
        length=min(240.0, ends + 2 * max(intervals) + dice.uniform(5, 40)),
        faults=tuple(faults),
        subscribers=_subscribers(dice, domains),
    )


def _subscribers(dice: random.Random, domains: int) -> tuple[Subscriber, ...]:
    """Up to three who stay, and perhaps one that comes and one that goes in the middle of it all."""
    stay = [(0.0, float("inf"))] * dice.randint(0, 3)
    come_and_go = [(dice.uniform(WARM, 60), float("inf"))] * dice.randint(0, 1)
    come_and_go += [(0.0, dice.uniform(WARM, 60))] * dice.randint(0, 1)
    return tuple(
        Subscriber(pk, dice.choice((0, 0, dice.randint(1, domains))), joins, leaves, dice.choice((0.0, 0.0, 0.5)))
        for pk, (joins, leaves) in enumerate(stay + come_and_go, start=1)
    )


def _outages(dice: random.Random, monitors: int, intervals: tuple[float, ...]) -> list[Fault]:
    """Active servers go out for about their interval, and something else happens near the moment of the switch."""
    faults = []
    for domain, interval in enumerate(intervals, start=1):
        began = WARM + dice.uniform(0, 10)
        for _ in range(dice.choice((1, 1, 1, 2, 4))):
            lasts = interval + dice.choice((-1.0, 0.0, 2.0, 5.0, 20.0, 60.0)) + dice.uniform(0, 3)
            server = 2 * domain - dice.choice((1, 1, 1, 0))
            faults.append(Fault(began, dice.choice(OF_A_SERVER[:2]), 0, server, max(lasts, 1.0)))
            due = began + interval
            faults += [_one(dice, monitors, len(intervals), due) for _ in range(dice.choice((0, 0, 1, 2, 3)))]
            began += lasts + dice.uniform(0, 15)
    if dice.random() < 0.3:
        seconds, value, point = dice.choice((1.0, 4.0, 8.0, 30.0)), dice.choice((0.0, 1.0, 2.0)), dice.choice(POINTS)
        faults += [Fault(WARM, Kind.FREEZE_IN_SWITCH, who, 0, seconds, value, point) for who in range(monitors)]
    return faults


def _split(dice: random.Random, monitors: int, intervals: tuple[float, ...]) -> list[Fault]:
    """Some monitors, few or many, cannot reach an active server; then something else happens."""
    began, interval = WARM + dice.uniform(0, 10), intervals[0]
    lasts = interval + dice.uniform(0, 60)
    cut = dice.sample(range(monitors), dice.randint(1, monitors))
    faults = [Fault(began + dice.uniform(0, 3), Kind.LINK_CUT, host, 1, lasts) for host in cut]
    about = began + interval + dice.uniform(-5, 20)
    return faults + [_one(dice, monitors, len(intervals), about) for _ in range(dice.choice((1, 1, 2, 4)))]


def _mass(dice: random.Random, monitors: int, intervals: tuple[float, ...]) -> list[Fault]:
    """One monitor's network fails, or many servers do at once."""
    began, lasts = WARM + dice.uniform(0, 10), dice.uniform(1, 2.5 * max(intervals) + 20)
    if dice.random() < 0.5:
        faults = [Fault(began, Kind.NETWORK_CUT, dice.randrange(monitors), 0, lasts)]
    else:
        faults = [Fault(began, Kind.DARK, 0, 2 * domain - 1, lasts) for domain in range(1, len(intervals) + 1)]
    return faults + [_one(dice, monitors, len(intervals), began + lasts / 2) for _ in range(dice.choice((0, 1, 3)))]


def _anything(dice: random.Random, monitors: int, intervals: tuple[float, ...]) -> list[Fault]:
    return [_one(dice, monitors, len(intervals), WARM + dice.uniform(0, 60)) for _ in range(dice.randint(2, 14))]


def _one(dice: random.Random, monitors: int, domains: int, about: float) -> Fault:
    """Any fault, about that moment."""
    kind = dice.choice(list(Kind))
    at = max(WARM, about + dice.choice((dice.uniform(-0.4, 0.4), dice.uniform(-8, 4))))
    what = dice.randint(1, domains if kind in OF_A_PERSON and kind is not Kind.ENDPOINT else 2 * domains)
    seconds = dice.choice((dice.uniform(0.1, 3), dice.uniform(2, 20), dice.uniform(10, 60)))
    value = 0.0
    if kind is Kind.CLOCK_STEP:
        value = dice.choice((-3600.0, 3600.0, -1.5, 1.5, -20.0, 20.0))
    elif kind is Kind.INTERVAL:
        value = dice.choice(INTERVALS)
    elif kind in (Kind.FREEZE, Kind.FREEZE_IN_SWITCH):
        value = dice.choice((0.0, 0.0, 1.0, 2.0))  # the process alone, the machine, the machine asleep
    elif kind in (Kind.PAUSE, Kind.BY_HAND):
        value = float(dice.random() < 0.5)
    if kind in (*OF_A_PERSON, Kind.CLOCK_STEP, Kind.DATABASE_LOSES) and kind not in (Kind.PAUSE, Kind.AUTOMATIC):
        seconds = 0.0
    point = dice.choice(POINTS) if kind is Kind.FREEZE_IN_SWITCH else ""
    return Fault(at, kind, dice.randrange(monitors), what, seconds, value, point)
