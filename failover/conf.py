"""The monitor's settings, read once per process."""

from datetime import timedelta

from django.conf import settings

from failover.pace import HEARTBEAT as HEARTBEAT
from failover.pace import Pace as Pace
from failover.votes import Quorum

LEASE_TTL = 10.0
LEASE_RENEWAL = 3.0
OLDEST_DECISION = 5.0
HEARTBEAT_LOST = 6.0
REREAD_ANYWAY = 30.0
LONGEST_HISTORY = timedelta(days=3660)
LATE = 1.0  # seconds after its time from which a check is worth a warning


def quorum() -> Quorum:
    """Who must agree before anything switches by itself."""
    return Quorum(settings.FAILOVER_QUORUM)


def least_monitors() -> int:
    """How many live monitors that takes at least."""
    return int(settings.FAILOVER_MONITORS)


def pace() -> Pace:
    """The pace that the settings ask for."""
    return Pace(
        period=settings.FAILOVER_PERIOD,
        quick=settings.FAILOVER_QUICK_PERIOD,
        timeout=settings.FAILOVER_TIMEOUT,
        fall=settings.FAILOVER_FALL,
        rise=settings.FAILOVER_RISE,
    )


def history() -> timedelta:
    """How long changes of health and the minutes of servers are kept."""
    return timedelta(days=settings.FAILOVER_HISTORY_DAYS)


def email_is_set_up() -> bool:
    """Whether there is a mail server to send notices by."""
    return bool(settings.EMAIL_IS_SET_UP)
