"""The leading monitor's notes on domains: where each stands, and how each countdown began, was held and ended."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from appservers.models import Domain
from failover import health
from failover.board import Board, Interruption, WatchedDomain
from failover.clock import Clock
from failover.decision import Code, Decision, State
from failover.models import Countdown, Ending, Standing
from failover.news import Event, Kind, change
from failover.notices import announce
from failover.pace import Pace

log = logging.getLogger(__name__)

WAITING = (State.COUNTING_DOWN, State.HELD)
SAME_MOMENT = timedelta(seconds=0.25)
COUNTDOWN = ["due_at", "held_at", "held_sentence", "ended_at", "ending"]
STANDING = ["state", "code", "sentence", "forecast", "since", "switch_at", "told"]

Note = tuple[WatchedDomain, Decision]


class Count(NamedTuple):
    """Seconds of outage as last seen, and when the countdown began that they are counted for."""

    began: datetime
    seconds: float


class Journal:
    """Writes only what differs from what it wrote before; every write may be repeated without harm."""

    def __init__(self, *, board: Board, clock: Clock, pace: Pace) -> None:
        self._board, self._clock, self._limits = board, clock, pace.limits
        self._written: dict[int, Decision] = {}
        self._counted: dict[int, Count] = {}  # of the domains that wait
        self._lost: set[int] = set()  # domains that wait and whose evidence was dropped

    def begin(self) -> None:
        """Start as the new leader: countdowns go on by what this monitor counted, and end where it counted nothing."""
        self._written = {}
        waits = Countdown.objects.filter(ended_at=None)
        self._resume(waits.values_list("domain", "epoch", "started_at"))
        waits.exclude(domain__in=self._counted).update(ended_at=self._clock.now(), ending=Ending.MONITOR_CHANGED)

    def _resume(self, waits: Iterable[tuple[int | None, int, datetime]]) -> None:
        """What was counted for the countdowns that are open, each as domain, epoch and start.

        A count of before stays only with the countdown that it was for: that may lack some of it now.
        """
        counted: dict[int, Count] = {}
        for pk, epoch, began in waits:
            watched = self._board.domains.get(pk or 0)
            if watched is None or watched.epoch != epoch:
                continue
            before = self._counted.get(watched.pk)
            if before is not None and before.began == began:
                counted[watched.pk] = before
            elif evidence := self._evidence(watched):
                counted[watched.pk] = Count(began, evidence)
        self._lost &= {pk for pk, count in counted.items() if count is self._counted.get(pk)}
        self._counted = counted

    def differing(self) -> set[int]:
        """Domains of which something else is written than this monitor decided, while another one led or nobody.

        The sentence of a domain that settled stands still, so that another reason for the same state is noticed, too.
        """
        rows = Standing.objects.values_list("domain", "state", "code", "sentence")
        written = {pk: words for pk, *words in rows}
        decided = {pk: [said.state, said.code, said.sentence] for pk, said in self._board.decisions.items()}
        return {pk for pk, words in decided.items() if written.get(pk) != words}

    def forget(self, domain: int) -> None:
        """Write this domain anew next time; after a write that failed, or when it was changed from outside."""
        self._written.pop(domain, None)

    def interrupt(self, interruptions: Iterable[Interruption]) -> None:
        """End the countdowns that changes from outside ended."""
        for interruption in interruptions:
            self.forget(interruption.domain)
            self._counted.pop(interruption.domain, None)
            self._lost.discard(interruption.domain)
            deleted = interruption.ending is Ending.DOMAIN_DELETED
            waits = Countdown.objects.filter(domain=None if deleted else interruption.domain, ended_at=None)
            if interruption.epoch is not None:
                waits = waits.exclude(epoch=interruption.epoch)
            waits.update(ended_at=self._clock.now(), ending=interruption.ending)

    def news(self, domain: int, decision: Decision) -> bool:
        """Whether the decision says something that is not written yet."""
        self._follow_count(domain)
        before = self._written.get(domain)
        return before is None or domain in self._lost or not _same(before, decision)

    def _follow_count(self, domain: int) -> None:
        """Between two results a count runs ahead of the evidence by less than a gap; what lacks more was dropped."""
        if domain in self._counted and domain in self._board.domains:
            began, seconds = self._counted[domain]
            evidence = self._evidence(self._board.domains[domain])
            if evidence < seconds - self._limits.gap:
                self._lost.add(domain)
            self._counted[domain] = Count(began, evidence)

    def write(self, notes: Iterable[Note]) -> None:
        """Follow decisions: open, hold or end the countdowns, note the standings.

        Nothing is written for a domain that is gone, was switched since it was read, or is locked by somebody else:
        that decision is on what is no more, or soon will be; it stays news.
        """
        noted = {domain.pk: (domain, decision) for domain, decision in notes}
        locked = Domain.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=noted).order_by("pk")
        epochs = dict(locked.values_list("pk", "epoch"))
        now = self._clock.now()
        standing = [(domain, decision) for domain, decision in noted.values() if epochs.get(domain.pk) == domain.epoch]
        self._follow(standing, now)
        self._stand(standing, now)
        self._written.update((domain.pk, decision) for domain, decision in standing)
        self._lost.difference_update(domain.pk for domain, _ in standing)

    def tell_overdue(self, domain: WatchedDomain, sentence: str) -> bool:
        """Say that a switch cannot be committed, if nobody was told yet. It waits for nobody who holds the domain."""
        untold = Standing.objects.select_for_update(skip_locked=True).filter(domain=domain.pk).exclude(told=Kind.HELD)
        if (row := untold.first()) is None:
            return False
        row.state, row.code, row.sentence = State.HELD, Code.INTERVAL_OVER, sentence
        row.switch_at, row.forecast, row.told = None, "", Kind.HELD
        row.since = now = self._clock.now()
        row.save()
        event = Event(Kind.HELD, now, sentence, Code.INTERVAL_OVER, domain.pk, domain.name)
        announce([event], at=now, tied=False)
        return True

    def _follow(self, notes: list[Note], now: datetime) -> None:
        waits = {row.domain_id: row for row in _open(domain.pk for domain, _ in notes)}
        begun: list[Countdown] = []
        went_on: list[Countdown] = []
        for domain, decision in notes:
            wait = waits.get(domain.pk)
            if wait is not None and (ending := self._ending(domain, decision)) is not None:
                wait.ended_at, wait.ending = now, ending
                went_on.append(wait)
                wait = None
                self._counted.pop(domain.pk, None)
            if decision.state in WAITING and not self._paused(domain, decision):
                (begun if wait is None else went_on).append(wait := wait or self._opened(domain, now))
                self._go_on(wait, domain, decision, now)
        Countdown.objects.bulk_create(went_on, update_conflicts=True, unique_fields=["id"], update_fields=COUNTDOWN)
        Countdown.objects.bulk_create(begun)

    def _go_on(self, wait: Countdown, domain: WatchedDomain, decision: Decision, now: datetime) -> None:
        self._counted[domain.pk] = Count(wait.started_at, self._evidence(domain))
        if decision.switch_at is not None:
            wait.due_at = decision.switch_at
        if decision.state is State.HELD and wait.held_at is None:
            wait.held_at, wait.held_sentence = now, decision.sentence

    def _ending(self, domain: WatchedDomain, decision: Decision) -> Ending | None:
        """How an open countdown ends by a decision; None when it goes on."""
        match decision.state, decision.code:
            case State.STEADY, code if code is not Code.NOT_JUDGED:
                return Ending.RECOVERED
            case State.EXPOSED, _:
                return Ending.STANDBY_REMOVED
        if self._paused(domain, decision):
            return Ending.PAUSED
        return Ending.EVIDENCE_LOST if domain.pk in self._lost else None

    def _paused(self, domain: WatchedDomain, decision: Decision) -> bool:
        """Whether a pause cleared the count, also while the decision stays as it was before."""
        return decision.code is Code.PAUSED or self._board.paused(domain.pk)

    def _opened(self, domain: WatchedDomain, now: datetime) -> Countdown:
        outage_at = now - timedelta(seconds=self._evidence(domain))
        return Countdown(
            domain_id=domain.pk,
            domain_name=domain.name,
            role=domain.active,
            epoch=domain.epoch,
            reason=self._board.tracks[domain.servers[domain.active].pk].reason or "",
            outage_at=outage_at,
            started_at=now,
            due_at=outage_at + timedelta(seconds=domain.interval),
        )

    def _evidence(self, domain: WatchedDomain) -> float:
        track = self._board.tracks[domain.servers[domain.active].pk]
        return health.evidence(track, self._clock.monotonic(), self._limits)

    def _stand(self, notes: list[Note], now: datetime) -> None:
        known = {row.domain_id: row for row in Standing.objects.filter(domain__in=[domain.pk for domain, _ in notes])}
        rows = [self._standing(domain, decision, known.get(domain.pk), now) for domain, decision in notes]
        self._tell(notes, rows, now)
        Standing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["domain"], update_fields=STANDING)

    @staticmethod
    def _standing(domain: WatchedDomain, decision: Decision, before: Standing | None, now: datetime) -> Standing:
        changed = before is None or before.state != decision.state
        if changed:
            log.info("%s: %s, %s. %s", domain.name, decision.state, decision.code, decision.sentence)
        return Standing(
            domain_id=domain.pk,
            state=decision.state,
            code=decision.code,
            sentence=decision.sentence,
            forecast=decision.forecast,
            since=now if before is None or changed else before.since,
            switch_at=decision.switch_at,
            told="" if before is None else before.told,
        )

    @staticmethod
    def _tell(notes: list[Note], rows: list[Standing], now: datetime) -> None:
        """Announce which domains came to be held, exposed or well again."""
        events: list[Event] = []
        for (domain, decision), row in zip(notes, rows, strict=True):
            kind, row.told = change(row.told, decision.state, decision.code)
            if kind is not None:
                events.append(Event(kind, now, decision.sentence, decision.code, domain.pk, domain.name))
        announce(events, at=now)


def _open(domains: Iterable[int]) -> QuerySet[Countdown]:
    return Countdown.objects.filter(domain__in=list(domains), ended_at=None)


def _same(before: Decision, after: Decision) -> bool:
    """Whether two decisions say the same to people; a due time may tremble."""
    words = (before.state, before.code, before.sentence, before.forecast)
    if words != (after.state, after.code, after.sentence, after.forecast):
        return False
    if before.switch_at is None or after.switch_at is None:
        return before.switch_at is after.switch_at
    return abs(before.switch_at - after.switch_at) < SAME_MOMENT
