"""How often and how long servers are probed. Pure: the probe engine's process needs no Django for it."""

from dataclasses import dataclass

from failover.health import Limits

HEARTBEAT = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long servers are probed, in seconds, and how many results make a verdict."""

    period: float = 2.0
    quick: float = 0.5
    timeout: float = 2.0
    fall: int = 3
    rise: int = 2

    @property
    def patience(self) -> float:
        """How long another monitor may be without a sign of life and count as live."""
        return 2 * self.period

    @property
    def heartbeat(self) -> float:
        """How often a monitor gives a sign of life."""
        return min(HEARTBEAT, self.period / 2)

    @property
    def limits(self) -> Limits:
        """A gap is no result for two periods and the deadline."""
        return Limits(fall=self.fall, rise=self.rise, gap=2 * self.period + self.timeout)
