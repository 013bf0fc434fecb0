"""`failover confirm`: say which server is active after the database went back."""

from argparse import ArgumentParser
from typing import Any

from appservers.models import Role
from common.callers import caller
from common.tables import rendered
from failover.cli.words import Exit, add_format, confirm, named_domain, possible
from failover.clock import SystemClock
from failover.holds import confirm_active_server

HELP = "say which server is active after the database went back"
COLUMNS = ("domain", "active", "epoch", "confirmed_by", "note")


def add_arguments(parser: ArgumentParser) -> None:
    """The domain, the server, how that is known and how sure the caller is."""
    parser.add_argument("domain", help="name or slug")
    parser.add_argument("--active", type=Role, choices=list(Role), required=True, help="the server that clients use")
    parser.add_argument("--note", required=True, help="how you know; the next shift reads it in the history")
    parser.add_argument("--yes", action="store_true", help="do not ask for the domain's name")
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Confirm and print the new epoch; exit code 20 when there is nothing to confirm."""
    domain, active = named_domain(options), options["active"]
    if not options["yes"]:
        confirm(domain, f"{active.label} of {domain.name} counts as the active server.", "confirmation")
    with possible(domain):
        hold = confirm_active_server(
            domain=domain, active=active, actor_name=caller(), note=options["note"], clock=SystemClock()
        )
    domain.refresh_from_db()
    row = {
        "domain": domain.name,
        "active": domain.active_role,
        "epoch": domain.epoch,
        "confirmed_by": hold.cleared_by,
        "note": hold.note,
    }
    return rendered([row], COLUMNS, options["format"]), Exit.DONE
