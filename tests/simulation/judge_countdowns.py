"""I7: every countdown ends once, in a way that fits what happened; none is left open when nothing counts down."""

from dataclasses import replace
from itertools import chain

from failover.conf import LEASE_TTL
from failover.models import Ending
from failover.observation import Verdict
from tests.simulation.database import Database
from tests.simulation.history import Violation
from tests.simulation.rows import Countdown, Event
from tests.simulation.scenario import OF_A_PERSON, OF_A_SERVER, Kind
from tests.simulation.truth import GAP, READ, SETTLED, Paused, Truth

OLD = LEASE_TTL + READ  # how old what a leader writes of can be: it may stand still and lead on


class CountdownJudge:
    """Keeps its own book of what was opened and ended."""

    def __init__(self, truth: Truth, database: Database) -> None:
        self._truth, self._database = truth, database
        self._open: dict[int, Countdown] = {}  # by domain
        self._ended: list[Countdown] = []
        self._since: dict[int, float] = {}  # when each was opened, by number
        self._losses: dict[int, float] = {}  # when the database last forgot a switch, by domain

    def opened(self, row: Countdown) -> None:
        self._truth.said(f"countdown {row.number} of domain {row.domain} begins")
        if row.domain in self._open:
            raise Violation(f"I7: domain {row.domain} has two countdowns")
        self._open[row.domain] = row
        self._since[row.number] = self._truth.now

    def ended(self, row: Countdown) -> None:
        self._truth.said(f"countdown {row.number} of domain {row.domain} ends: {row.ending}, {row.ended_by}")
        if (known := self._open.get(row.domain)) is None or known.number != row.number:
            raise Violation(f"I7: countdown {row.number} of domain {row.domain} ended although it was over")
        if not self._fits(row):
            raise Violation(f"I7: countdown {row.number} of domain {row.domain} ended as {row.ending}: it was not so")
        del self._open[row.domain]
        self._ended.append(row)

    def switched(self, event: Event) -> None:
        """The transaction of a switch is over."""
        if event.domain in self._open:
            raise Violation(f"I7: the switch of domain {event.domain} left its countdown open")

    def lost(self, event: Event) -> None:
        """The database forgot that switch, and what was written with it and since."""
        made, pk = event.commit, event.domain
        self._losses[pk] = self._truth.now
        self._open.pop(pk, None)
        for row in [row for row in self._ended if row.domain == pk and row.ended_in >= made]:
            self._ended.remove(row)
            if row.opened_in < made:
                self._open[pk] = replace(row, ending=None, ended_in=0, ended_by="")

    def judge_end(self) -> None:
        """When the run is over: where everything has been well, or paused, for a while, nothing counts down."""
        for pk in self._open:
            if self._idle(pk):
                raise Violation(f"I7: the countdown of domain {pk} never ended")

    def _fits(self, row: Countdown) -> bool:
        """Whether it ended as it says."""
        event = next((one for one in self._database.events if one.commit == row.ended_in), None)
        if event is not None or row.ending is Ending.SWITCHED:
            if event is None or event.domain != row.domain:
                return False
            if event.automatic:
                return row.ending is Ending.SWITCHED and row.epoch == event.epoch - 1
            return row.ending is Ending.SWITCHED_BY_HAND
        match row.ending:
            case Ending.SWITCHED_BY_HAND:
                return self._database.domains[row.domain].epoch != row.epoch or self._forgot(row)
            case Ending.RECOVERED:
                return self._was_up(row)
            case Ending.PAUSED:
                return any(self._was_paused(row, pause) for pause in self._truth.pauses[row.domain])
            case Ending.SERVER_CHANGED:
                return any(edited >= self._began(row) for edited in self._truth.edits[row.domain])
            case Ending.MONITOR_CHANGED:
                lacked = self._counted_nothing(row) or self._was_blind(row) or self._moved(row)
                return lacked and self._database.lease.term > row.term
            case Ending.EVIDENCE_LOST:
                return self._was_blind(row) or self._counts_less(row)
        return False  # no standby is removed here, and no domain deleted

    def _began(self, row: Countdown) -> float:
        """The earliest moment that who ended it can have known of: it may have stood still, and led on."""
        host, began = self._truth.lives[row.ended_by].host, self._since[row.number] - OLD
        still = [start for who, start, ended in self._truth.still if who == host and ended >= began]
        return min([began, *(start - READ for start in still)])

    def _forgot(self, row: Countdown) -> bool:
        return self._losses.get(row.domain, float("-inf")) >= self._since[row.number]

    def _moved(self, row: Countdown) -> bool:
        """Whether its epoch is not the domain's, or was not a short while ago."""
        late = self._truth.now - OLD
        switched = any(one.domain == row.domain and one.at >= late for one in self._database.events)
        return switched or self._database.domains[row.domain].epoch != row.epoch or self._forgot(row)

    def _was_up(self, row: Countdown) -> bool:
        """Whether who wrote it saw RISE successes in a row of that server, a short while ago at most."""
        server = row.server
        facts = self._truth.facts[row.ended_by, server]
        lately = [fact for fact in facts[-60:] if fact.ended >= self._truth.now - OLD]
        return any(self._truth.up(row.ended_by, server, fact.configuration, fact.ended) for fact in lately)

    def _was_paused(self, row: Countdown, pause: Paused) -> bool:
        """Whether that pause may have held since; by whose time of day it ended nobody knows where one was set."""
        turned = any(one.kind is Kind.CLOCK_STEP for one in self._truth.scenario.faults)
        return (pause.ended if turned else min(pause.ended, pause.until)) >= self._began(row)

    def _was_blind(self, row: Countdown) -> bool:
        """Whether its machine stood still, or had its time of day set, which breaks the evidence."""
        host, since = self._truth.lives[row.ended_by].host, self._began(row) - GAP
        still = any(who == host and ended >= since for who, _, ended in self._truth.still)
        return still or any(
            one.kind is Kind.CLOCK_STEP and one.who == host and since <= one.at <= self._truth.now
            for one in self._truth.scenario.faults
        )

    def _counts_less(self, row: Countdown) -> bool:
        """Whether who wrote it had counted more of that outage before than it does now."""
        truth, by = self._truth, row.ended_by
        facts = [fact for fact in truth.facts[by, row.server] if fact.ended >= self._began(row)]
        if not facts:
            return True  # it has seen nothing since
        now = self._counted(row, facts[-1].configuration, truth.now)
        moments = [(facts[0].configuration, truth.lives[by].began), *((one.configuration, one.ended) for one in facts)]
        return any(self._counted(row, *moment) > now for moment in moments)

    def _counted_nothing(self, row: Countdown) -> bool:
        """Whether who wrote it had no outage of that server in its count, a short while ago at most."""
        truth = self._truth
        facts = [
            fact
            for fact in truth.facts[row.ended_by, row.server]
            if fact.ended >= truth.now - OLD and fact.verdict is not Verdict.NO_EVIDENCE
        ]
        if not facts or facts[0].ended > truth.now - OLD + GAP or truth.now - facts[-1].ended > GAP:
            return True  # it had seen nothing then, or sees nothing now
        if any(edited >= truth.now - OLD for edited in truth.edits[row.domain]):
            return True  # nothing of what it had seen is of the server as it is configured now
        return any(self._counted(row, fact.configuration, fact.ended) == 0.0 for fact in facts)

    def _counted(self, row: Countdown, configuration: int, moment: float) -> float:
        """What who wrote it had counted then."""
        pauses = [(one.began, min(one.ended, one.until), one.closed) for one in self._truth.pauses[row.domain]]
        resets = [*self._truth.resets[row.domain], *chain.from_iterable(pauses)]
        since = max([0.0, *(reset for reset in resets if reset <= moment)])
        return self._truth.outage(row.ended_by, row.server, configuration, since, moment)

    def _idle(self, pk: int) -> bool:
        truth, domain = self._truth, self._database.domains[pk]
        out = [one for one in truth.scenario.faults if one.kind in OF_A_SERVER]
        active = domain.servers[domain.active].pk
        ends = [one.until for one in truth.scenario.faults if one.kind not in (*OF_A_SERVER, *OF_A_PERSON)]
        ends += [ended for _, _, ended in truth.still] + truth.resets[pk]
        calm = truth.scenario.length - SETTLED
        if max(ends, default=0.0) > calm:
            return False
        well = all(one.until <= calm for one in out if one.what == active)
        paused = any(one.began <= calm and min(one.ended, one.until) == float("inf") for one in truth.pauses[pk])
        return well or paused
