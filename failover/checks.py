"""System checks of the monitor's settings."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from failover.conf import pace


@register
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
    return problems
