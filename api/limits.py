"""How much one client may ask for: token buckets, bounded in number. Pure."""

from collections.abc import Hashable
from heapq import nlargest

MOST_CLIENTS = 10_000
ROUNDING = 1e-9  # seconds


class Buckets:
    """A bucket per client: it holds `size` and regains `rate` a second. What costs more than that takes all.

    Of each only the moment is kept at which it is full again (the generic cell rate algorithm). No lock guards it: two
    threads that charge the same client in the same moment may charge it once. When there are too many, those that are
    full are forgotten, which loses nothing, and then those that are almost full.
    """

    def __init__(self, *, size: float, rate: float, most: int = MOST_CLIENTS) -> None:
        self.size, self.rate, self.most = size, rate, most
        self._time_to_fill = size / rate
        self._full_at: dict[Hashable, float] = {}

    def take(self, client: Hashable, cost: float, now: float) -> float:
        """Take `cost` out of the client's bucket: 0 when it was there, otherwise the seconds until it will be."""
        full_at = self._full_after(client, cost, now)
        wait = full_at - now - self._time_to_fill
        if wait > ROUNDING:
            return wait
        self._full_at[client] = full_at
        if len(self._full_at) > self.most:
            busy = [one for one in list(self._full_at.items()) if one[1] > now]
            self._full_at = dict(nlargest(self.most // 2, busy, key=lambda one: one[1]))
        return 0.0

    def wait(self, client: Hashable, cost: float, now: float) -> float:
        """The seconds until `cost` will be there; takes nothing."""
        wait = self._full_after(client, cost, now) - now - self._time_to_fill
        return wait if wait > ROUNDING else 0.0

    def forget(self) -> None:
        """All buckets are full again."""
        self._full_at = {}

    def _full_after(self, client: Hashable, cost: float, now: float) -> float:
        full_at = self._full_at.get(client, now)
        return (full_at if full_at > now else now) + (cost if cost < self.size else self.size) / self.rate
