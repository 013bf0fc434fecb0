"""The words to PostgreSQL's planner hold for the queries inside, and for nothing else."""

import pytest
from django.db import connection, transaction

from common.planning import AS_WRITTEN, planned

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is told nothing"),
]


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW join_collapse_limit")
        value: str = cursor.fetchone()[0]
    return value


def test_they_end_with_the_query() -> None:
    usual = limit()
    with planned(AS_WRITTEN):
        assert limit() == "1"
    assert limit() == usual != "1"


def test_what_stands_in_a_transaction_is_planned_as_usual() -> None:
    usual = limit()
    with transaction.atomic(), planned(AS_WRITTEN):
        assert limit() == usual
