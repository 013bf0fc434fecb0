"""Empty databases of both kinds, for as long as a benchmark runs, and plain connections to them."""

import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from tests import with_postgres
from tests.conftest import in_database

FILE = "sqlite:///"


@contextmanager
def sqlite() -> Iterator[str]:
    """The address of a file that is not there yet."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"{FILE}{Path(folder) / 'bench.sqlite3'}"


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a database on the server that the tests use."""
    with with_postgres.server() as url:
        name = f"bench_{uuid.uuid4().hex}"
        in_database(url, f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            in_database(url, f"DROP DATABASE {name} WITH (FORCE)")


DATABASES = {"SQLite": sqlite, "PostgreSQL": postgresql}


class Reader:
    """Reads a database beside whoever writes it, without Django."""

    def __init__(self, url: str) -> None:
        if url.startswith(FILE):
            self._connection: Any = sqlite3.connect(url.removeprefix(FILE), isolation_level=None, timeout=20)
        else:
            self._connection = psycopg2.connect(url)
            self._connection.autocommit = True

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        cursor = self._connection.cursor()
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    def close(self) -> None:
        self._connection.close()
