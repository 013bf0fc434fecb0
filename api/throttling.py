"""How often one client may ask: a token, or an address where no token is needed."""

import time
from functools import lru_cache

from api import conf
from api.limits import Buckets


@lru_cache(maxsize=4)
def buckets(rate: float) -> Buckets:
    """The clients' buckets of this process, at that rate."""
    return Buckets(size=rate * conf.BURST, rate=rate)


def too_soon(client: int | str, cost: float) -> float:
    """Charge the client for a request: 0, or the seconds after which it may ask again."""
    rate = conf.rate()
    if not rate:
        return 0
    # No request may cost more than a full bucket, or it could never be answered.
    return buckets(rate).take(client, min(cost, rate * conf.BURST), time.monotonic())
