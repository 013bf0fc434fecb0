"""The leading monitor's record of every minute of every server: few rows, a small batch at a time. Decision 0017."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from appservers.models import ApplicationServer
from failover import hours
from failover.board import Board
from failover.clock import Clock
from failover.minutes import MINUTE, Minute, Minutes
from failover.models import HealthHour
from failover.observation import Observation
from failover.retention import remove_some

BATCH, EVERY = 50, 0.5  # servers, seconds: 20,000 are written every 200 s, 6,000 every minute
SETTLE = 10.0  # seconds after which a server that was not heard in a minute has its last one closed
CLEAN_UP = 30.0

Batch = Mapping[int, list[Minute]]


class Summaries:
    """Counts what is seen, and as the leader writes closed minutes into the rows of their hours."""

    def __init__(self, *, board: Board, clock: Clock, longest: float, at_once: int = BATCH) -> None:
        self._board, self._clock, self._at_once = board, clock, at_once
        self._minutes = Minutes(longest)
        self._since = 0
        self._due_at = self._settle_at = self._clean_up_at = float("-inf")

    def take(self, observations: Iterable[Observation]) -> None:
        """Count what was seen of the servers as they are configured now."""
        tracks = self._board.tracks
        known = [
            seen
            for seen in observations
            if (track := tracks.get(seen.server)) is not None and track.configuration == seen.configuration
        ]
        self._minutes.take(known, self._clock.now().timestamp() - self._clock.monotonic())
        self._settle()

    def begin(self) -> None:
        """Start as the new leader: of earlier minutes, what the former one wrote stands."""
        self._since = int(self._clock.now().timestamp() // MINUTE)

    def due(self) -> Batch:
        """What to write now; nothing most of the time."""
        monotonic = self._clock.monotonic()
        if monotonic < self._due_at:
            return {}
        self._due_at = monotonic + EVERY
        return self._minutes.due(self._at_once)

    def write(self, batch: Batch) -> None:
        """Write a batch without the servers that are gone, and from time to time remove some of what is too old."""
        present = set(ApplicationServer.objects.filter(pk__in=batch).order_by().values_list("pk", flat=True))
        seen: dict[tuple[int, int], list[Minute]] = defaultdict(list)
        for server in batch.keys() & present:
            for minute in batch[server]:
                seen[server, minute.number // hours.MINUTES].append(minute)
        stored = self._stored(seen)
        HealthHour.objects.bulk_create(
            [
                HealthHour(
                    server_id=server, hour=hour, minutes=hours.pack(hours.merge(stored(server, hour), new, self._since))
                )
                for (server, hour), new in seen.items()
            ],
            update_conflicts=True,
            unique_fields=["server", "hour"],
            update_fields=["minutes"],
        )
        self._minutes.drop(batch)
        self._clean_up()

    def keep(self, batch: Batch) -> None:
        """What could not be written waits again, behind the others. Written twice, it does no harm."""
        self._minutes.put_back(batch)

    def _settle(self) -> None:
        if self._clock.monotonic() >= self._settle_at:
            self._settle_at = self._clock.monotonic() + SETTLE
            self._minutes.settle(int((self._clock.now().timestamp() - SETTLE) // MINUTE), self._board.tracks)

    def _stored(self, wanted: Iterable[tuple[int, int]]) -> Callable[[int, int], Iterable[Minute]]:
        """The minutes that stand in these hours already, by another monitor or by this one a moment ago."""
        servers, numbers = {server for server, _ in wanted}, {hour for _, hour in wanted}
        rows = HealthHour.objects.filter(server__in=servers, hour__in=numbers)
        packed = {(row.server_id, row.hour): bytes(row.minutes) for row in rows}

        def of(server: int, hour: int) -> Iterable[Minute]:
            return hours.unpack(packed[server, hour], hour) if (server, hour) in packed else ()

        return of

    def _clean_up(self) -> None:
        if self._clock.monotonic() >= self._clean_up_at:
            self._clean_up_at = self._clock.monotonic() + CLEAN_UP
            remove_some(self._clock.now())
