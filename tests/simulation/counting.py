"""Countdowns as the leader writes them: the rules of failover.journal over the model of the database."""

from collections.abc import Iterable

from failover.board import Board, Interruption, WatchedDomain
from failover.clock import Clock
from failover.decision import Decision
from failover.journal import WAITING, Count, Journal, Note
from failover.models import Ending
from tests.simulation.database import Database, Words
from tests.simulation.world import PACE


class Notebook(Journal):
    """The real journal: what is news, what was counted and how a countdown ends; its statements are modelled."""

    def __init__(self, *, name: str, database: Database, board: Board, clock: Clock) -> None:
        super().__init__(board=board, clock=clock, pace=PACE)
        self._name, self._database = name, database

    def begin(self) -> None:
        self._written = {}
        waits = self._database.waits()
        self._resume((row.domain, row.epoch, row.started_at) for row in waits)
        over = [row for row in waits if row.domain not in self._counted]
        self._database.end_countdowns(over, Ending.MONITOR_CHANGED, self._name)

    def differing(self) -> set[int]:
        return {pk for pk, said in self._board.decisions.items() if self._database.standings.get(pk) != _words(said)}

    def interrupt(self, interruptions: Iterable[Interruption]) -> None:
        for interruption in interruptions:
            self.forget(interruption.domain)
            self._counted.pop(interruption.domain, None)
            self._lost.discard(interruption.domain)
            waits = [row for row in self._database.waits(interruption.domain) if row.epoch != interruption.epoch]
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
        self._database.standings.update((domain.pk, _words(said)) for domain, said in standing)
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
            row = waits[0] if waits else self._database.open_countdown(domain, self._clock.now())
            self._counted[domain.pk] = Count(row.started_at, self._evidence(domain))


def _words(said: Decision) -> Words:
    return said.state, said.code, said.sentence
