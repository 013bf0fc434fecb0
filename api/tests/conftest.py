"""Fixtures of the API's tests."""

from typing import Any

import pytest

from api.auth import FAILURES
from api.seen import BUFFER, WRITER
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


@pytest.fixture
def noting(settings: Any) -> None:
    """Who asks is collected; no thread writes it down."""
    WRITER.stop()
    settings.API_SIGHTINGS_EVERY = 5.0
