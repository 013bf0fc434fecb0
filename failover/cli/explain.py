"""`failover explain`: why a switch was made, or refused; what it was decided on is decided on again."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from common.tables import rendered
from failover.account import account
from failover.cli.words import Exit, add_format
from failover.models import SwitchEvent, SwitchRefusal

HELP = "say why a switch was made or refused, and decide again on what it was decided on"
COLUMNS = ("part", "what", "holds", "words")


def add_arguments(parser: ArgumentParser) -> None:
    """The event and the format."""
    parser.add_argument(
        "event", help="the number of the event, as `failover history` prints it, or of a refusal (`history --refused`)"
    )
    add_format(parser)


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Explain; exit code 30 when another answer comes out, 31 when nothing was stored to decide on."""
    event = _found(options["event"])
    if event is None:
        raise CommandError(
            f"There is no event {options['event']}. `manage.py failover history` lists them by number.",
            returncode=Exit.WRONG_CALL,
        )
    explained = account(event)
    codes = {True: Exit.DONE, False: Exit.ANOTHER_ANSWER, None: Exit.NOTHING_STORED}
    rows = [asdict(line) for line in explained.lines]
    return rendered(rows, COLUMNS, options["format"], width=200), codes[explained.same]


def _found(word: str) -> SwitchEvent | SwitchRefusal | None:
    """The event of that number, or the refusal if an r stands before it."""
    digits = word.removeprefix("r")
    if not (digits.isdecimal() and digits.isascii() and len(digits) < 19):
        return None
    if digits != word:
        return SwitchRefusal.objects.filter(pk=int(digits)).first()
    return SwitchEvent.objects.filter(pk=int(digits)).first()
