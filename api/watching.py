"""Two threads of each web process that keep what answers from memory fresh; they start with the first question.

Each has what it looks at for itself: while rules are compiled, who is active is looked at all the same.
"""

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection

from api.directory import DIRECTORY
from api.snapshot import WATCHED
from common.news import News

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds after a failure


class Watch:
    """Looks whenever there are news. Without it every question goes to Django, which asks the database."""

    def __init__(self, name: str, look: Callable[[], None], wait: Callable[[], None]) -> None:
        self.name, self._look, self._wait = name, look, wait
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
                self._thread = threading.Thread(target=self._run, name=f"watching {self.name}", daemon=True)
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
        """Wait for news and look; False when that failed, which is said once.

        Without news it looks all the same: what looks may serve on while the database is away.
        """
        heard, seen = self._done(self._wait), self._done(self._look)
        self._failing = not (heard and seen)
        return heard and seen

    def _done(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except (DatabaseError, InterfaceError, OSError) as error:
            connection.close()
            if not self._failing:
                log.warning("The database does not answer; nobody can say whether %s changed: %s", self.name, error)
            self._failing = True
            return False
        except Exception:  # the loop boundary
            connection.close()  # whatever it is, it may be of the connection
            log.exception("What answers from memory about %s could not be renewed.", self.name)
            return False
        return True


WATCHES = (Watch("servers and dial rules", DIRECTORY.look, News().wait), Watch("versions", WATCHED.look, News().wait))


def start() -> None:
    """Run from now on, if they do not run yet."""
    for watch in WATCHES:
        watch.start()
