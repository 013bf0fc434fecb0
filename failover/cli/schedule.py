"""`failover schedule`: have a server made active later, or take that back."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.timezone import get_default_timezone

from appservers.models import Domain, Role
from common.callers import caller
from common.tables import Row, rendered
from failover.cli.words import Exit, add_format, moment, named_domain, possible
from failover.clock import Clock, SystemClock
from failover.models import ScheduledSwitch
from failover.scheduling import cancel, schedule, waiting
from failover.windows import Window, at_a_time, next_window, night

HELP = "have a server made active at a time, or at night in a window; or take that back"
COLUMNS = ("domain", "to", "opens_at", "closes_at", "nightly", "scheduled_by", "reason", "cancelled")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, when, why."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--to", type=Role, choices=list(Role), help="primary or secondary; the standby without it")
    when = parser.add_mutually_exclusive_group(required=True)
    when.add_argument("--at", type=moment, help="when, such as 2026-03-01T02:00; it may wait 30 minutes for its server")
    when.add_argument("--nightly", metavar="HH:MM-HH:MM", help="a window of the night, tried until it is made")
    when.add_argument("--cancel", action="store_true", help="take back what is scheduled")
    parser.add_argument("--reason", default="", help="why; the next shift reads it in the history")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Schedule or cancel; exit code 20 when that is not possible."""
    domain, clock = named_domain(options), SystemClock()
    with possible(domain):
        row = waiting(domain)
        if options["cancel"]:
            cancel(domain=domain, actor_name=caller(), clock=clock)
        else:
            row = _scheduled(domain, options, clock)
    return rendered([_row(row, options["cancel"])] if row else [], COLUMNS, options["format"]), Exit.DONE


def _scheduled(domain: Domain, options: dict[str, Any], clock: Clock) -> ScheduledSwitch:
    opens_at, closes_at = _window(options, clock)
    return schedule(
        domain=domain,
        to_role=options["to"] or Role(domain.active_role).other,
        opens_at=opens_at,
        closes_at=closes_at,
        nightly=options["nightly"] is not None,
        reason=options["reason"],
        actor_name=caller(),
        clock=clock,
    )


def _window(options: dict[str, Any], clock: Clock) -> Window:
    if options["at"] is not None:
        return at_a_time(options["at"])
    try:
        return next_window(*night(options["nightly"]), clock.now(), get_default_timezone())
    except ValueError as error:
        raise CommandError(str(error), returncode=Exit.WRONG_CALL) from error


def _row(row: ScheduledSwitch, cancelled: bool) -> Row:
    return {
        "domain": row.domain_name,
        "to": row.to_role,
        "opens_at": row.opens_at,
        "closes_at": row.closes_at,
        "nightly": row.nightly,
        "scheduled_by": row.actor_name,
        "reason": row.reason,
        "cancelled": cancelled,
    }
