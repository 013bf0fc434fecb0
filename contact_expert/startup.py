"""Faults that an administrator meets when a process starts, told in a sentence."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

EXIT_NOT_STARTED = 3


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """Turn a missing setting or an absent database into one line on standard error and exit code 3."""
    try:
        yield
    except ImproperlyConfigured as error:
        stop(str(error))
    except OperationalError as error:
        stop(f"{database_address()} does not answer: {first_line(error)}. Start it, or mend DATABASE_URL.")


def stop(sentence: str) -> NoReturn:
    """Print the sentence and leave."""
    sys.stderr.write(f"contact-expert: {sentence}\n")
    sys.exit(EXIT_NOT_STARTED)


def first_line(error: OperationalError) -> str:
    """The database's own words, which may run over several lines, without the rest."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def database_address() -> str:
    """The database by kind and place; never its user or password."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        return f"The database file {database['NAME']}"
    return f"The database {database['NAME']} at {database['HOST'] or 'the local socket'}:{database['PORT'] or 5432}"
