"""pytest -p tests.only_database: run only what depends on the kind of database, for the second run of the gate."""

import pytest

FIXTURES = frozenset(
    {
        "db",
        "transactional_db",
        "django_db_reset_sequences",
        "live_server",
        "scratch_database",
        "ready_database",
        "installation",
    }
)
# What these look at in a browser is the same over any database; the main story, pausing and emergencies run on both.
LOOKS = frozenset(
    f"test_{name}.py"
    for name in ("pages", "past", "freshness", "test_now", "versions", "live", "keyboard", "single_keys")
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    touching = [item for item in items if touches_the_database(item) and not only_looks(item)]
    others = set(items) - set(touching)
    if others:
        config.hook.pytest_deselected(items=list(others))
        items[:] = touching


def touches_the_database(item: pytest.Item) -> bool:
    """Whether the test opens the database itself or through a fixture."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(FIXTURES & fixtures)


def only_looks(item: pytest.Item) -> bool:
    """Whether the test is of how pages look and behave in a browser."""
    return item.path.parent.name == "browser" and item.path.name in LOOKS
