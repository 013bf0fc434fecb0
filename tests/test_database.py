"""The gate's two runs really use two kinds of database."""

import os

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_tests_run_on_the_database_that_the_gate_names() -> None:
    assert connection.vendor == os.environ.get("EXPECTED_DATABASE", "sqlite")
