"""The leading monitor's notes on servers: health as it is now, in one statement for all, and each change of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from failover import health
from failover.board import Board
from failover.clock import Clock
from failover.health import Status
from failover.models import HealthChange, ServerHealth

REFRESH = 120.0
SETTLED = timedelta(seconds=5)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Note:
    """Health of a server as last written; `at` is on the monotonic clock.

    `recorded` is the status of its latest HealthChange: down is recorded at once, any other status when it has stood
    for a moment, so that one lost packet or a restart of the monitor is no change.
    """

    status: Status
    reason: str
    failures: int
    configuration: int
    since: datetime
    at: float
    recorded: str


class Vitals:
    """Writes the health of a server when it changed, and every two minutes so that the last check has a time.

    At most AT_ONCE servers in one transaction: what is left over waits for the next round, so that thousands of them
    delay no decision.
    """

    def __init__(self, *, board: Board, clock: Clock, fall: int) -> None:
        self._board, self._clock, self._fall = board, clock, fall
        self._notes: dict[int, Note] | None = None
        self._waiting: dict[int, None] = {}  # servers to look at, the first first

    def forget(self) -> None:
        """Read again what is written; after a write that failed, and as the new leader."""
        self._notes, self._waiting = None, {}

    def news(self, domains: Iterable[int]) -> dict[int, Note]:
        """What there is to write of the servers of those domains, and of those that are left over from before."""
        if self._notes is None:
            self._notes = self._stored()
        self._waiting |= dict.fromkeys(self._board.servers_of(domains))
        news: dict[int, Note] = {}
        for server in list(self._waiting):  # a dictionary that is emptied from its front grows slower with each look
            if len(news) == AT_ONCE:
                break
            del self._waiting[server]
            if server in self._board.tracks and (note := self._note(server, self._notes.get(server))) is not None:
                news[server] = note
        return news

    def refresh(self) -> None:
        """Look at all servers whose note is so old that the last check would seem long ago, or is not recorded yet."""
        if self._notes is None:
            self._notes = self._stored()
        old, notes = self._clock.monotonic() - REFRESH, self._notes
        self._waiting |= dict.fromkeys(
            server
            for server in self._board.tracks
            if (note := notes.get(server)) is None or note.at < old or note.recorded != note.status
        )

    def write(self, notes: dict[int, Note]) -> None:
        """Write the notes, all in one statement, and what they change for the record in another.

        In the order of keys, so that no two writers wait in a circle.
        """
        ServerHealth.objects.bulk_create(
            [self._row(server, note) for server, note in sorted(notes.items())],
            update_conflicts=True,
            unique_fields=["server"],
            update_fields=["status", "since", "checked_at", "reason", "latency", "failures", "configuration"],
        )
        self._notes = self._notes or {}
        HealthChange.objects.bulk_create(
            HealthChange(server_id=server, status=note.status, reason=note.reason, at=note.since)
            for server, note in sorted(notes.items())
            if note.recorded != _recorded(self._notes.get(server))
        )
        self._notes.update(notes)

    def _stored(self) -> dict[int, Note]:
        """What is written, each note as old as may be so that no two are refreshed at the same moment."""
        now = self._clock.monotonic()
        changes = HealthChange.objects.filter(server=OuterRef("server")).order_by("-at", "-pk")
        rows = ServerHealth.objects.values_list(
            "server", "status", "reason", "failures", "configuration", "since", Subquery(changes.values("status")[:1])
        )
        return {
            server: Note(
                Status(status), reason, failures, configuration, since, now - server % int(REFRESH), recorded or ""
            )
            for server, status, reason, failures, configuration, since, recorded in rows
        }

    def _note(self, server: int, before: Note | None) -> Note | None:
        """What to write of a server, or None when that stands there already."""
        monotonic = self._clock.monotonic()
        track, status = self._board.tracks[server], self._board.status(server, monotonic)
        said = (status, health.reason(track, status) or "", min(track.failures, self._fall), track.configuration)
        same = before and (before.status, before.reason, before.failures, before.configuration) == said
        now = self._clock.now()
        since = before.since if before and before.status is status else now
        settled = status is Status.DOWN or now - since >= SETTLED
        recorded = status if settled else _recorded(before)
        if before and same and monotonic - before.at < REFRESH and recorded == before.recorded:
            return None
        return Note(*said, since=since, at=monotonic, recorded=recorded)

    def _row(self, server: int, note: Note) -> ServerHealth:
        track = self._board.tracks[server]
        heard = track.last if track.reason else None  # an inherited count is no check
        age = None if heard is None else timedelta(seconds=note.at - heard)
        return ServerHealth(
            server_id=server,
            status=note.status,
            since=note.since,
            checked_at=None if age is None else self._clock.now() - age,
            reason=note.reason,
            latency=track.latency,
            failures=note.failures,
            configuration=note.configuration,
        )


def _recorded(note: Note | None) -> str:
    return note.recorded if note else ""
