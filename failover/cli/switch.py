"""`failover switch`: make the other server active by hand, or say what that would do."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from appservers.models import Domain, Role
from common.callers import caller
from common.tables import rendered
from failover.cli import dry_run
from failover.cli.words import Exit, add_format, certain, confirm, named_domain, refusal_code
from failover.clock import SystemClock
from failover.exceptions import SwitchRefused
from failover.models import SwitchEvent
from failover.switch import switch_by_hand

HELP = "make the other server of a domain active"
COLUMNS = ("domain", "cause", "from", "to", "epoch", "actor", "reason", "forced")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, the server, the reason and how sure the caller is."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--to", type=Role, choices=list(Role), help="primary or secondary; the standby without it")
    why = parser.add_mutually_exclusive_group(required=True)
    why.add_argument("--reason", help="why; the next shift reads it in the history")
    why.add_argument(
        "--dry-run", action="store_true", help="do nothing; say what would happen, and what would be refused"
    )
    parser.add_argument("--epoch", type=int, help="refuse unless the domain is still at this epoch")
    parser.add_argument("--force", action="store_true", help="even if the new server is not known to be up")
    parser.add_argument("--yes", action="store_true", help="do not ask for the domain's name")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Switch and print the event; exit codes 20 to 23 tell why not."""
    domain = named_domain(options)
    to_role: Role = options["to"] or Role(domain.active_role).other
    if options["dry_run"]:
        return dry_run.handle(domain, to_role, options)
    if not options["yes"]:
        confirm(domain, f"{to_role.label} of {domain.name} becomes active; calls in progress drop.", "switch")
    with certain():
        event = _switched(domain, to_role, options)
    row = {
        "domain": event.domain_name,
        "cause": event.cause,
        "from": event.from_role,
        "to": event.to_role,
        "epoch": event.epoch,
        "actor": event.actor_name,
        "reason": event.reason,
        "forced": event.forced,
    }
    return rendered([row], COLUMNS, options["format"]), Exit.DONE


def _switched(domain: Domain, to_role: Role, options: dict[str, Any]) -> SwitchEvent:
    try:
        return switch_by_hand(
            domain=domain,
            to_role=to_role,
            seen_epoch=domain.epoch if options["epoch"] is None else options["epoch"],
            actor_name=caller(),
            reason=options["reason"],
            force=options["force"],
            clock=SystemClock(),
        )
    except SwitchRefused as refused:
        raise CommandError(f"{domain.name}: {refused} [{refused.code}]", returncode=refusal_code(refused)) from refused
