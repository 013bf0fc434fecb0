"""`manage.py failover run | check | status | switch | history | pause | ...`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from failover.checks import SETTINGS
from failover.cli import (
    acknowledge,
    check,
    confirm,
    drill,
    explain,
    health,
    history,
    notices,
    pause,
    prune,
    resume,
    run,
    schedule,
    simulate,
    status,
    switch,
)

PARTS = {
    "run": run,
    "check": check,
    "status": status,
    "switch": switch,
    "history": history,
    "health": health,
    "notices": notices,
    "drill": drill,
    "simulate": simulate,
    "prune": prune,
    "explain": explain,
    "pause": pause,
    "resume": resume,
    "schedule": schedule,
    "acknowledge": acknowledge,
    "confirm": confirm,
}


class Command(BaseCommand):
    """Hands over to the part that was asked for, prints what it says and leaves with its exit code."""

    # All checks would load every page: 10 MB for as long as the monitor runs, and a third of a second for each command.
    requires_system_checks = [SETTINGS]
    help = f"The failover manager: {', '.join(PARTS)}. Exit codes are in docs/operations.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", metavar="|".join(PARTS), required=True)
        for name, part in PARTS.items():
            part.add_arguments(parts.add_parser(name, help=part.HELP, description=part.HELP))

    def handle(self, *args: Any, **options: Any) -> None:
        text, code = PARTS[options["part"]].handle(options)
        self.stdout.write(text)
        if code:
            sys.exit(code)
