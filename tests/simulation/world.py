"""The truth: when which server answered whom, and what the clocks showed. Nothing in it knows the code under test."""

import heapq
import itertools
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from failover.observation import Reason
from failover.pace import Pace
from tests.simulation.scenario import OF_A_SERVER, Fault, Kind, Scenario

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
PACE = Pace()


class World:
    """God's time, what is to happen in it, and which faults last."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.now = scenario, 0.0
        self.dice = random.Random(scenario.seed ^ 0x5EED)  # noqa: S311  latencies, no secret
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()
        self._of: dict[Kind, list[Fault]] = {}
        for fault in scenario.faults:
            self._of.setdefault(fault.kind, []).append(fault)

    def at(self, moment: float, what: Callable[[], None]) -> None:
        """Let something happen."""
        heapq.heappush(self._agenda, (max(moment, self.now), next(self._number), what))

    def run(self, tell: Callable[[float], None]) -> None:
        """Let everything happen, in its order."""
        while self._agenda and self._agenda[0][0] <= self.scenario.length:
            self.now, _, happens = heapq.heappop(self._agenda)
            tell(self.now)
            happens()
        self.now = self.scenario.length

    def lasting(self, kind: Kind, *, who: int | None = None, what: int | None = None) -> bool:
        """Whether such a fault lasts now."""
        now = self.now
        return any(
            fault.at <= now < fault.until and (who is None or fault.who == who) and (what is None or fault.what == what)
            for fault in self._of.get(kind, ())
        )

    def answer(self, host: int, server: int) -> tuple[Reason, float]:
        """What a probe that starts now will be told, and after how many seconds."""
        if self.lasting(Kind.BLIND, who=host):
            return Reason.UNRESOLVED, 0.0
        if self.lasting(Kind.NETWORK_CUT, who=host) or self.lasting(Kind.LINK_CUT, who=host, what=server):
            return Reason.TIMEOUT, PACE.timeout
        for kind in OF_A_SERVER:
            if self.lasting(kind, what=server):
                return self._bad_answer(kind)
        return Reason.OK, self.dice.uniform(0.001, 0.05)

    def _bad_answer(self, kind: Kind) -> tuple[Reason, float]:
        if kind is Kind.REFUSES:
            return Reason.REFUSED, 0.001
        if kind is Kind.SLOW:
            late = self.dice.uniform(0.5, 2.5)
            return (Reason.OK, late) if late < PACE.timeout else (Reason.TIMEOUT, PACE.timeout)
        if kind is Kind.FLAPS and self.dice.random() < 0.4:
            return Reason.OK, 0.01
        return Reason.TIMEOUT, PACE.timeout


class Clocks:
    """One machine's clocks, as failover.clock wants them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._slept = 0.0
        self._set = 0.0
        self._read_before: float | None = None

    def monotonic(self) -> float:
        return 1000.0 + self._world.now - self._slept

    def boottime(self) -> float:
        if self._read_before is not None:
            read, self._read_before = self._read_before, None
            return read
        return 5000.0 + self._world.now

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=self._world.now + self._set)

    def was_read(self, boottime: float) -> None:
        """The next reading happened a while ago: what was to be done with it had to wait."""
        self._read_before = boottime

    def sleep(self, seconds: float) -> None:
        self._slept += seconds

    def set(self, seconds: float) -> None:
        self._set += seconds
