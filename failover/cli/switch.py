"""`failover switch`: make the other server active by hand."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from appservers.models import Domain, Role
from common.tables import Row, rendered
from common.words import same_to_the_eye
from failover.cli.words import Exit, add_format, named_domain
from failover.clock import SystemClock
from failover.exceptions import Refusal, SwitchRefused
from failover.switch import switch_by_hand

HELP = "make the other server of a domain active"
COLUMNS = ("domain", "cause", "from", "to", "epoch", "actor", "reason", "forced")
CODES = {Refusal.CONFLICT: Exit.CONFLICT, Refusal.ALREADY_ACTIVE: Exit.ALREADY_ACTIVE}


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, the server, the reason and how sure the caller is."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--to", type=Role, choices=list(Role), help="primary or secondary; the standby without it")
    parser.add_argument("--reason", required=True, help="why; the next shift reads it in the history")
    parser.add_argument("--epoch", type=int, help="refuse unless the domain is still at this epoch")
    parser.add_argument("--force", action="store_true", help="even if the new server is not known to be up")
    parser.add_argument("--yes", action="store_true", help="do not ask for the domain's name")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Switch and print the event; exit codes 20, 21 and 22 tell why not."""
    domain = named_domain(options)
    to_role: Role = options["to"] or Role(domain.active_role).other
    if not options["yes"]:
        _confirm(domain, to_role)
    try:
        event = switch_by_hand(
            domain=domain,
            to_role=to_role,
            seen_epoch=domain.epoch if options["epoch"] is None else options["epoch"],
            actor_name=f"{getpass.getuser()} (command)",
            reason=options["reason"],
            force=options["force"],
            clock=SystemClock(),
        )
    except SwitchRefused as refused:
        code = CODES.get(Refusal(refused.code), Exit.REFUSED)
        raise CommandError(f"{domain.name}: {refused} [{refused.code}]", returncode=code) from refused
    row: Row = {
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


def _confirm(domain: Domain, to_role: Role) -> None:
    if not sys.stdin.isatty():
        raise CommandError("Nobody is there to confirm. Add --yes if the switch is meant.", returncode=Exit.WRONG_CALL)
    # On standard error: what is printed may go into a file.
    sys.stderr.write(
        f"{to_role.label} of {domain.name} becomes active; calls in progress drop. Type the domain's name: "
    )
    sys.stderr.flush()
    if not same_to_the_eye(sys.stdin.readline(), domain.name):
        raise CommandError("That is not the domain's name. Nothing was switched.", returncode=Exit.WRONG_CALL)
