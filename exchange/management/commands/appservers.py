"""manage.py appservers export|diff|import: the configuration as a file, for keeping it in git."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.actions import acting
from common.callers import caller
from exchange.files import Form, too_large, written
from exchange.planning import Plan, in_words, plan
from exchange.selectors import state
from exchange.services import NotApplied, apply
from exchange.tree import MOST_PROBLEMS, Unfit

SAME, DIFFERS, FAILED = 0, 1, 2  # as diff(1) leaves


class Command(BaseCommand):
    help = "Exports and imports domains with their servers, rules and links. Exit codes are in docs/operations.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        export = parts.add_parser("export", help="write everything to a file, or as YAML to standard output")
        export.add_argument("file", nargs="?", type=Path, help="its name ends in .yaml, .json or .zip (CSV)")
        for name, what in (("diff", "say what an import would do"), ("import", "import a file: all of it, or nothing")):
            part = parts.add_parser(name, help=what)
            part.add_argument("file", type=Path, help="its name ends in .yaml, .json, .csv or .zip")
            part.add_argument("--prune", action="store_true", help="delete the domains that are not in the file")
        part.add_argument("--acknowledge", action="store_true", help="in spite of the warnings that diff shows")

    def handle(self, *, part: str, **options: Any) -> None:
        getattr(self, f"do_{part}")(**options)

    def do_export(self, *, file: Path | None, **_: Any) -> None:
        suffix = file.suffix.lower().removeprefix(".").replace("yml", "yaml") if file else Form.YAML
        if suffix not in list(Form):
            raise failed("The name of the file ends in none of .yaml, .json and .zip.")
        now = state()
        content = written(Form(suffix), now.catalogue, now.sites)
        if file is None:
            self.stdout.write(content.decode(), ending="")
            return
        try:
            file.write_bytes(content)
        except OSError as error:
            raise failed(f"{file} cannot be written: {error.strerror}.") from error

    def do_diff(self, *, file: Path, prune: bool, **_: Any) -> None:
        found = self.plan(file, prune)
        if not found.empty:
            sys.exit(DIFFERS)

    def do_import(self, *, file: Path, prune: bool, acknowledge: bool, **_: Any) -> None:
        found = self.plan(file, prune)
        if found.empty:
            self.stdout.write("Nothing differs.")
            return
        try:
            with acting(caller(), f"manage.py appservers import {file.name}"):
                apply(found, acknowledged=found.codes if acknowledge else ())
        except NotApplied as refused:
            raise failed(
                f"{refused} {'' if acknowledge else 'If it is meant, add --acknowledge.'}".strip()
            ) from refused
        self.stdout.write("Imported.")

    def plan(self, file: Path, prune: bool) -> Plan:
        """What the file would do, which is printed."""
        try:
            if reason := too_large(file.stat().st_size):
                raise failed(reason)
            found = plan(file.name, file.read_bytes(), prune=prune)
        except OSError as error:
            raise failed(f"{file} cannot be read: {error.strerror}.") from error
        except Unfit as unfit:
            lines = [str(problem) for problem in unfit.problems[:MOST_PROBLEMS]]
            more = len(unfit.problems) - len(lines)
            raise failed("\n".join([*lines, *([f"and {more} more"] if more else [])])) from unfit
        for line in in_words(found):
            self.stdout.write(line)
        return found


def failed(words: str) -> CommandError:
    """An error that leaves with the code of its own."""
    return CommandError(words, returncode=FAILED)
