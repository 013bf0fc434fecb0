"""Lease, vote and switch of two monitors, in every order in which their steps can happen; within bounds, all of them.

Sought: an epoch that is left twice, a commit in an old term, an old decision that is committed, one without the votes.

Time goes on in steps of TICK. A monitor that does not step while time goes on stands still, so freezes need no step of
their own. The lease, the vote, the decision and its age are the real rules; statements of the database are atomic.
"""

import copy
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from failover.automatic import check_age
from failover.conf import LEASE_TTL, OLDEST_DECISION
from failover.decision import Seen, Situation, State, decide
from failover.exceptions import SwitchRefused
from failover.health import Status
from failover.lease import Leadership, Row, Sight
from failover.pace import Pace
from failover.votes import Ballot, Quorum, count

TICK = 4.0  # the TTL is over after three, a decision is too old after two, a sign of life after two
EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
INTERVAL = 1.0
PATIENCE = Pace().patience

Key = tuple[object, ...]
Ways = dict[Key, tuple[Key | None, str]]  # the state before, and the step that led to this one


class Violation(AssertionError):
    """An order of steps that must not exist."""


@dataclass(frozen=True)
class Bounds:
    """How far it is explored: terms of the lease, restarts of monitors, changes of what one of them sees."""

    terms: int = 3
    restarts: int = 1
    turns: int = 0


GATE = (Bounds(), Bounds(terms=2, restarts=0, turns=1))
NIGHT = (*GATE, Bounds(terms=2, restarts=1, turns=1))


class Moment:
    """The one clock of the model, and the one row of the lease; set before each step."""

    def __init__(self) -> None:
        self.at = 0.0
        self.row = Row("", 0, 0)
        self.read_before: Row | None = None

    def monotonic(self) -> float:
        return self.at

    def boottime(self) -> float:
        return self.at

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self.at)

    def read(self) -> Row:
        return self.read_before or self.row

    def locked(self) -> Row:
        return self.row

    def renew(self, holder: str, term: int) -> bool:
        return self._write((self.row.holder, self.row.term) == (holder, term), self.row._replace(seq=self.row.seq + 1))

    def take(self, holder: str, seen: Row) -> bool:
        return self._write(seen[1:] == self.row[1:], Row(holder, self.row.term + 1, self.row.seq + 1))

    def give_back(self, holder: str, term: int) -> None:
        self._write((self.row.holder, self.row.term) == (holder, term), Row("", self.row.term, self.row.seq + 1))

    def _write(self, unmoved: bool, row: Row) -> bool:
        if unmoved:
            self.row = row
        return unmoved


MOMENT = Moment()


@dataclass(frozen=True)
class Monitor:
    """One of the two: its claim, what it read of the lease and has not acted on, and how far its switch has come."""

    claim: Leadership
    read: Row | None = None
    phase: str = "idle"
    decided_at: float = 0.0
    out: bool = True  # what it sees: the active server is out
    said: bool = False
    said_at: float = float("-inf")


@dataclass(frozen=True)
class World:
    """A state of everything."""

    at: float
    row: Row
    monitors: tuple[Monitor, Monitor]
    bounds: Bounds
    epoch: int = 0
    restarts: int = 0
    turns: int = 0

    def key(self) -> Key:
        """Equal for states that differ only in how late it is and how far the lease has been counted."""
        one, two = (self._key(monitor) for monitor in self.monitors)
        return self.row.holder, self.row.term, self.epoch, self.restarts, self.turns, one, two

    def _key(self, monitor: Monitor) -> Key:
        claim, switching = monitor.claim, monitor.phase != "idle"
        seen = None if monitor.read is None else monitor.read == self.row
        age = self._age(monitor.decided_at) if switching else None
        said = min(self._age(monitor.said_at), 2 * TICK)
        return claim.me, claim.term, *self._counts(claim), seen, monitor.phase, age, monitor.out, monitor.said, said

    def _counts(self, claim: Leadership) -> Iterator[object]:
        """What else a claim remembers: until when it is valid if it leads, what it saw of the lease if it does not."""
        for value in vars(claim).values():
            if isinstance(value, float) and claim.term is not None:
                yield max(-1.0, min(value - self.at, LEASE_TTL))
            elif isinstance(value, Sight) and claim.term is None:
                yield value.row == self.row, self._age(value.since)

    def _age(self, moment: float) -> float:
        return min(self.at - moment, LEASE_TTL)


def begin(bounds: Bounds, lease: type[Leadership] = Leadership) -> World:
    """Two monitors that know nothing, and a lease that nobody holds."""
    one, two = (Monitor(lease(me=name, clock=MOMENT, store=MOMENT)) for name in ("a0", "b0"))
    return World(0.0, Row("", 0, 0), (one, two), bounds)


def explored(first: World) -> int:
    """How many states there are. Raises Violation with the steps that lead to it."""
    ways: Ways = {first.key(): (None, "begin")}
    waiting = deque([first])
    while waiting:
        state = waiting.popleft()
        try:
            for step, after in steps(state):
                if (key := after.key()) not in ways:
                    ways[key] = (state.key(), step)
                    waiting.append(after)
        except Violation as violation:
            raise Violation(f"{violation}\n" + "\n".join(_way(ways, state.key()))) from None
    return len(ways)


def _way(ways: Ways, key: Key) -> list[str]:
    told: list[str] = []
    at: Key | None = key
    while at is not None:
        at, step = ways[at]
        told.append(step)
    return told[::-1]


def steps(world: World) -> Iterator[tuple[str, World]]:
    """Every step that can come next."""
    yield "time goes on", replace(world, at=world.at + TICK)
    for place in (0, 1):
        for step, after in _of_one(world, place):
            yield f"{'ab'[place]} {step}", after


def _of_one(world: World, place: int) -> Iterator[tuple[str, World]]:
    me, other = world.monitors[place], world.monitors[1 - place]
    blocked = other.phase == "locked"
    if world.turns < world.bounds.turns:
        yield "sees the opposite", replace(_put(world, place, replace(me, out=not me.out)), turns=world.turns + 1)
    if world.restarts < world.bounds.restarts:
        yield "is killed and starts anew", replace(_put(world, place, _restarted(me)), restarts=world.restarts + 1)
    if me.phase == "idle":
        yield from _idle(world, place, me, blocked)
    elif me.phase == "decided":
        if not blocked:
            yield "locks", _locks(world, place, me)
    else:
        yield "loses its transaction", _put(world, place, replace(me, phase="idle"))
        yield "commits", _commits(world, place, me)


def _idle(world: World, place: int, me: Monitor, blocked: bool) -> Iterator[tuple[str, World]]:
    said = replace(me, said=me.out, said_at=world.at)
    if me.claim.term is None and me.read is None:
        yield "reads the lease", _put(world, place, replace(said, read=world.row))
        return
    if not blocked and world.row.term <= world.bounds.terms:
        yield "steps", _stepped(world, place, replace(said, read=None), me.read)
    _at(world)
    if me.claim.valid and world.epoch == 0 and _wants(world, place):
        yield "decides", _put(world, place, replace(me, phase="decided", decided_at=world.at))


def _stepped(world: World, place: int, me: Monitor, read: Row | None) -> World:
    claim = copy.copy(me.claim)
    _at(world, read)
    claim.step()
    MOMENT.read_before = None
    return replace(_put(world, place, replace(me, claim=claim)), row=MOMENT.row)


def _locks(world: World, place: int, me: Monitor) -> World:
    """The checks of the switch, once the lease's row and the domain are locked."""
    _at(world)
    try:
        check_age(me.decided_at, MOMENT)
    except SwitchRefused:
        return _put(world, place, replace(me, phase="idle"))
    holds = me.claim.held_under_lock() and world.epoch == 0 and _wants(world, place)
    return _put(world, place, replace(me, phase="locked" if holds else "idle"))


def _commits(world: World, place: int, me: Monitor) -> World:
    _at(world)
    idle = replace(me, phase="idle")
    try:
        check_age(me.decided_at, MOMENT)
    except SwitchRefused:
        return _put(world, place, idle)
    if world.epoch != 0:
        raise Violation("epoch 0 was left twice")  # compare and set would refuse it; the locks alone suffice
    if (world.row.holder, world.row.term) != (me.claim.me, me.claim.term):
        raise Violation(f"{me.claim.me} committed in term {me.claim.term}, the lease is {world.row}")
    if world.at - me.decided_at > OLDEST_DECISION:
        raise Violation("an old decision was committed")
    return replace(_put(world, place, idle), epoch=1)


def _wants(world: World, place: int) -> bool:
    """The real decision on what this monitor sees and what the other one said last."""
    me, other = world.monitors[place], world.monitors[1 - place]
    ballots = [Ballot(me.out, True, INTERVAL if me.out else 0.0)]
    if world.at - other.said_at <= PATIENCE:
        ballots.append(Ballot(other.said, True, INTERVAL if other.said else 0.0))
    votes = count(ballots, interval=INTERVAL, quorum=Quorum.MAJORITY, least=1)
    status = Status.DOWN if me.out else Status.UP
    active = Seen("primary", status, failing=me.out, failures=3 * me.out, evidence=INTERVAL * me.out)
    situation = Situation(interval=INTERVAL, fall=3, active=active, standby=Seen("secondary", Status.UP), votes=votes)
    wants = decide(situation, None, MOMENT.now()).state is State.SWITCH
    if wants and not (me.out and (world.at - other.said_at > PATIENCE or other.said)):
        raise Violation("a decision without the majority")
    return wants


def _restarted(me: Monitor) -> Monitor:
    name = f"{me.claim.me[0]}{int(me.claim.me[1:]) + 1}"
    return Monitor(type(me.claim)(me=name, clock=MOMENT, store=MOMENT), out=me.out, said=me.said, said_at=me.said_at)


def _put(world: World, place: int, monitor: Monitor) -> World:
    pair = (monitor, world.monitors[1]) if place == 0 else (world.monitors[0], monitor)
    return replace(world, monitors=pair)


def _at(world: World, read: Row | None = None) -> None:
    MOMENT.at, MOMENT.row, MOMENT.read_before = world.at, world.row, read
