"""I6: every switch has its notices from its own commit, one for each who was to be told, and each arrives."""

from tests.simulation.database import Database
from tests.simulation.history import Violation
from tests.simulation.rows import Event, Notice
from tests.simulation.truth import Truth


class NoticeJudge:
    """Knows who was to be told of what, and what arrived."""

    def __init__(self, truth: Truth, database: Database) -> None:
        self._truth, self._database = truth, database
        self._due: dict[Event, list[int]] = {}  # whom to tell of it
        self._arrived: dict[tuple[int, int], int] = {}  # how often, by commit and subscriber
        self.repeated = 0

    def switched(self, event: Event) -> None:
        """The transaction of a switch is over."""
        made = self._database.events[-1]
        due = sorted(one.who.pk for one in self._truth.subscribed if one.of(event.domain, event.at))
        rows = [one for one in self._database.outbox.values() if (one.domain, one.epoch) == (made.domain, made.epoch)]
        told = sorted(one.subscriber for one in rows if one.commit == made.commit)
        if told != due:
            raise Violation(f"I6: epoch {made.epoch} of domain {made.domain} has notices for {told}, not for {due}")
        self._due[made] = due

    def delivered(self, notice: Notice) -> None:
        key = notice.commit, notice.subscriber
        self._arrived[key] = self._arrived.get(key, 0) + 1
        self.repeated += self._arrived[key] > 1

    def judge_end(self) -> None:
        """When the run is over, and whoever delivers lived on until nothing was left."""
        made = {(event.commit, event.domain, event.epoch) for event in self._database.events}
        for notice in self._database.outbox.values():
            if (notice.commit, notice.domain, notice.epoch) not in made:
                raise Violation(f"I6: a notice of epoch {notice.epoch} of domain {notice.domain} has no switch")
        stay = {one.who.pk for one in self._truth.subscribed if one.ended == float("inf")}
        for event, due in self._due.items():
            never = [pk for pk in due if pk in stay and (event.commit, pk) not in self._arrived]
            if never and event in self._database.events:  # and not lost with the database
                raise Violation(f"I6: epoch {event.epoch} of domain {event.domain} was never told to {never}")
