"""What a monitor tells the others: failover.publication over the model of the database."""

from collections.abc import Callable, Iterable

from failover import conf, health
from failover.board import Board
from failover.clock import Clock
from failover.health import Status, Track
from failover.peers import Finding, Publication, counted_by_then
from failover.publication import Amiss
from tests.simulation.database import Database, Published
from tests.simulation.world import PACE


class Publishing:
    """One monitor's row and findings."""

    def __init__(self, *, name: str, database: Database, board: Board, clock: Clock) -> None:
        self._name, self._database, self._board, self._clock = name, database, board, clock
        self._started = clock.monotonic()
        self._published: dict[int, Amiss] = {}
        self._seq = 0
        self.beat_at = float("-inf")

    def forget(self) -> None:
        """Publish everything anew next time."""
        self._published, self.beat_at = {}, float("-inf")

    def step(self, concerned: Iterable[int], *, revision: int, ask: Callable[[], None]) -> bool:
        """Publish what is due or new, if the database lets itself be asked; whether anything was published."""
        now = self._clock.monotonic()
        due = now - self.beat_at >= PACE.heartbeat
        servers = list(self._board.tracks) if due else self._board.servers_of(concerned)
        found = {server: self._amiss(self._board.tracks[server], now) for server in servers}
        news = {server: amiss for server, amiss in found.items() if amiss != self._published.get(server)}
        if not (due or news):
            return False
        ask()
        self._seq += 1
        self._write(Publication(self._name, self._seq, revision, self._ready(now), now - self._started), news, now)
        self.beat_at = now
        return True

    def stored_counts(self, predecessor: str) -> dict[int, tuple[int, float]]:
        """failover.publication.stored_counts()."""
        row = self._database.published.get(predecessor)
        if row is None or not 0 <= (self._clock.now() - row.heartbeat_at).total_seconds() <= conf.LEASE_TTL + 6.0:
            return {}
        counts = {}
        for server, (found, at) in row.findings.items():
            if found.status is Status.DOWN and not self._database.overtaken((server + 1) // 2, at):
                counted = counted_by_then(found.counted, found.counting, row.sign.uptime - found.uptime)
                counts[server] = found.configuration, counted
        return counts

    def _write(self, sign: Publication, news: dict[int, Amiss | None], now: float) -> None:
        row = self._database.published.get(self._name)
        if row is None or (not self._published and self.beat_at == float("-inf")):
            row = self._database.published[self._name] = Published(sign, self._clock.now())
        row.sign, row.heartbeat_at = sign, self._clock.now()
        for server, amiss in news.items():
            if amiss is None:
                row.findings.pop(server, None)
                self._published.pop(server, None)
                continue
            counted = health.evidence(self._board.tracks[server], now, PACE.limits)
            counting = amiss.counting_from is not None
            found = Finding(server, amiss.configuration, amiss.status, counted, counting, sign.uptime)
            row.findings[server] = found, row.heartbeat_at
            self._published[server] = amiss

    def _ready(self, now: float) -> bool:
        return now - self._started >= 2 * PACE.period + PACE.timeout

    def _amiss(self, track: Track, now: float) -> Amiss | None:
        limits = PACE.limits
        if track.successes >= limits.rise and not health.silent(track, now, limits):
            return None
        if not (track.failures or self._ready(now)):
            return None
        return Amiss(track.configuration, health.status(track, now, limits), track.counted, track.counting_from)
