"""The monitor: the only place that knows probes, decisions, switches and notes. One round is run_once()."""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction

from failover import conf
from failover.board import Board
from failover.clock import Clock
from failover.conf import Pace
from failover.decision import Decision, State
from failover.exceptions import SwitchRefused
from failover.journal import Journal
from failover.lease import Leadership
from failover.models import Monitor as MonitorRow
from failover.probes import Probing
from failover.selectors import watched_domains
from failover.switch import switch_automatically
from failover.vitals import Vitals

log = logging.getLogger(__name__)

REREAD = 1.0
TICK = 0.1
RECONNECT = (0.5, 1.5)
OLD_MONITORS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """What a monitor calls itself, and its version."""

    name: str
    version: str


class Monitor:
    """Probes all servers, judges them, and while it leads switches domains and writes down what it sees."""

    def __init__(self, *, identity: Identity, pace: Pace, prober: Probing, clock: Clock) -> None:
        self._identity, self._pace, self._prober, self._clock = identity, pace, prober, clock
        self.board = Board(pace)
        self.leadership = Leadership(me=identity.name, clock=clock)
        self._journal = Journal(board=self.board, clock=clock)
        self._vitals = Vitals(board=self.board, clock=clock, fall=pace.fall)
        self._started_at = clock.now()
        self._term: int | None = None
        self._read_at = float("-inf")
        self._beat_at = float("-inf")
        self._database_away = False

    def run_once(self) -> float:
        """One round; returns how many seconds the next one may wait. Never raises for a bad server or domain."""
        concerned = self.board.take(self._prober.results())
        try:
            self._with_database(concerned)
            if self._database_away:
                log.warning("the database answers again")
            self._database_away = False
        except (DatabaseError, InterfaceError) as error:
            self._lose_database(error)
        self._prober.hurry(self.board.urgent(monotonic=self._clock.monotonic(), now=self._clock.now()))
        return self._pause()

    def stop(self) -> None:
        """Give the lease back and say goodbye; a database that is away is no reason to stay."""
        self._prober.close()
        try:
            self.leadership.resign()
            MonitorRow.objects.filter(identity=self._identity.name).update(leads=False, stopped_at=self._clock.now())
        except (DatabaseError, InterfaceError) as error:
            log.warning("the lease could not be given back: %s", error)

    def _with_database(self, concerned: set[int]) -> None:
        leads = self.leadership.step()
        monotonic = self._clock.monotonic()
        if leads and self._term != self.leadership.term:
            self._begin_to_lead()
        if monotonic - self._read_at >= REREAD:
            self._reread(leads)
            concerned = set(self.board.domains)
        for pk in (concerned | self.board.unsettled()) & self.board.domains.keys():
            self._attend(pk, leads)
        if leads:
            self._write_vitals(concerned)
        if monotonic - self._beat_at >= conf.HEARTBEAT:
            self._beat(leads)

    def _begin_to_lead(self) -> None:
        log.info("%s leads, term %s", self._identity.name, self.leadership.term)
        self._as_leader(self._journal.begin)
        self._vitals.forget()
        self._term = self.leadership.term

    def _as_leader(self, write: Callable[[], None]) -> None:
        """Write in one transaction that holds the lease's row; whoever leads no more writes nothing."""
        with transaction.atomic():
            if self.leadership.held_under_lock():
                write()
            else:
                self.leadership.step_down()

    def _reread(self, leads: bool) -> None:
        """Take over the configuration as it is now; what it interrupts is written down first."""
        domains = watched_domains()
        interruptions = self.board.interruptions(domains)
        if leads and interruptions:
            self._as_leader(lambda: self._journal.interrupt(interruptions))
        self.board.adopt(domains)
        self._prober.watch(self.board.targets())
        self._read_at = self._clock.monotonic()

    def _attend(self, domain: int, leads: bool) -> None:
        """Look at one domain and act on it; its trouble is not the others'."""
        try:
            before = self.board.decisions.get(domain)
            decision = self.board.look(domain, monotonic=self._clock.monotonic(), now=self._clock.now())
            if leads:
                self._act(domain, before, decision)
        except (DatabaseError, InterfaceError):
            self._journal.forget(domain)
            if not connection.is_usable():
                raise
            log.exception("%s could not be written", self.board.domains[domain].name)
            self._read_at = float("-inf")
        except Exception:  # the per-item boundary: a poisoned domain never stops the round
            log.exception("%s could not be looked at", self.board.domains[domain].name)

    def _act(self, domain: int, before: Decision | None, decision: Decision) -> None:
        decided_at = self._clock.monotonic()
        if self._journal.news(domain, decision):
            self._as_leader(lambda: self._journal.write(self.board.domains[domain], decision))
        if decision.state is State.SWITCH:
            self._switch(domain, before, decided_at)

    def _switch(self, domain: int, before: Decision | None, decided_at: float) -> None:
        try:
            event = switch_automatically(
                domain_id=domain,
                board=self.board,
                before=before,
                leadership=self.leadership,
                decided_at=decided_at,
                refresh=lambda: self.board.take(self._prober.results()),
                clock=self._clock,
            )
            log.warning("%s", event)
        except SwitchRefused:
            self._journal.forget(domain)
        self._read_at = float("-inf")  # the domain is not what it was, or not what this monitor took it for

    def _write_vitals(self, domains: set[int]) -> None:
        servers = [
            server.pk
            for pk in domains & self.board.domains.keys()
            for server in self.board.domains[pk].servers.values()
        ]
        notes = self._vitals.news(servers)
        if not notes:
            return
        try:
            self._as_leader(lambda: self._vitals.write(notes))
        except DatabaseError:
            # A server may have been deleted since it was read; read again before the next try.
            self._vitals.forget()
            self._read_at = float("-inf")
            if not connection.is_usable():
                raise

    def _beat(self, leads: bool) -> None:
        now, lateness = self._clock.now(), self._prober.lateness()
        if lateness > conf.LATE:
            log.warning("checks start up to %.1f s late: there is more to do than this machine manages", lateness)
        MonitorRow.objects.update_or_create(
            identity=self._identity.name,
            defaults={
                "heartbeat_at": now,
                "leads": leads,
                "servers": len(self.board.tracks),
                "lateness": lateness,
            },
            create_defaults={
                "version": self._identity.version,
                "started_at": self._started_at,
                "heartbeat_at": now,
                "leads": leads,
                "servers": len(self.board.tracks),
            },
        )
        if self._beat_at == float("-inf"):
            MonitorRow.objects.filter(heartbeat_at__lt=now - OLD_MONITORS).delete()
        self._beat_at = self._clock.monotonic()

    def _lose_database(self, error: Exception) -> None:
        """Probing goes on, nobody decides; everything is read again once it answers."""
        if not self._database_away:
            log.error("the database does not answer, nothing is decided until it does: %s", error)
        self._database_away = True
        self._read_at = self._beat_at = float("-inf")
        self._vitals.forget()
        connection.close()

    def _pause(self) -> float:
        """A tick, or less when a switch is due sooner; a while, never the same for two monitors, without a database."""
        if self._database_away:
            return random.uniform(*RECONNECT)  # noqa: S311  spreads load, guards nothing
        now = self._clock.now()
        counting = (one for one in self.board.decisions.values() if one.state is State.COUNTING_DOWN)
        due = [decision.switch_at for decision in counting if decision.switch_at is not None]
        return max(0.0, min([TICK, *((moment - now).total_seconds() for moment in due)]))
