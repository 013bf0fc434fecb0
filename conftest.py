"""Fixtures that all tests share."""

import sys
from collections.abc import Iterator

import pytest
from django.test import Client

from access.models import User
from access.testing import UserFactory, user_with_role


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that commit come last: they leave the database empty, without what the migrations put there.

    Those of the whole project come first: they start processes, and a long one at the end would leave a core idle.
    """
    items.sort(key=lambda item: (_commits(item), not item.nodeid.startswith("tests/")))


def _commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return marker is not None and bool(marker.kwargs.get("transaction"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def administrator(db: None) -> Client:
    """A browser in which somebody with the role Administrators is signed in; the user is `administrator`."""
    return signed_in(user_with_role("Administrators", "administrator"))


@pytest.fixture
def operator(db: None) -> Client:
    """The same with the role Operators; the user is `operator`."""
    return signed_in(user_with_role("Operators", "operator"))


@pytest.fixture
def support(db: None) -> Client:
    """The same with the role Support; the user is `support`."""
    return signed_in(user_with_role("Support", "support"))


@pytest.fixture
def nobody(db: None) -> Client:
    """The same without a role; the user is `nobody`."""
    return signed_in(UserFactory.create(username="nobody"))


@pytest.fixture
def untraced() -> Iterator[None]:
    """Without counting lines: what plays many thousand steps takes three times as long with it, and says no more."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)
