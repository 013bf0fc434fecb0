"""What only the leading monitor does: it writes down where domains stand, and switches those that are due.

Whatever is written holds the lease's row in the same transaction, so whoever leads no more writes nothing.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import DatabaseError, IntegrityError, connection

from failover.automatic import switch_automatically
from failover.board import Board, Interruption, WatchedDomain
from failover.bounded import bounded
from failover.clock import Clock
from failover.decision import Decision, State
from failover.exceptions import Refusal, SwitchRefused, SwitchUncertain
from failover.holds import WENT_BACK, hold_behind
from failover.journal import Journal, Note
from failover.lease import Leadership
from failover.models import ScheduledSwitch
from failover.overdue import PATIENCE, in_words
from failover.pace import Pace
from failover.patience import Patience
from failover.pausing import end_expired
from failover.refusals import record_missed, record_uncommitted
from failover.scheduled import switch_as_scheduled
from failover.scheduling import settle
from failover.selectors import due_schedules, epochs_behind
from failover.summaries import Summaries
from failover.vitals import Vitals

log = logging.getLogger(__name__)

LONGEST_WAIT_TO_SWITCH = 2.0  # seconds, after a trouble of the database: a site is dark meanwhile
AT_ONCE = 200  # domains whose notes go into one transaction

Look = tuple[int, Decision]


class Leading:
    """The leader's pen and its hand on the switch."""

    def __init__(
        self,
        *,
        board: Board,
        leadership: Leadership,
        summaries: Summaries,
        refresh: Callable[[], object],
        breathe: Callable[[], bool],
        clock: Clock,
        pace: Pace,
    ) -> None:
        """`refresh` brings the board the latest observations; `breathe` does what cannot wait for the end of a long
        round, and says whether this monitor still leads."""
        self._board, self._leadership, self._clock = board, leadership, clock
        self._refresh, self._breathe = refresh, breathe
        self._journal = Journal(board=board, clock=clock, pace=pace)
        self._vitals = Vitals(board=board, clock=clock, fall=pace.fall)
        self._summaries = summaries
        self._patience = Patience(clock=clock)
        self._soon = Patience(clock=clock, longest=LONGEST_WAIT_TO_SWITCH)
        self._later = Patience(clock=clock)  # by scheduled switch
        self._hindered: dict[int, str] = {}  # the same: why it could not be made the last time
        self._unwritten: dict[int, None] = {}
        self._unsure = False  # whether the database may have lost what was written
        self._failing: dict[int, float] = {}  # by domain, since when the database takes no switch; inf: told

    def begin(self) -> set[int]:
        """Start to lead; returns the domains to look at, for nobody wrote down how they settled."""
        self._as_leader(self._journal.begin)
        self._vitals.forget()
        self._summaries.begin()
        hold_behind(epochs_behind(), self._clock)
        return self._differing()

    def forget(self) -> None:
        """The database was away: read again what is written."""
        self._vitals.forget()
        self._unsure = True

    def recall(self) -> set[int]:
        """Domains to look at because the database was away: what was written, or was to be, may be lost."""
        return self._differing() if self._unsure else set()

    def interrupt(self, interruptions: list[Interruption]) -> None:
        """Write down which countdowns changes from outside ended."""
        if interruptions:
            self._as_leader(lambda: self._journal.interrupt(interruptions))

    def act(self, looks: list[Look]) -> bool:
        """Carry out decisions, the switches first; returns whether the configuration must be read anew."""
        anew = False
        self._unwritten |= {domain: None for domain, decision in looks if self._journal.news(domain, decision)}
        for domain, decision in looks:
            if decision.state is not State.SWITCH:
                self._failing.pop(domain, None)
            elif not self._soon.needed(domain):
                if not self._breathe():
                    return True
                anew |= self._switch(domain)
        return anew

    def write_notes(self) -> None:
        """Write down where domains stand, as far as it is news; what cannot be written now stays for the next time."""
        noted = {pk: self._board.decisions.get(pk) for pk in self._unwritten if pk in self._board.domains}
        news = {
            pk: decision
            for pk, decision in noted.items()
            if decision is not None and decision.state is not State.SWITCH and self._journal.news(pk, decision)
        }
        self._unwritten = dict.fromkeys(news)
        notes = [(self._board.domains[pk], decision) for pk, decision in news.items() if not self._patience.needed(pk)]
        for start in range(0, len(notes), AT_ONCE):
            self._note(notes[start : start + AT_ONCE])
            if not self._breathe():
                return

    def write_vitals(self, domains: Iterable[int]) -> None:
        """Write the health of the servers of those domains, as far as it is news."""
        notes = self._vitals.news(domains)
        if not notes:
            return
        try:
            self._as_leader(lambda: self._vitals.write(notes))
        except IntegrityError as error:
            self._vitals.forget()  # a server was deleted since it was read
            log.warning("the health of servers could not be written; it is tried again: %s", error)

    def write_summaries(self) -> None:
        """Write some of the minutes that are over."""
        if not (batch := self._summaries.due()):
            return
        try:
            self._as_leader(lambda: self._summaries.write(batch))
        except DatabaseError:
            self._summaries.keep(batch)  # a server may have been deleted in this moment
            _raise_if_cut()
            log.warning("the minutes of servers could not be written; it is tried again", exc_info=True)

    def once_a_second(self) -> bool:
        """Look at what time brings: old notes, pauses that are over, scheduled switches. Returns as act() does."""
        self._vitals.refresh()
        end_expired(self._clock.now(), self._as_leader)
        made = [self._keep(row) for row in due_schedules(self._clock.now())]
        return any(made)

    def _differing(self) -> set[int]:
        """Domains of which something else is written than was decided; what this monitor wrote of them is no more."""
        differing = self._journal.differing()
        for domain in differing:
            self._journal.forget(domain)
        self._unsure = False
        return differing

    def _as_leader(self, write: Callable[[], None]) -> None:
        with bounded():
            if self._leadership.held_under_lock():
                write()
            else:
                self._leadership.step_down()

    def _switch(self, domain: int) -> bool:
        """Look once more, for the round may be long, and switch; whether the configuration must be read anew."""
        name, before = self._board.domains[domain].name, self._board.decisions.get(domain)
        decided_at = self._clock.boottime()
        decision = self._board.look(domain, monotonic=self._clock.monotonic(), now=self._clock.now())
        if decision.state is not State.SWITCH:
            return False
        try:
            event = switch_automatically(
                domain_id=domain,
                board=self._board,
                before=before,
                leadership=self._leadership,
                decided_at=decided_at,
                refresh=self._refresh,
                clock=self._clock,
            )
            log.warning("%s", event)
            self._board.saw(domain, event.epoch)
            self._soon.restore(domain)
            self._failing.pop(domain, None)
        except SwitchRefused as refused:
            if refused.code == Refusal.HISTORY_WENT_BACK:
                self._soon.lose(domain)
            if refused.code == Refusal.LEASE_LOST:
                self._leadership.step_down()
        except SwitchUncertain as uncertain:
            log.error("%s", uncertain)
        except Exception:  # the per-item boundary: a poisoned domain never stops the others
            _raise_if_cut()
            self._soon.lose(domain)
            log.exception("%s could not be switched", name)
            self._say_overdue(domain)
        self._journal.forget(domain)
        return True

    def _say_overdue(self, domain: int) -> None:
        """Tell people, once, of a switch that the database has not taken for a while."""
        watched, now = self._board.domains[domain], self._clock.monotonic()
        failing = now - self._failing.setdefault(domain, now)
        if failing < PATIENCE.total_seconds():
            return
        sentence = in_words(self._clock.now() - timedelta(seconds=failing))

        def tell() -> None:
            if self._journal.tell_overdue(watched, sentence):
                record_uncommitted(watched, sentence, self._clock)

        try:
            self._as_leader(tell)
            self._failing[domain] = float("inf")
        except DatabaseError:
            _raise_if_cut()
            log.warning("that %s cannot be switched could not be written either", watched.name, exc_info=True)

    def _note(self, notes: list[Note]) -> None:
        """Write the notes together; when that fails, each on its own, so that only the poisoned one is left out."""
        try:
            self._as_leader(lambda: self._journal.write(notes))
            for domain, decision in notes:
                if not self._journal.news(domain.pk, decision):
                    self._unwritten.pop(domain.pk, None)
                    self._patience.restore(domain.pk)
        except Exception:  # the per-item boundary
            for domain, _ in notes:
                self._journal.forget(domain.pk)  # it may be the commit that failed
            _raise_if_cut()
            if len(notes) > 1:
                for note in notes:
                    self._note([note])
                return
            domain = notes[0][0]
            self._patience.lose(domain.pk)
            log.exception("%s could not be written", domain.name)

    def _keep(self, row: ScheduledSwitch) -> bool:
        """Look at a scheduled switch; whether it was made."""
        watched = self._board.domains.get(row.domain_id or 0)
        if watched is None or self._later.needed(row.pk):
            return False
        try:
            return self._make(row, watched)
        except SwitchUncertain as uncertain:
            log.error("%s", uncertain)
        except Exception as error:  # the per-item boundary
            _raise_if_cut()
            self._later.lose(row.pk)
            self._hindered[row.pk] = str(error)
            log.exception("the scheduled switch of %s could not be made", watched.name)
        return False

    def _make(self, row: ScheduledSwitch, watched: WatchedDomain) -> bool:
        """Make a scheduled switch if its time and its server have come; one that is needless or over is closed."""
        now = self._clock.now()
        hindrance = self._board.hindrance(watched.pk, monotonic=self._clock.monotonic(), now=now)
        if watched.active == row.to_role:
            self._settle(row, SwitchRefused(Refusal.ALREADY_ACTIVE, f"{row.get_to_role_display()} is active already."))
        elif now >= row.closes_at:
            words = _missed(row, hindrance, self._hindered.pop(row.pk, ""))
            self._settle(row, SwitchRefused(hindrance or Refusal.TOO_LATE, words), missed=True)
        elif hindrance is None:
            try:
                event = switch_as_scheduled(
                    schedule=row,
                    board=self._board,
                    leadership=self._leadership,
                    refresh=self._refresh,
                    clock=self._clock,
                )
            except SwitchRefused as refused:
                self._hindered[row.pk] = refused.sentence
                self._settle(row, refused)
                return False
            log.warning("%s", event)
            self._board.saw(watched.pk, event.epoch)
            return True
        return False

    def _settle(self, row: ScheduledSwitch, refused: SwitchRefused, *, missed: bool = False) -> None:
        def write() -> None:
            if missed:
                record_missed(row, refused, self._clock)
            settle(row, refused, self._clock)

        self._as_leader(write)


def _missed(row: ScheduledSwitch, hindrance: Refusal | None, hindered: str) -> str:
    """Why it was not made while its window was open, as far as that is known when it closes."""
    server = row.get_to_role_display()
    match hindrance:
        case Refusal.PAUSED:
            return f"Not made in time: automatic switching is paused. {server} stays the standby."
        case Refusal.HISTORY_WENT_BACK:
            return f"Not made in time: {WENT_BACK}"
        case Refusal.STANDBY_NOT_UP:
            return f"{server} was not up in time."
    if hindered:
        return f"It was tried in its window and could not be made: {hindered.strip().splitlines()[0].rstrip('.')}."
    return "No monitor was there to make it in its window."


def _raise_if_cut() -> None:
    """Go on with the current database error if the connection itself is gone."""
    if not connection.is_usable():
        raise
