"""The mass-outage brake: servers that fail together speak of the monitor's own network. Pure; FAILOVER.md, rule 10."""

from collections.abc import Iterable

WINDOW = 60.0
FEWEST = 3


class Brake:
    """Remembers which servers were up and began to fail within the window, on one monitor's monotonic clock.

    A server that failed in a mass stays in it until it is up again, or forgotten.
    """

    def __init__(self) -> None:
        self._up: set[int] = set()
        self._failed_at: dict[int, float] = {}  # of those that were up within the window, oldest first
        self._mass: set[int] = set()
        self._engaged = False

    def up(self, server: int) -> None:
        """A server was judged up."""
        self.forget([server])
        self._up.add(server)

    def fails(self, server: int, began: float) -> None:
        """A server that was up began to fail."""
        if server not in self._up:
            return
        self._up.discard(server)
        self._forget_older(began - WINDOW)
        self._failed_at[server] = began
        failed = len(self._failed_at)
        engaged = failed >= FEWEST and failed >= len(self._up)  # half of those that were up before it began
        if engaged:
            self._mass.update([server] if self._engaged else self._failed_at)
        self._engaged = engaged

    def holds(self, server: int) -> bool:
        """Whether the server failed together with half of all that were up."""
        return server in self._mass

    def forget(self, servers: Iterable[int]) -> None:
        """Those are not watched any more, or are judged anew."""
        for server in servers:
            self._up.discard(server)
            self._failed_at.pop(server, None)
            self._mass.discard(server)

    def _forget_older(self, moment: float) -> None:
        while self._failed_at and (oldest := next(iter(self._failed_at.items())))[1] < moment:
            del self._failed_at[oldest[0]]
