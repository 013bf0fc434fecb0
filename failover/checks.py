"""System checks of the monitor's settings."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from failover.conf import LONGEST_HISTORY, history, pace
from failover.votes import Quorum

SETTINGS = "failover"  # the tag: what a command of the failover manager checks before it starts


@register(SETTINGS)
def check_pace(**_: Any) -> list[CheckMessage]:
    """The pace must be one that can be held."""
    wanted = pace()
    problems: list[CheckMessage] = []
    if min(wanted.period, wanted.quick, wanted.timeout) <= 0:
        problems.append(
            Error(
                "FAILOVER_PERIOD, FAILOVER_QUICK_PERIOD and FAILOVER_TIMEOUT must be above 0 seconds.",
                hint="The defaults are 2, 0.5 and 2.",
                id="failover.E001",
            )
        )
    if wanted.quick > wanted.period:
        problems.append(
            Error(
                "FAILOVER_QUICK_PERIOD is longer than FAILOVER_PERIOD.",
                hint="A failing server is checked more often than a healthy one, not less.",
                id="failover.E002",
            )
        )
    if min(wanted.fall, wanted.rise) < 1:
        problems.append(
            Error(
                "FAILOVER_FALL and FAILOVER_RISE must be at least 1.",
                hint="The defaults are 3 and 2.",
                id="failover.E003",
            )
        )
    if settings.FAILOVER_QUORUM not in list(Quorum):
        problems.append(
            Error(
                f"FAILOVER_QUORUM is {settings.FAILOVER_QUORUM!r}.",
                hint="Set it to majority or all.",
                id="failover.E004",
            )
        )
    if settings.FAILOVER_MONITORS < 1:
        problems.append(Error("FAILOVER_MONITORS must be at least 1.", hint="The default is 1.", id="failover.E005"))
    return problems


@register(SETTINGS)
def check_history(**_: Any) -> list[CheckMessage]:
    """History is kept for a day at least, and not for ever."""
    if timedelta(days=1) <= history() <= LONGEST_HISTORY:
        return []
    return [
        Error(
            f"FAILOVER_HISTORY_DAYS must be between 1 and {LONGEST_HISTORY.days}.",
            hint="The default is 32: the page shows up to 30 days.",
            id="failover.E006",
        )
    ]
