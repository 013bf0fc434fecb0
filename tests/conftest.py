"""Fixtures of the tests that start real processes."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest


@pytest.fixture
def scratch_database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, of the kind that this run of the tests is for."""
    server = os.environ.get("DATABASE_URL", "")
    if os.environ.get("EXPECTED_DATABASE") != "postgresql":
        yield f"sqlite:///{tmp_path / 'scratch.sqlite3'}"
        return
    name = f"scratch_{uuid.uuid4().hex}"
    in_database(server, f"CREATE DATABASE {name}")
    yield urlsplit(server)._replace(path=f"/{name}").geturl()
    in_database(server, f"DROP DATABASE {name} WITH (FORCE)")


def in_database(server: str, statement: str) -> None:
    """Run a statement that allows no transaction around it."""
    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
