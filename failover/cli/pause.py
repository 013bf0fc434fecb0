"""`failover pause`: let nothing switch by itself for a while."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from common.callers import caller
from common.tables import rendered
from failover.cli.words import Exit, add_format, moment, named_domain, possible
from failover.clock import SystemClock
from failover.pausing import pause
from failover.windows import duration

HELP = "let nothing switch by itself for a while; a pause that runs is replaced"
COLUMNS = ("domain", "paused_until", "paused_by", "reason")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, the reason and the end."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--reason", required=True, help="why; the next shift reads it beside the pause")
    end = parser.add_mutually_exclusive_group()
    end.add_argument("--until", type=moment, help="when it ends, such as 2026-03-01T06:00; without end otherwise")
    end.add_argument("--for", dest="length", type=_length, help="how long it lasts, such as 30m, 2h or 1d")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Pause and print until when; exit code 20 when that is not possible."""
    domain, clock = named_domain(options), SystemClock()
    until = options["until"] if options["length"] is None else clock.now() + options["length"]
    with possible(domain):
        made = pause(domain=domain, reason=options["reason"], actor_name=caller(), clock=clock, until=until)
    row = {
        "domain": domain.name,
        "paused_until": made.until,
        "paused_by": made.actor_name,
        "reason": made.reason,
    }
    return rendered([row], COLUMNS, options["format"]), Exit.DONE


def _length(text: str) -> timedelta:
    try:
        return duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
