"""The gate's two runs really use two kinds of database."""

import os

import pytest
from django.db import connection

from tests.processes import DEPLOYED, finished


@pytest.mark.django_db
def test_the_tests_run_on_the_database_that_the_gate_names() -> None:
    assert connection.vendor == os.environ.get("EXPECTED_DATABASE", "sqlite")


def test_a_database_in_use_goes_back_to_an_older_version_and_forward_again(scratch_database: str) -> None:
    steps = [("migrate",), ("migrate", "appservers", "0002"), ("migrate",)]
    for words in steps:
        done = finished("manage.py", *words, "-v0", **DEPLOYED, DATABASE_URL=scratch_database)
        assert done.returncode == 0, done.stderr[-2000:]
    refused = finished(
        "manage.py",
        "shell",
        "-v0",
        "-c",
        "from appservers.testing import pair; pair().servers.get(role='primary').delete()",
        **DEPLOYED,
        DATABASE_URL=scratch_database,
    )
    assert "the active server cannot be removed" in refused.stderr
