"""Countdowns as the leader writes them: the rules of failover.journal over the model of the database."""

from collections.abc import Iterable

from failover.board import Board, Interruption, WatchedDomain
from failover.clock import Clock
from failover.decision import Decision
from failover.journal import WAITING, Journal, Note
from failover.models import Ending
from tests.simulation.database import Database
from tests.simulation.world import PACE


class Notebook(Journal):
    """The real journal: what is news, what was counted and how a countdown ends; its statements are modelled."""

    def __init__(self, *, name: str, database: Database, board: Board, clock: Clock) -> None:
        super().__init__(board=board, clock=clock, pace=PACE)
        self._name, self._database = name, database

    def begin(self) -> None:
        self._written = {}
        waits = self._database.waits()
        for row in waits:
            watched = self._board.domains.get(row.domain)
            if watched is not None and watched.epoch == row.epoch and (counted := self._evidence(watched)):
                self._counted.setdefault(watched.pk, counted)
        over = [row for row in waits if row.domain not in self._counted]
        self._database.end_countdowns(over, Ending.MONITOR_CHANGED, self._name)

    def differing(self) -> set[int]:
        decided = {pk: (decision.state, decision.code) for pk, decision in self._board.decisions.items()}
        return {pk for pk, words in decided.items() if self._database.standings.get(pk) != words}

    def interrupt(self, interruptions: Iterable[Interruption]) -> None:
        for interruption in interruptions:
            self.forget(interruption.domain)
            self._counted.pop(interruption.domain, None)
            self._lost.discard(interruption.domain)
            waits = self._database.waits(interruption.domain)
            self._database.end_countdowns(waits, interruption.ending, self._name)

    def write(self, notes: Iterable[Note]) -> None:
        """As there: nothing is written of a domain that was switched since, or is locked by somebody else."""
        domains, locked = self._database.domains, self._database.locked
        standing = [
            (domain, decision)
            for domain, decision in notes
            if domains[domain.pk].epoch == domain.epoch and not locked(domain.pk, self._name)
        ]
        for domain, decision in standing:
            self._follow_one(domain, decision)
        self._database.standings.update((domain.pk, (said.state, said.code)) for domain, said in standing)
        self._written.update((domain.pk, decision) for domain, decision in standing)
        self._lost.difference_update(domain.pk for domain, _ in standing)

    def _follow_one(self, domain: WatchedDomain, decision: Decision) -> None:
        """failover.journal.Journal._follow(), of one domain."""
        waits = self._database.waits(domain.pk)
        if waits and (ending := self._ending(domain, decision)) is not None:
            self._database.end_countdowns(waits, ending, self._name)
            self._counted.pop(domain.pk, None)
            waits = []
        if decision.state in WAITING and not self._paused(domain, decision):
            if not waits:
                self._database.open_countdown(domain)
            self._counted[domain.pk] = self._evidence(domain)
