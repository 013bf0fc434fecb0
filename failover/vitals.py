"""The leading monitor's notes on servers: health as it is now, in one statement for all that changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from failover.board import Board
from failover.clock import Clock
from failover.health import Status
from failover.models import ServerHealth

REFRESH = 10.0


@dataclass(frozen=True, slots=True)
class Note:
    """Health of a server as last written; `at` is on the monotonic clock."""

    status: Status
    reason: str
    failures: int
    since: datetime
    at: float


class Vitals:
    """Writes the health of a server when it changed, and every few seconds so that the last check has a time."""

    def __init__(self, *, board: Board, clock: Clock, fall: int) -> None:
        self._board, self._clock, self._fall = board, clock, fall
        self._notes: dict[int, Note] | None = None

    def forget(self) -> None:
        """Read again what is written; after a write that failed, and as the new leader."""
        self._notes = None

    def news(self, servers: Iterable[int]) -> dict[int, Note]:
        """What there is to write of those servers."""
        if self._notes is None:
            self._notes = {
                row.server_id: Note(Status(row.status), row.reason, row.failures, row.since, float("-inf"))
                for row in ServerHealth.objects.all()
            }
        notes = {server: self._note(server, self._notes.get(server)) for server in servers}
        return {server: note for server, note in notes.items() if note is not None}

    def write(self, notes: dict[int, Note]) -> None:
        """Write the notes, all in one statement."""
        ServerHealth.objects.bulk_create(
            [self._row(server, note) for server, note in notes.items()],
            update_conflicts=True,
            unique_fields=["server"],
            update_fields=["status", "since", "checked_at", "reason", "latency", "failures"],
        )
        self._notes = (self._notes or {}) | notes

    def _note(self, server: int, before: Note | None) -> Note | None:
        """What to write of a server, or None when that stands there already."""
        monotonic = self._clock.monotonic()
        track, status = self._board.tracks[server], self._board.status(server, monotonic)
        said = (status, track.reason or "", min(track.failures, self._fall))
        if before and (before.status, before.reason, before.failures) == said and monotonic - before.at < REFRESH:
            return None
        since = before.since if before and before.status is status else self._clock.now()
        return Note(*said, since=since, at=monotonic)

    def _row(self, server: int, note: Note) -> ServerHealth:
        track = self._board.tracks[server]
        age = None if track.last is None else timedelta(seconds=note.at - track.last)
        return ServerHealth(
            server_id=server,
            status=note.status,
            since=note.since,
            checked_at=None if age is None else self._clock.now() - age,
            reason=note.reason,
            latency=track.latency,
            failures=note.failures,
        )
