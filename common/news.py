"""How PostgreSQL tells at once that something was counted, and how a thread waits for it; elsewhere it looks often."""

import select
import time
from typing import Any

from django.db import connection

CHANNEL = "contact_expert_changed"
NOTIFY = f"PERFORM pg_notify('{CHANNEL}', '')"  # for triggers; it is delivered with the commit
WAIT = 0.25  # seconds: news get lost behind some poolers, and a server that is gone sends none
OFTEN = 0.1  # seconds between two looks where nobody tells


class News:
    """What one thread hears, on that thread's own connection; it waits at most `wait` seconds for the next."""

    def __init__(self, wait: float = WAIT) -> None:
        self._most = wait
        self._listening: Any = None

    def wait(self) -> None:
        """Return when something was counted, or after a moment. Raises what the database raises."""
        if connection.vendor != "postgresql":
            time.sleep(OFTEN)
            return
        connection.ensure_connection()
        raw: Any = connection.connection
        if self._listening is not raw:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._listening = raw
            return  # what was counted before we listened is found by looking
        if not raw.notifies:
            heard = select.poll()  # select() takes no descriptor beyond 1023
            heard.register(raw, select.POLLIN)
            heard.poll(1000 * self._most)
            raw.poll()
        raw.notifies.clear()
