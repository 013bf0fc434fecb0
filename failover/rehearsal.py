"""The real decision path over made-up results: what would happen, without a network, a clock or a database.

The drill plays an outage through it, the interval adviser the recorded ones.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from appservers.models import Role
from failover import health
from failover.board import Board, Orders, WatchedDomain
from failover.decision import Code, Decision, State
from failover.health import Status
from failover.observation import Observation, Reason
from failover.pace import Pace
from failover.peers import Peers, Watched
from failover.votes import Ballot, Quorum

WARM_UP = 2  # periods in which the servers are judged before anything happens

Answers = Callable[[Role, float], Reason]


@dataclass(frozen=True, slots=True)
class Step:
    """A decision that says something new, so many seconds after the beginning."""

    at: float
    decision: Decision


@dataclass(frozen=True, slots=True)
class Voters:
    """How many other monitors are live, each of which sees the same, and how many it takes."""

    others: int = 0
    quorum: Quorum = Quorum.MAJORITY
    least: int = 1


ALONE = Voters()


def rehearse(
    domain: WatchedDomain,
    answers: Answers,
    *,
    pace: Pace,
    start: datetime,
    seconds: float,
    orders: Orders | None = None,
    voters: Voters = ALONE,
) -> Iterator[Step]:
    """What the monitors would decide while the servers answer like that; ends with a switch, or after the time.

    `answers` says what a server answers so many seconds after `start`; before that both answer as they do at 0, apart
    from the active one, which is up.
    """
    stage = Stage(domain, answers, pace, start, orders, voters)
    stage.warm_up()
    before: tuple[State, Code] | None = None
    for at, decision in stage.play(seconds):
        said = (decision.state, decision.code)
        if said != before and at >= 0:
            yield Step(at, decision)
            before = said
        if decision.state is State.SWITCH:
            return


class Stage:
    """A monitor's mind and two servers that answer as told, probed at the real pace in a time of their own."""

    def __init__(
        self,
        domain: WatchedDomain,
        answers: Answers,
        pace: Pace,
        start: datetime,
        orders: Orders | None,
        voters: Voters,
    ) -> None:
        self._domain, self._answers, self._pace, self._start = domain, answers, pace, start
        self._board = Board(pace, quorum=voters.quorum, least=voters.least)
        self._board.peers = Echoes(self._board, pace, voters.others)
        self._board.adopt([domain], 0.0)
        if orders is not None:
            self._board.obey({domain.pk: orders}, 0.0)
        self._due = dict.fromkeys(domain.servers, 0.0)

    def warm_up(self) -> None:
        """Let both servers be judged as they are when it begins."""
        rise = self._pace.rise + self._pace.fall
        for number in range(-WARM_UP * rise, 0):
            moment = number * self._pace.period
            for role in self._domain.servers:
                self._see(role, moment, Reason.OK if role is self._domain.active else self._answers(role, 0.0))
            self._look(moment)

    def play(self, seconds: float) -> Iterator[tuple[float, Decision]]:
        """Every look at the domain: after each result, and at the moment for which a switch is announced."""
        now = 0.0
        while now <= seconds:
            for role in [role for role, due in self._due.items() if due <= now]:
                self._see(role, now, self._answers(role, now))
            decision = self._look(now)
            yield now, decision
            now = self._next(now, decision)

    def _see(self, role: Role, moment: float, reason: Reason) -> None:
        server = self._domain.servers[role]
        self._board.take([Observation(server.pk, server.configuration, reason, moment, moment)])
        urgent = server.pk in self._board.urgent(self._at(moment))
        self._due[role] = moment + (self._pace.quick if urgent else self._pace.period)

    def _look(self, moment: float) -> Decision:
        return self._board.look(self._domain.pk, monotonic=moment, now=self._at(moment))

    def _next(self, now: float, decision: Decision) -> float:
        waits = [due for due in self._due.values() if due > now]
        if decision.switch_at is not None and (left := (decision.switch_at - self._at(now)).total_seconds()) > 0:
            waits.append(now + left)
        return min(waits)

    def _at(self, moment: float) -> datetime:
        return self._start + timedelta(seconds=moment)


class Echoes(Peers):
    """Other monitors, each of which sees and counts what the one on the stage does."""

    def __init__(self, board: Board, pace: Pace, others: int) -> None:
        super().__init__(patience=pace.patience)
        self._board, self._limits, self._others = board, pace.limits, others

    def ballots(self, active: Watched, standby: Watched | None = None, *, now: float) -> list[Ballot]:
        down = self._board.status(active[0], now) is Status.DOWN
        up = standby is not None and self._board.status(standby[0], now) is Status.UP
        counted = health.evidence(self._board.tracks[active[0]], now, self._limits)
        return [Ballot(down, up, counted)] * self._others


def steady(answers: Mapping[Role, Reason]) -> Answers:
    """Servers that go on answering like that."""
    return lambda role, _: answers[role]
