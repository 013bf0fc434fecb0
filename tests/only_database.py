"""pytest -p tests.only_database: run only what depends on the kind of database, for the second run of the gate."""

import pytest

FIXTURES = frozenset({"db", "transactional_db", "django_db_reset_sequences", "live_server", "scratch_database"})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    touching = [item for item in items if touches_the_database(item)]
    others = set(items) - set(touching)
    if others:
        config.hook.pytest_deselected(items=list(others))
        items[:] = touching


def touches_the_database(item: pytest.Item) -> bool:
    """Whether the test opens the database itself or through a fixture."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(FIXTURES & fixtures)
