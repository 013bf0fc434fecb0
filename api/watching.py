"""A thread of each web process that keeps what answers from memory fresh; it starts with the first question."""

import logging
import threading
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, connection

from api.directory import DIRECTORY
from api.snapshot import WATCHED
from common.news import News

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds after a failure


class Watch:
    """Looks whenever there are news. Without it every question goes to Django, which asks the database."""

    def __init__(self, looks: Sequence[Callable[[], None]], wait: Callable[[], None]) -> None:
        self._looks, self._wait = looks, wait
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failing = False

    def start(self) -> None:
        """Run from now on, if it does not run yet."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watching", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End after the round that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self.run_once():
                self._stop.wait(PAUSE)
        connection.close()

    def run_once(self) -> bool:
        """Wait for news and look; False when that failed, which is said once."""
        try:
            self._wait()
            for look in self._looks:
                look()
        except (DatabaseError, InterfaceError, OSError) as error:
            connection.close()
            if not self._failing:
                log.warning("The database does not answer; what it would be asked for is not answered: %s", error)
            self._failing = True
            return False
        except Exception:  # the loop boundary
            log.exception("What answers from memory could not be renewed.")
            self._failing = True
            return False
        self._failing = False
        return True


WATCH = Watch((DIRECTORY.look, WATCHED.look), News().wait)
