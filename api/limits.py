"""How much one client may ask for: token buckets, bounded in number. Pure."""

from collections.abc import Hashable
from heapq import nlargest

MOST_CLIENTS = 10_000
ROUNDING = 1e-9  # seconds


class Buckets:
    """A bucket per client: it holds `size` and regains `rate` a second.

    Of each only the moment is kept at which it is full again (the generic cell rate algorithm). No lock guards it: two
    threads that charge the same client in the same moment may charge it once. When there are too many, those that are
    full are forgotten, which loses nothing, and then those that are almost full.
    """

    def __init__(self, *, size: float, rate: float, most: int = MOST_CLIENTS) -> None:
        self.size, self.rate, self.most = size, rate, most
        self._full_at: dict[Hashable, float] = {}

    def take(self, client: Hashable, cost: float, now: float) -> float:
        """Take `cost` out of the client's bucket: 0 when it was there, otherwise the seconds until it will be."""
        full_at = max(now, self._full_at.get(client, now))
        wait = full_at - now + (cost - self.size) / self.rate
        if wait > ROUNDING:
            return wait
        self._full_at[client] = full_at + cost / self.rate
        if len(self._full_at) > self.most:
            busy = [one for one in list(self._full_at.items()) if one[1] > now]
            self._full_at = dict(nlargest(self.most // 2, busy, key=lambda one: one[1]))
        return 0.0

    def wait(self, client: Hashable, cost: float, now: float) -> float:
        """The seconds until `cost` will be there; takes nothing."""
        wait = max(now, self._full_at.get(client, now)) - now + (cost - self.size) / self.rate
        return wait if wait > ROUNDING else 0.0

    def forget(self) -> None:
        """All buckets are full again."""
        self._full_at = {}
