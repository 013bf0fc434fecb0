"""What the subcommands share: exit codes, the domain a person named, and printing."""

from argparse import ArgumentParser
from enum import IntEnum
from typing import Any

from django.core.management.base import CommandError

from appservers.models import Domain
from appservers.selectors import find_domain
from common.tables import Format


class Exit(IntEnum):
    """Exit codes; docs/operations.md lists them. 3 is a start that failed (settings, database)."""

    DONE = 0
    WRONG_CALL = 2
    NOT_STARTED = 3
    NOT_ANSWERING = 10
    NOT_CHECKED = 11
    REFUSED = 20
    CONFLICT = 21
    ALREADY_ACTIVE = 22


def add_format(parser: ArgumentParser) -> None:
    """The option --format."""
    parser.add_argument(
        "--format", type=Format, choices=list(Format), default=Format.TABLE, help="table (default), json or csv"
    )


def named_domain(options: dict[str, Any]) -> Domain:
    """The domain that was named; exit code 2 with a clear line when there is none."""
    word: str = options["domain"]
    if (domain := find_domain(word)) is not None:
        return domain
    raise CommandError(
        f"There is no domain “{word}”. `manage.py failover status` lists them by name.", returncode=Exit.WRONG_CALL
    )
