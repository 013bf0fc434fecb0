"""Deletions among rows that others write all the time, in an order that nobody can foresee."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

LOCK_WAIT = 0.1  # PostgreSQL looks for circles after a second, and then ends the one or the other
AGAIN = 0.05
PATIENCE = 10.0
LOCK_NOT_AVAILABLE = "55P03"
T = TypeVar("T")


def untangled(
    act: Callable[[], T], *, pause: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
) -> T:
    """Do it inside the transaction that is open, again and again until all rows are free at once.

    Who waits for a row lets go of all others within LOCK_WAIT, so that no two wait in a circle. After PATIENCE the
    OperationalError is raised. SQLite has one lock for all, and no circles.
    """
    if connection.vendor != "postgresql":
        return act()
    until = clock() + PATIENCE
    while True:
        try:
            with transaction.atomic():
                before = _lock_timeout(f"{LOCK_WAIT * 1000:.0f}")
                done = act()
                _lock_timeout(before)
                return done
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE or clock() >= until:
                raise
        pause(AGAIN)


def _lock_timeout(wanted: str) -> str:
    """Set it for this transaction; what it was before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), set_config('lock_timeout', %s, true)", [wanted])
        before: str = cursor.fetchone()[0]
    return before
