"""Faults that an administrator meets when a process starts, told in a sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError

EXIT_NOT_STARTED = 3
NO_SUCH_TABLE = ("no such table", "no such column", "does not exist")


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """Turn a missing setting or an absent database into one line on standard error and exit code 3."""
    try:
        yield
    except ImproperlyConfigured as error:
        stop(str(error))
    except OperationalError as error:
        stop(old_tables() if of_old_tables(error) else f"{answer(error)} {advice()}")
    except ProgrammingError as error:
        if not of_old_tables(error):
            raise
        stop(old_tables())


def stop(sentence: str) -> NoReturn:
    """Print the sentence and leave."""
    sys.stderr.write(f"contact-expert: {sentence}\n")
    sys.exit(EXIT_NOT_STARTED)


def of_old_tables(error: Exception) -> bool:
    """Whether the database answers, but lacks a table or column. PostgreSQL says `relation ... does not exist`."""
    line = first_line(error)
    return any(words in line for words in NO_SUCH_TABLE) and not line.startswith(("connection", "FATAL"))


def old_tables() -> str:
    return f"{database_address()} has not the tables of this version. Run: manage.py migrate"


def answer(error: Exception) -> str:
    """What the database said, as a sentence."""
    return f"{database_address()} cannot be used: {first_line(error)}."


def advice() -> str:
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return "Mend the file's or its folder's permissions, or name another in DATABASE_URL."
    return "Start it, or mend DATABASE_URL."


def first_line(error: Exception) -> str:
    """The database's own words, which may run over several lines, without the rest."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def database_address() -> str:
    """The database by kind and place; never its user or password."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return f"The database file {database['NAME']}"
    return f"The database {database['NAME']} at {database['HOST'] or 'the local socket'}:{database['PORT'] or 5432}"
