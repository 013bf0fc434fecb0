"""Who asked, kept in memory and written in batches; dropped before it would slow a decision."""

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError, connection

from api import conf
from api.deciding import Question
from versioncontrol import sightings
from versioncontrol.patterns import LONGEST
from versioncontrol.sightings import Report, agent_id

log = logging.getLogger(__name__)

MOST = 20_000  # agents that wait to be written down; beyond them new ones are dropped
MOST_ASKED = 50_000  # questions that wait to be put together, the same
GATHERED = 0.25  # seconds after which they are


@dataclass(slots=True)
class Waiting:
    """What an agent asked last, and how often it asked."""

    question: Question
    agent: str
    at: datetime
    checks: int = 0

    @property
    def report(self) -> Report:
        site, component, version = self.question.site, self.question.component, self.question.version
        agent = agent_id(self.agent)
        return Report(site.key, component.key, version, self.question.networks[0], self.at, agent, self.checks)


class Buffer:
    """Who asked and is not written down yet, one per agent or version, bounded.

    Whoever answers only says who asked; the thread that writes puts together what belongs together, which costs a
    fraction there: it does so thousands of times in a row.
    """

    def __init__(self, write: Callable[[Iterable[Report]], object], most: int = MOST) -> None:
        self._write, self._most = write, most
        self._asked: deque[tuple[Question, str, datetime]] = deque()
        self._waiting: dict[tuple[int, int, str, str], Waiting] = {}
        self.dropped = 0

    def add(self, question: Question, agent: str, at: datetime) -> None:
        """Keep that an agent asked; drop it where there is no room."""
        if len(self._asked) < MOST_ASKED:
            self._asked.append((question, agent.strip() if len(agent) <= LONGEST else agent_id(agent), at))
        else:
            self.dropped += 1

    def gather(self) -> None:
        """Merge what was asked with what is known of the same agents; one thread calls this."""
        for _ in range(len(self._asked)):
            question, agent, at = self._asked.popleft()
            key = question.site.key, question.component.key, agent, "" if agent else question.version
            waiting = self._waiting.get(key)
            if waiting is None:
                if len(self._waiting) >= self._most:
                    self.dropped += 1
                    continue
                waiting = self._waiting[key] = Waiting(question, agent, at)
            waiting.question, waiting.at = question, at
            waiting.checks += 1

    def flush(self) -> None:
        """Write down what waits. What cannot be written is dropped, and said."""
        self.gather()
        waiting, self._waiting = self._waiting, {}
        dropped, self.dropped = self.dropped, 0
        if dropped:
            log.warning("%s sightings were dropped: more agents asked than fit.", dropped)
        if not waiting:
            return
        try:
            self._write([one.report for one in waiting.values()])
        except (DatabaseError, InterfaceError) as error:
            log.warning("%s sightings were dropped: %s", len(waiting), error)

    def forget(self) -> None:
        """Nothing waits."""
        self._asked.clear()
        self._waiting, self.dropped = {}, 0

    def __len__(self) -> int:
        """How many rows will be written."""
        self.gather()
        return len(self._waiting)


class Writer:
    """Flushes a buffer every few seconds in a thread of its own, which starts with the first report."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, every: float) -> None:
        """Run from now on, if it does not run yet and was not stopped."""
        if self._thread is not None or self._stop.is_set():
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, args=(every,), name="sightings", daemon=True)
                self._thread.start()
                atexit.register(self.stop)

    def stop(self) -> None:
        """Write what waits and end."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)

    def rest(self, seconds: float) -> None:
        """Let those who answer have the interpreter, unless the process ends."""
        self._buffer.gather()
        self._stop.wait(seconds)

    def _run(self, every: float) -> None:
        due = time.monotonic() + every
        while not self._stop.wait(min(GATHERED, every)):
            self._do(self._buffer.gather)
            if time.monotonic() >= due:
                self._do(self._buffer.flush)
                due = time.monotonic() + every
        self._do(self._buffer.flush)

    def _do(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:  # the loop boundary
            log.exception("Sightings could not be written.")
        finally:
            connection.close()


BUFFER = Buffer(lambda reports: sightings.record(reports=reports, rest=WRITER.rest))
WRITER: Writer = Writer(BUFFER)


def note(question: Question, agent: str, at: datetime) -> None:
    """An agent asked; `agent` is its id as it was given."""
    if every := conf.sightings_every():
        BUFFER.add(question, agent, at)
        WRITER.start(every)
