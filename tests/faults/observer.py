"""Looks at who is active, again and again, and remembers when it changed; knows nothing of the code it observes."""

import threading
import time
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

import psycopg2

from tests.faults.database import Database, local_url

EVERY = 0.05
STATEMENT = "SELECT id, active_role, epoch FROM appservers_domain"
LEASE = "SELECT holder, term FROM failover_lease"


class Sight(NamedTuple):
    """A domain was first seen like this at `at`; at `before` it was last seen otherwise."""

    at: float
    before: float
    active: str
    epoch: int


class Observer:
    """A thread with a connection of its own; its clock is the harness's."""

    def __init__(self, database: Database) -> None:
        self._url = local_url(database.folder)
        self.domains: dict[int, list[Sight]] = defaultdict(list)
        self.leases: list[tuple[float, str, int]] = []
        self.away: list[float] = []
        self._looked = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def switches(self, domain: int) -> list[Sight]:
        """Every change of the active server that was seen."""
        seen = self.domains[domain]
        return [now for then, now in pairwise(seen) if now.active != then.active]

    def forget(self, domain: int) -> None:
        """The database went back: look at this domain, and at the lease, anew."""
        self.domains.pop(domain, None)
        self.leases.clear()

    def close(self) -> None:
        self._over.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._follow(psycopg2.connect(self._url))
            except psycopg2.Error:
                self.away.append(time.monotonic())
                self._over.wait(EVERY)

    def _follow(self, connection: "psycopg2.extensions.connection") -> None:
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                while not self._over.wait(EVERY):
                    cursor.execute(STATEMENT)
                    found, now = cursor.fetchall(), time.monotonic()
                    cursor.execute(LEASE)
                    holder, term = cursor.fetchone() or ("", 0)
                    self._take(found, now)
                    if not self.leases or self.leases[-1][1:] != (holder, term):
                        self.leases.append((now, holder, term))
                    self._looked = now
        finally:
            connection.close()

    def _take(self, found: list[tuple[int, str, int]], now: float) -> None:
        for domain, active, epoch in found:
            seen = self.domains[domain]
            if not seen or (seen[-1].active, seen[-1].epoch) != (active, epoch):
                seen.append(Sight(now, self._looked, active, epoch))
