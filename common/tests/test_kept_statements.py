"""What PostgreSQL keeps of prepared queries is used where it is there, and made where it is not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DataError, connection

from appservers.models import Domain
from appservers.testing import pair
from common.prepared import Prepared

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps no statements"),
]


@pytest.fixture
def asked() -> Callable[[str, int], list[str]]:
    """Slugs of domains, by name or beyond an epoch."""
    pair(name="100 % “Győr”", slug="gyor", epoch=3)
    pair(name="Wien", slug="wien", epoch=5)
    query = Domain.objects.order_by("slug").values_list("slug")
    prepared = Prepared((query.filter(name="\ue000") | query.filter(epoch__gt=10**6)).exclude(slug="50 % off"))
    return lambda name, epoch: [slug for (slug,) in prepared.rows({10**6: epoch, "\ue000": name, "unused": 1})]


def sql(words: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(words)
        return list(cursor.fetchall()) if cursor.description else []


def test_it_is_told_once_on_a_connection(
    asked: Callable[[str, int], list[str]], django_assert_num_queries: Any
) -> None:
    connection.close()
    with django_assert_num_queries(3) as told:
        assert asked("100 % “Győr”", 9) == ["gyor"]
        assert asked("", 4) == ["wien"]
        assert asked("Wien", 2) == ["gyor", "wien"]
    assert [query["sql"].split()[0] for query in told.captured_queries] == ["PREPARE", "EXECUTE", "EXECUTE"]


def test_a_connection_that_lost_it_is_told_again(asked: Callable[[str, int], list[str]]) -> None:
    assert asked("", 4) == ["wien"]
    sql("DEALLOCATE ALL")
    assert asked("", 4) == ["wien"]
    assert len(sql("SELECT name FROM pg_prepared_statements")) == 1


def test_a_connection_that_has_it_of_somebody_else_does_it_as_well(asked: Callable[[str, int], list[str]]) -> None:
    assert asked("", 4) == ["wien"]
    ((statement,),) = sql("SELECT statement FROM pg_prepared_statements")
    connection.close()
    sql(statement.split("; ")[0])
    assert asked("", 4) == ["wien"]


def test_a_column_that_a_migration_changed_meanwhile_is_read_as_it_is() -> None:
    Group.objects.create(name="Night shift")
    prepared = Prepared(Group.objects.filter(name="\ue000").values_list("name"))
    assert prepared.rows({"\ue000": "Night shift"}) == [("Night shift",)]
    for length in (99, 150):
        sql(f"ALTER TABLE auth_group ALTER COLUMN name TYPE varchar({length})")
        assert prepared.rows({"\ue000": "Night shift"}) == [("Night shift",)]


def test_any_other_fault_is_the_askers(asked: Callable[[str, int], list[str]], django_assert_num_queries: Any) -> None:
    assert asked("", 4) == ["wien"]
    with django_assert_num_queries(1), pytest.raises(DataError):
        asked("", 10**30)
    assert asked("", 4) == ["wien"]
