"""How often one client may ask: a token, or an address where no token is needed."""

import time

from api import conf
from api.limits import Buckets
from common.kept import until_settings_change


@until_settings_change
def buckets() -> Buckets | None:
    """The clients' buckets of this process; None where nobody is held back."""
    rate = conf.rate()
    return Buckets(size=rate * conf.BURST, rate=rate) if rate else None


def too_soon(client: int | str, cost: float) -> float:
    """Charge the client for a request: 0, or the seconds after which it may ask again."""
    held_back = buckets()
    return held_back.take(client, cost, time.monotonic()) if held_back else 0
