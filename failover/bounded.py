"""Transactions of the monitor: none of them may keep others waiting for long, whatever becomes of the one who began it.

Bounds are set for the transaction alone, because behind a pooler the session is not the monitor's own. On SQLite the
busy timeout of the settings bounds the wait, and what a process held ends with the process.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from failover.conf import OLDEST_DECISION

LOCK_WAIT = 2.0
STATEMENT = 8.0


@contextmanager
def bounded() -> Iterator[None]:
    """A transaction that PostgreSQL ends by itself when its client stands still for longer than a decision may last."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            bounds = {
                "idle_in_transaction_session_timeout": OLDEST_DECISION,
                "lock_timeout": LOCK_WAIT,
                "statement_timeout": STATEMENT,
            }
            settings = ", ".join("set_config(%s, %s, true)" for _ in bounds)
            values = [word for name, seconds in bounds.items() for word in (name, str(round(seconds * 1000)))]
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {settings}", values)
        yield
