"""The lease of the model's database."""

from dataclasses import dataclass

from failover.lease import Row
from tests.simulation.database import LEASE, Database, Locked, Transaction


@dataclass
class SharedLease:
    """The lease, as failover.lease.Store."""

    database: Database
    owner: str
    transaction: Transaction | None = None

    def read(self) -> Row:
        return self.database.lease

    def locked(self) -> Row:
        if self.transaction is not None:
            self.transaction.locks.add(LEASE)
        return self.database.lease

    def renew(self, holder: str, term: int) -> bool:
        row = self.database.lease
        return (row.holder, row.term) == (holder, term) and self._write(row._replace(seq=row.seq + 1))

    def take(self, holder: str, seen: Row) -> bool:
        if self.database.locked(LEASE, self.owner):
            raise Locked  # it waits, and is tried again
        row = self.database.lease
        return row[1:] == seen[1:] and self._write(Row(holder, row.term + 1, row.seq + 1))

    def give_back(self, holder: str, term: int) -> None:
        row = self.database.lease
        if (row.holder, row.term) == (holder, term):
            self._write(Row("", row.term, row.seq + 1))

    def _write(self, row: Row) -> bool:
        self.database.lease = row
        return True
