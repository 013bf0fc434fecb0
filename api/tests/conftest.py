"""Fixtures of the API's tests."""

import pytest

from api.auth import FAILURES
from api.seen import BUFFER
from api.snapshot import WATCHED
from api.tests.asking import Asking


@pytest.fixture
def asking(db: None) -> Asking:
    """Somebody whose token opens everything."""
    return Asking()


@pytest.fixture(autouse=True)
def _nothing_in_memory() -> None:
    """What other tests did in this process, and what their databases held, counts for nothing."""
    FAILURES.forget()
    WATCHED.forget()
    BUFFER.forget()
