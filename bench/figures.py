"""What is checked in a benchmark of checkers, and what comes out of a run."""

from collections.abc import Callable
from dataclasses import dataclass

TIMEOUT = 2000  # milliseconds


@dataclass(frozen=True)
class Figures:
    """One run of one checker: results, wall and CPU seconds, memory in MB; `false` where it cannot be reckoned."""

    good: int
    bad: int
    wall: float
    cpu: float
    rss: float
    false: int | None = None

    @property
    def checks(self) -> int:
        return self.good + self.bad

    @property
    def cost(self) -> float:
        """CPU milliseconds a check."""
        return 1000 * self.cpu / self.checks


@dataclass(frozen=True)
class Setting:
    """What is checked: how many targets, by which kind, and whether every so-many-th is a black hole."""

    kind: str
    targets: int
    hole_every: int

    @property
    def rounds(self) -> int:
        """Enough for a run of a second or two."""
        return max(1, 50_000 // self.targets)

    @property
    def holes(self) -> int:
        """How many of the targets are black holes."""
        return -(-self.targets // self.hole_every) if self.hole_every else 0

    @property
    def title(self) -> str:
        return f"{self.kind}, {self.targets} targets" + (", 1 % black holes" if self.hole_every else "")

    def false_results(self, figures: Figures) -> int:
        """Healthy targets that were called dead; a checker that ran a little over its rounds has met more holes."""
        if figures.false is not None:
            return figures.false
        return max(0, round(figures.bad - self.holes * figures.checks / self.targets - 1))


Checker = Callable[[Setting], Figures]
