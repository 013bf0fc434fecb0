"""The monitor: the only place that knows probes, decisions, switches and notes. One round is run_once()."""

import logging
import random
from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, InterfaceError, connection

from appservers.selectors import revision
from failover import conf
from failover.board import Board
from failover.clock import Clock, Jumps
from failover.holds import hold_behind
from failover.leading import Leading, Look
from failover.lease import Leadership
from failover.pace import Pace
from failover.patience import Patience
from failover.probes import Probing
from failover.publication import Publication, stored_counts
from failover.selectors import orders, publications, watched_domains
from failover.summaries import Summaries
from failover.votes import Quorum

log = logging.getLogger(__name__)

REREAD = 1.0
TICK = 0.1
BREATH = 0.25
RECONNECT = (0.5, 1.5)
MOST_FAULTS = 5  # rounds in a row that may fail before another monitor should lead


@dataclass(frozen=True, slots=True)
class Identity:
    """What a monitor calls itself, its version, and the one whose place it takes, if that one is gone."""

    name: str
    version: str
    predecessor: str = ""


class Monitor:
    """Probes all servers, judges them, and while it leads switches domains and writes down what it sees."""

    def __init__(
        self,
        *,
        identity: Identity,
        pace: Pace,
        prober: Probing,
        clock: Clock,
        quorum: Quorum = Quorum.MAJORITY,
        least: int = 1,
    ) -> None:
        self._identity, self._pace, self._prober, self._clock = identity, pace, prober, clock
        self.board = Board(pace, quorum=quorum, least=least)
        self.leadership = Leadership(me=identity.name, clock=clock)
        self._summaries = Summaries(board=self.board, clock=clock, longest=pace.limits.gap)
        self._leading = Leading(
            board=self.board,
            leadership=self.leadership,
            summaries=self._summaries,
            refresh=self._refresh,
            breathe=self._breathe,
            clock=clock,
            pace=pace,
        )
        self._publication = Publication(
            identity=identity.name, version=identity.version, board=self.board, clock=clock, pace=pace
        )
        self._jumps, self._patience = Jumps(clock), Patience(clock=clock)
        self._term: int | None = None
        self._revision: int | None = None
        self._concerned: set[int] = set()
        self._looked_at = self._read_at = self._breathed_at = float("-inf")
        self._lateness = 0.0
        self._faults = 0
        self._database_away = False

    def run_once(self) -> float:
        """One round; returns how many seconds the next one may wait. Never raises for a bad server or domain."""
        began = self._clock.monotonic()
        self._take()
        try:
            self._with_database()
            if self._database_away:
                log.warning("the database answers again")
            self._database_away, self._faults = False, 0
            if (took := self._clock.monotonic() - began) > conf.LATE:
                log.warning(
                    "a round took %.1f s, and what was to be decided waited as long: look at the database", took
                )
        except (DatabaseError, InterfaceError) as error:
            self._lose_database(error)
        except Exception:
            self._step_aside_if_lasting()
            raise
        self._prober.hurry(self.board.urgent(self._clock.now()))
        return self._pause()

    def stop(self) -> None:
        """Give the lease back, say goodbye and end the probes, in this order: another monitor waits for the first.

        A database that is away is no reason to stay.
        """
        try:
            self.leadership.resign()
            self._publication.say_goodbye()
        except (DatabaseError, InterfaceError) as error:
            log.warning("the lease could not be given back: %s", error)
        self._prober.close()

    def _take(self) -> None:
        """Judge what was seen since the last time."""
        seen = self._prober.results()
        self._summaries.take(seen)
        self._concerned |= self.board.take(seen)
        if jump := self._jumps.seen():
            log.warning("the clocks jumped by %.1f s, as after a suspend: every outage is counted anew", jump)
        if jump or self._prober.interrupted():
            self.board.break_evidence(self._clock.monotonic())

    def _refresh(self) -> None:
        """What a switch is decided on once more, after its locks."""
        self._take()
        if self.board.peers.known:
            self._read_peers()

    def _with_database(self) -> None:
        leads, now = self.leadership.step(), self._clock.monotonic()
        if due := now - self._looked_at >= REREAD:
            self._reread(leads)
            self._concerned |= self.board.unsettled() | self.board.silent(now)
            self._looked_at = now
        elif self.board.peers.known and self.board.unsettled():
            self._read_peers()
        if leads and self._term != self.leadership.term:
            log.info("%s leads, term %s", self._identity.name, self.leadership.term)
            self._concerned |= self._leading.begin()
            self._term = self.leadership.term
        elif leads:
            self._concerned |= self._leading.recall()
        self._breathed_at = now
        concerned, self._concerned = self._concerned | self.board.pending(self._clock.now()), set()
        looks = self._look_at(concerned)
        if leads:
            anew = self._leading.act(looks)
            anew |= due and self._leading.once_a_second()
            self._looked_at = float("-inf") if anew else self._looked_at
            self._leading.write_notes()
            self._leading.write_vitals(concerned)
            self._leading.write_summaries()
        self._publish(concerned, leads)

    def _reread(self, leads: bool) -> None:
        """Take over the configuration, if it differs, and what people say; what that interrupts is written down."""
        now, number = self._clock.monotonic(), revision()
        if number != self._revision or now - self._read_at >= conf.REREAD_ANYWAY:
            domains = watched_domains()
            frozen = hold_behind(self.board.behind(domains), self._clock)
            if leads:
                self._leading.interrupt(self.board.interruptions(domains))
            first = self._revision is None
            self.board.adopt(domains, now, revision())  # which may have moved on since, and never counts for less
            if first and self._identity.predecessor:
                counts = stored_counts(self._identity.predecessor, clock=self._clock, period=self._pace.period)
                self.board.inherit(counts, now)
            self._prober.watch(self.board.targets())
            self._revision, self._read_at = number, now if frozen else float("-inf")
        self.board.obey(orders(), now)
        self._read_peers()

    def _read_peers(self) -> None:
        published, findings = publications(self._identity.name)
        news = self.board.peers.take(published, findings, now=self._clock.monotonic())
        self._concerned |= self.board.awaiting(news)

    def _look_at(self, domains: set[int]) -> list[Look]:
        """Decide on domains, those first whose switch is due first; one that cannot be looked at is not the others'."""
        looks: list[Look] = []
        for pk in self.board.in_order(domains):
            if self._patience.needed(pk):
                self._concerned.add(pk)
                continue
            try:
                looks.append((pk, self.board.look(pk, monotonic=self._clock.monotonic(), now=self._clock.now())))
                self._patience.restore(pk)
            except Exception:  # the per-item boundary: a poisoned domain never stops the round
                self._patience.lose(pk)
                self._concerned.add(pk)
                log.exception("%s could not be looked at", self.board.domains[pk].name)
        return looks

    def _breathe(self) -> bool:
        """What cannot wait for the end of a long round: fresh observations, the lease, the sign of life."""
        now = self._clock.monotonic()
        if now - self._breathed_at < BREATH:
            return self.leadership.valid
        self._breathed_at = now
        self._take()
        leads = self.leadership.step()
        self._publish(set(), leads)
        return leads

    def _publish(self, concerned: set[int], leads: bool) -> None:
        self._lateness = max(self._lateness, self._prober.lateness())
        try:
            told = self._publication.step(
                concerned,
                leads=leads,
                lateness=self._lateness,
                revision=self._revision or 0,
                troubles=self._prober.troubles(),
            )
        except IntegrityError as error:
            self._publication.forget()  # a server was deleted since it was read
            log.warning("what this monitor sees could not be published; it is tried again: %s", error)
            return
        if told:
            if self._lateness > conf.LATE:
                log.warning("checks start up to %.1f s late: more to do than this machine manages", self._lateness)
            self._lateness = 0.0

    def _lose_database(self, error: Exception) -> None:
        """Probing goes on, nobody decides; everything is read again once it answers."""
        if not self._database_away:
            log.error("the database does not answer, nothing is decided until it does: %s", error)
        self._database_away = True
        self._looked_at = self._read_at = float("-inf")
        self._leading.forget()
        self._publication.forget()
        connection.close()

    def _step_aside_if_lasting(self) -> None:
        """A round failed in a way that nobody foresaw; if that lasts, another monitor may do better."""
        self._faults += 1
        if self._faults == MOST_FAULTS:
            log.error("%s rounds in a row failed: this monitor does not lead any more", MOST_FAULTS)
            self.leadership.step_aside()

    def _pause(self) -> float:
        """A tick, or less when a switch is due sooner; a while, never the same for two monitors, without a database."""
        if self._database_away:
            return random.uniform(*RECONNECT)  # noqa: S311  spreads load, guards nothing
        due = self.board.due(self._clock.now())
        return TICK if due is None else max(0.0, min(TICK, due))
