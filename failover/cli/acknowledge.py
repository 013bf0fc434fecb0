"""`failover acknowledge`: a person looked at why a domain flapped; it may switch by itself again."""

from argparse import ArgumentParser
from typing import Any

from common.callers import caller
from common.tables import rendered
from failover.cli.words import Exit, add_format, named_domain, possible
from failover.clock import SystemClock
from failover.holds import acknowledge_flapping

HELP = "let a domain that flapped switch by itself again"
COLUMNS = ("domain", "held_since", "acknowledged_by", "note")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain and what was found."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--note", required=True, help="what you found; the next shift reads it in the history")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Acknowledge; exit code 20 when there is nothing to acknowledge."""
    domain = named_domain(options)
    with possible(domain):
        hold = acknowledge_flapping(domain=domain, actor_name=caller(), note=options["note"], clock=SystemClock())
    row = {
        "domain": domain.name,
        "held_since": hold.since,
        "acknowledged_by": hold.cleared_by,
        "note": hold.note,
    }
    return rendered([row], COLUMNS, options["format"]), Exit.DONE
