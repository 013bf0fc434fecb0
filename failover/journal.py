"""The leading monitor's notes on domains: where each stands, and how each countdown began, was held and ended."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from failover.board import Board, Interruption, WatchedDomain
from failover.clock import Clock
from failover.decision import Decision, State
from failover.models import Countdown, Ending, Standing
from failover.selectors import lock_domain

log = logging.getLogger(__name__)

WAITING = (State.COUNTING_DOWN, State.HELD, State.SWITCH)
OVER = {State.STEADY: Ending.RECOVERED, State.EXPOSED: Ending.STANDBY_REMOVED}
SAME_MOMENT = timedelta(seconds=0.25)


class Journal:
    """Writes only what differs from what it wrote before; every write may be repeated without harm."""

    def __init__(self, *, board: Board, clock: Clock) -> None:
        self._board, self._clock = board, clock
        self._written: dict[int, Decision] = {}

    def begin(self) -> None:
        """Start as the new leader: running countdowns end here, because this monitor counts by itself."""
        self._written = {}
        Countdown.objects.filter(ended_at=None).update(ended_at=self._clock.now(), ending=Ending.MONITOR_CHANGED)

    def forget(self, domain: int) -> None:
        """Write this domain anew next time; after a write that failed, or when it was changed from outside."""
        self._written.pop(domain, None)

    def interrupt(self, interruptions: Iterable[Interruption]) -> None:
        """End the countdowns that changes from outside ended."""
        for interruption in interruptions:
            self.forget(interruption.domain)
            deleted = interruption.ending is Ending.DOMAIN_DELETED
            waits = Countdown.objects.filter(domain=None if deleted else interruption.domain, ended_at=None)
            waits.update(ended_at=self._clock.now(), ending=interruption.ending)

    def news(self, domain: int, decision: Decision) -> bool:
        """Whether the decision says something that is not written yet."""
        before = self._written.get(domain)
        return before is None or not _same(before, decision)

    def write(self, domain: WatchedDomain, decision: Decision) -> None:
        """Follow a decision: open, hold or end the countdown, note the standing. Nothing for a domain that is gone."""
        locked = lock_domain(domain.pk)
        if locked is None or locked.epoch != domain.epoch:
            return  # gone, or switched since it was read: the decision is on what is no more
        now = self._clock.now()
        if decision.state in WAITING:
            self._wait(domain, decision, now)
        elif decision.state in OVER:
            ended = Countdown.objects.filter(domain=domain.pk, ended_at=None)
            ended.update(ended_at=now, ending=OVER[decision.state])
        self._stand(domain, decision, now)
        self._written[domain.pk] = decision

    def _wait(self, domain: WatchedDomain, decision: Decision, now: datetime) -> None:
        countdown = Countdown.objects.filter(domain=domain.pk, ended_at=None).first() or self._opened(domain, now)
        if decision.switch_at is not None:
            countdown.due_at = decision.switch_at
        if decision.state is State.HELD and countdown.held_at is None:
            countdown.held_at, countdown.held_sentence = now, decision.sentence
        countdown.save()

    def _opened(self, domain: WatchedDomain, now: datetime) -> Countdown:
        track = self._board.tracks[domain.servers[domain.active].pk]
        monotonic = self._clock.monotonic()
        outage_at = now - timedelta(seconds=monotonic - (track.counting_from or monotonic))
        return Countdown(
            domain_id=domain.pk,
            domain_name=domain.name,
            role=domain.active,
            epoch=domain.epoch,
            reason=track.reason or "",
            outage_at=outage_at,
            started_at=now,
            due_at=outage_at + timedelta(seconds=domain.interval),
        )

    def _stand(self, domain: WatchedDomain, decision: Decision, now: datetime) -> None:
        standing = Standing.objects.filter(domain=domain.pk).first() or Standing(domain_id=domain.pk, state="")
        if standing.state != decision.state:
            standing.since = now
            log.info("%s: %s, %s. %s", domain.name, decision.state, decision.code, decision.sentence)
        standing.state, standing.code = decision.state, decision.code
        standing.sentence, standing.forecast = decision.sentence, decision.forecast
        standing.switch_at = decision.switch_at
        standing.save()


def _same(before: Decision, after: Decision) -> bool:
    """Whether two decisions say the same to people; a due time may tremble."""
    words = (before.state, before.code, before.sentence, before.forecast)
    if words != (after.state, after.code, after.sentence, after.forecast):
        return False
    if before.switch_at is None or after.switch_at is None:
        return before.switch_at is after.switch_at
    return abs(before.switch_at - after.switch_at) < SAME_MOMENT
