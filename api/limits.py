"""How much one client may ask for: token buckets, bounded in number. Pure but for the lock."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

MOST_CLIENTS = 10_000


class Buckets:
    """A bucket per client: it holds `size` and regains `rate` a second.

    The client that was not seen for longest is forgotten first.
    """

    def __init__(self, *, size: float, rate: float, most: int = MOST_CLIENTS) -> None:
        self.size, self.rate, self.most = size, rate, most
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: Hashable, cost: float, now: float) -> float:
        """Take `cost` out of the client's bucket: 0 when it was there, otherwise the seconds until it will be."""
        with self._lock:
            level = self._level(client, now)
            wait = 0.0 if level >= cost else (cost - level) / self.rate
            self._levels[client] = (level if wait else level - cost, now)
            self._levels.move_to_end(client)
            if len(self._levels) > self.most:
                self._levels.popitem(last=False)
            return wait

    def wait(self, client: Hashable, cost: float, now: float) -> float:
        """The seconds until `cost` will be there; takes nothing."""
        with self._lock:
            return max(0.0, (cost - self._level(client, now)) / self.rate)

    def forget(self) -> None:
        """All buckets are full again."""
        with self._lock:
            self._levels.clear()

    def _level(self, client: Hashable, now: float) -> float:
        level, seen = self._levels.get(client, (self.size, now))
        return min(self.size, level + max(0.0, now - seen) * self.rate)
