"""`manage.py failover run | check | status | switch | history`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from failover.cli import check, history, run, status, switch

PARTS = {"run": run, "check": check, "status": status, "switch": switch, "history": history}


class Command(BaseCommand):
    """Hands over to the part that was asked for, prints what it says and leaves with its exit code."""

    help = "The failover manager: watch, check, status, switch, history. Exit codes are in docs/operations.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", metavar="run|check|status|switch|history", required=True)
        for name, part in PARTS.items():
            part.add_arguments(parts.add_parser(name, help=part.HELP, description=part.HELP))

    def handle(self, *args: Any, **options: Any) -> None:
        text, code = PARTS[options["part"]].handle(options)
        self.stdout.write(text)
        if code:
            sys.exit(code)
