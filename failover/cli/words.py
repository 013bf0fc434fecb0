"""What the subcommands share: exit codes, the domain a person named, and printing."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.core.management.base import CommandError
from django.utils.timezone import get_default_timezone

from appservers.models import Domain
from appservers.selectors import find_domain
from common.tables import Format
from common.words import same_to_the_eye
from failover.exceptions import NotPossible, Refusal, SwitchRefused, SwitchUncertain


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
    UNCERTAIN = 23
    ANOTHER_ANSWER = 30
    NOTHING_STORED = 31
    INTERRUPTED = 130


def refusal_code(refused: SwitchRefused) -> Exit:
    """The exit code of a switch that was refused."""
    return {Refusal.CONFLICT: Exit.CONFLICT, Refusal.ALREADY_ACTIVE: Exit.ALREADY_ACTIVE}.get(
        Refusal(refused.code), Exit.REFUSED
    )


@contextmanager
def certain() -> Iterator[None]:
    """A switch of which nobody can say yet whether it was made, as a line and exit code 23."""
    try:
        yield
    except SwitchUncertain as uncertain:
        raise CommandError(str(uncertain), returncode=Exit.UNCERTAIN) from uncertain


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


@contextmanager
def possible(domain: Domain) -> Iterator[None]:
    """What the services refuse, as a line and exit code 20."""
    try:
        yield
    except NotPossible as refused:
        raise CommandError(f"{domain.name}: {refused}", returncode=Exit.REFUSED) from refused


def moment(text: str) -> datetime:
    """A point in time in ISO 8601, by the site's clocks unless it says otherwise."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is no time. Write it as 2026-03-01T02:00.") from error
    return given if given.tzinfo else given.replace(tzinfo=get_default_timezone())


def confirm(domain: Domain, question: str, meant: str) -> None:
    """Ask a person to type the domain's name; exit code 2 when nobody is there or it is another word.

    `question` says what follows, `meant` what is not done otherwise, such as "the switch".
    """
    if not sys.stdin.isatty():
        raise CommandError(
            f"Nobody is there to confirm. Add --yes if the {meant} is meant.", returncode=Exit.WRONG_CALL
        )
    # On standard error: what is printed may go into a file.
    sys.stderr.write(f"{question} Type the domain's name: ")
    sys.stderr.flush()
    if not same_to_the_eye(sys.stdin.readline(), domain.name):
        raise CommandError("That is not the domain's name. Nothing was done.", returncode=Exit.WRONG_CALL)


def above_zero(text: str) -> int:
    """A whole number of 1 or more."""
    if not text.isdigit() or int(text) == 0:
        raise ArgumentTypeError(f"“{text}” is not a number above 0")
    return int(text)
