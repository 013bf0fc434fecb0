"""Fixtures of the tests that start real processes."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.processes import DEPLOYED, finished


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is here starts real processes or plays many runs: to measure coverage meanwhile would cost minutes."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("no_cover")


@pytest.fixture
def scratch_database(tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, of the kind that this run of the tests is for."""
    with new_database(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database with all tables and nothing else in it, to make copies of."""
    with new_database(tmp_path_factory.mktemp("migrated")) as url:
        done = finished("manage.py", "migrate", "-v0", **DEPLOYED, DATABASE_URL=url)
        assert done.returncode == 0, done.stderr
        yield url


@pytest.fixture
def ready_database(tmp_path: Path, migrated_database: str) -> Iterator[str]:
    """The address of a database with all tables, for this test alone; to migrate each anew would take seconds."""
    with new_database(tmp_path, like=migrated_database) as url:
        yield url


@contextmanager
def new_database(folder: Path, like: str = "") -> Iterator[str]:
    """The address of a database, empty or a copy of another one; on PostgreSQL it goes afterwards."""
    if os.environ.get("EXPECTED_DATABASE") != "postgresql":
        path = folder / "scratch.sqlite3"
        if like:
            shutil.copy(like.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
        return
    server, name = os.environ.get("DATABASE_URL", ""), f"scratch_{uuid.uuid4().hex}"
    template = f" TEMPLATE {urlsplit(like).path.removeprefix('/')}" if like else ""
    in_database(server, f"CREATE DATABASE {name}{template}")
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
