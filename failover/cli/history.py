"""`failover history`: the switches that were made, latest first."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from common.tables import rendered
from failover.cli.words import Exit, add_format, named_domain
from failover.models import SwitchEvent

HELP = "list the switches of one domain, or of all, latest first"
COLUMNS = ("at", "domain", "epoch", "cause", "from", "to", "actor", "reason", "forced", "sentence")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, how many, and the format."""
    parser.add_argument("domain", nargs="?", help="name or slug; all domains without it")
    parser.add_argument("--limit", type=_above_zero, default=50, help="at most so many (50)")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Print the events; those of deleted domains appear under the name they had."""
    events = SwitchEvent.objects.all()
    if options["domain"] is not None:
        events = events.filter(domain=named_domain(options))
    rows = [
        {
            "at": event.at,
            "domain": event.domain_name,
            "epoch": event.epoch,
            "cause": event.cause,
            "from": event.from_role,
            "to": event.to_role,
            "actor": event.actor_name,
            "reason": event.reason,
            "forced": event.forced,
            "sentence": event.sentence,
        }
        for event in events[: options["limit"]]
    ]
    return rendered(rows, COLUMNS, options["format"], width=200), Exit.DONE


def _above_zero(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise ArgumentTypeError(f"“{text}” is not a number above 0")
    return int(text)
