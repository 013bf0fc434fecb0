"""`failover resume`: let it switch by itself again."""

from argparse import ArgumentParser
from typing import Any

from common.callers import caller
from common.tables import rendered
from failover.cli.words import Exit, add_format, named_domain, possible
from failover.clock import SystemClock
from failover.pausing import resume

HELP = "end the pause of a domain; a full interval must pass before anything switches by itself"
COLUMNS = ("domain", "resumed_by")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain."""
    parser.add_argument("domain", help="name or slug")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Resume; exit code 20 when it is not paused."""
    domain, actor_name = named_domain(options), caller()
    with possible(domain):
        resume(domain=domain, actor_name=actor_name, clock=SystemClock())
    return rendered([{"domain": domain.name, "resumed_by": actor_name}], COLUMNS, options["format"]), Exit.DONE
