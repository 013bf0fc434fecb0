"""The monitor's settings, read once per process."""

from dataclasses import dataclass

from django.conf import settings

from failover.health import Limits

LEASE_TTL = 10.0
LEASE_RENEWAL = 3.0
OLDEST_DECISION = 5.0
HEARTBEAT = 1.0
HEARTBEAT_LOST = 6.0
LATE = 1.0  # seconds after its time from which a check is worth a warning


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long servers are probed, in seconds, and how many results make a verdict."""

    period: float = 2.0
    quick: float = 0.5
    timeout: float = 2.0
    fall: int = 3
    rise: int = 2

    @property
    def limits(self) -> Limits:
        """A gap is no result for two periods and the deadline."""
        return Limits(fall=self.fall, rise=self.rise, gap=2 * self.period + self.timeout)


def pace() -> Pace:
    """The pace that the settings ask for."""
    return Pace(
        period=settings.FAILOVER_PERIOD,
        quick=settings.FAILOVER_QUICK_PERIOD,
        timeout=settings.FAILOVER_TIMEOUT,
        fall=settings.FAILOVER_FALL,
        rise=settings.FAILOVER_RISE,
    )
