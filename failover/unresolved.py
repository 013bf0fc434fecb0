"""What a monitor publishes of host names that do not resolve for it: written when that changes, with a sign of life."""

from collections.abc import Mapping
from datetime import timedelta

from failover.clock import Clock
from failover.models import Monitor, NameTrouble
from failover.names import Trouble, listed

WORTH_A_WORD = 10.0  # seconds that a name fails; the first look-up takes a moment
AT_ONCE = 500  # names of one sign of life: a round has other things to do; the others come with the next

Told = tuple[str, str]  # why, and the addresses that stay in use


class Unresolved:
    """The rows of one monitor."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[str, Told] | None = None

    def forget(self) -> None:
        """Write everything anew next time."""
        self._told = None

    def publish(self, monitor: Monitor, troubles: Mapping[str, Trouble]) -> None:
        """Write what has changed, for a transaction that the caller has begun; a failed one is to be forgotten."""
        now = self._clock.monotonic()
        lasting = {host: one for host, one in troubles.items() if now - one.since >= WORTH_A_WORD}
        telling = {host: (one.reason, listed(one.addresses)) for host, one in lasting.items()}
        if telling == self._told:
            return
        told = self._told or {}
        new = [host for host in sorted(telling) if told.get(host) != telling[host]][:AT_ONCE]
        over = sorted(told.keys() - telling.keys())[:AT_ONCE]
        rows = NameTrouble.objects.filter(monitor=monitor)
        if self._told is None:
            rows.delete()
        elif over:
            rows.filter(host__in=over).delete()
        NameTrouble.objects.bulk_create(
            [
                NameTrouble(
                    monitor=monitor,
                    host=host,
                    reason=telling[host][0],
                    addresses=telling[host][1],
                    since=self._clock.now() - timedelta(seconds=now - lasting[host].since),
                )
                for host in new
            ],
            update_conflicts=True,
            unique_fields=["monitor", "host"],
            update_fields=["reason", "addresses", "since"],
        )
        kept = {host: words for host, words in told.items() if host not in over}
        self._told = kept | {host: telling[host] for host in new}
