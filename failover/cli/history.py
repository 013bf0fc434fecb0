"""`failover history`: the switches that were made, or refused, latest first."""

from argparse import ArgumentParser
from typing import Any

from common.tables import rendered
from failover.account import number
from failover.cli.words import Exit, above_zero, add_format, named_domain
from failover.models import SwitchEvent
from failover.selectors import refusals_under, switches_under

HELP = "list the switches of one domain, or of all, latest first"
COLUMNS = ("event", "at", "domain", "epoch", "cause", "from", "to", "actor", "reason", "forced", "sentence")
REFUSED = ("refusal", "at", "domain", "cause", "to", "actor", "reason", "code", "sentence")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, how many, and the format."""
    parser.add_argument("domain", nargs="?", help="name or slug; all domains without it")
    parser.add_argument("--refused", action="store_true", help="the switches that were refused instead, and why")
    parser.add_argument("--limit", type=above_zero, default=50, help="at most so many (50)")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Print the events; those of deleted domains appear under the name they had."""
    word: str | None = options["domain"]
    if options["refused"]:
        return _refused(options, word)
    events = SwitchEvent.objects.all() if word is None else switches_under(word)
    if word is not None and not events.exists():
        named_domain(options)  # raises unless there is such a domain
    rows = [
        {
            "event": event.pk,
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


def _refused(options: dict[str, Any], word: str | None) -> tuple[str, int]:
    refusals = refusals_under(word)
    if word is not None and not refusals.exists():
        named_domain(options)
    rows = [
        {
            "refusal": number(refusal),
            "at": refusal.at,
            "domain": refusal.domain_name,
            "cause": refusal.cause,
            "to": refusal.to_role,
            "actor": refusal.actor_name,
            "reason": refusal.reason,
            "code": refusal.code,
            "sentence": refusal.sentence,
        }
        for refusal in refusals[: options["limit"]]
    ]
    return rendered(rows, REFUSED, options["format"], width=200), Exit.DONE
