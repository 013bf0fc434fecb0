"""What a monitor tells the others, and people: a sign of life, and every server that it does not see up.

FAILOVER.md section 5. All of it in one transaction: a sign of life never speaks for findings that are not there.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from failover import health
from failover.board import Board
from failover.bounded import bounded
from failover.clock import Clock
from failover.conf import LEASE_TTL
from failover.health import Status, Track
from failover.models import Finding, Monitor
from failover.names import Trouble
from failover.pace import Pace
from failover.peers import counted_by_then
from failover.selectors import overtaken
from failover.unresolved import Unresolved

log = logging.getLogger(__name__)

OLD_MONITORS = timedelta(days=1)
AT_ONCE = 1000


class Outdated(Exception):
    """A publication that took so long that it speaks of what was."""


class Amiss(NamedTuple):
    """What makes a finding another one; the seconds of a count that runs grow without that."""

    configuration: int
    status: Status
    counted: float
    counting_from: float | None


class Publication:
    """This monitor's rows: Monitor, and a Finding for each server that is amiss."""

    def __init__(self, *, identity: str, version: str, board: Board, clock: Clock, pace: Pace) -> None:
        self._identity, self._version, self._board, self._clock = identity, version, board, clock
        self._limits, self._every, self._judged_after = pace.limits, pace.heartbeat, 2 * pace.period + pace.timeout
        self._patience = pace.patience
        self._started, self._started_at = clock.monotonic(), clock.now()
        self._row: Monitor | None = None
        self._published: dict[int, Amiss] = {}
        self._names = Unresolved(clock)
        self._beat_at = float("-inf")

    def forget(self) -> None:
        """Publish everything anew next time; after a write that failed."""
        self._row, self._published, self._beat_at = None, {}, float("-inf")
        self._names.forget()

    def step(
        self,
        concerned: Iterable[int],
        *,
        leads: bool,
        lateness: float,
        revision: int,
        troubles: Mapping[str, Trouble],
    ) -> bool:
        """Publish when a sign of life is due, or when something is new about the domains that are concerned.

        Returns whether anything was published.
        """
        now = self._clock.monotonic()
        due = now - self._beat_at >= self._every
        amiss, well = self._look(self._board.tracks if due else self._board.servers_of(concerned), now)
        if not (due or amiss or well):
            return False
        try:
            with bounded():
                row = self._row or self._register()
                row.seq += 1
                row.heartbeat_at, row.leads, row.lateness = self._clock.now(), leads, lateness
                row.servers, row.revision, row.ready = len(self._board.tracks), revision, self._ready(now)
                row.uptime = now - self._started
                row.save()
                self._write(row, amiss, well, now)
                if due:
                    self._names.publish(row, troubles)
                self._check_age(now)
        except Outdated as outdated:
            log.warning("%s", outdated)
            return False
        self._row, self._beat_at = row, now
        self._published |= amiss
        for server in well:
            del self._published[server]
        return True

    def say_goodbye(self) -> None:
        """The process ends, and says so."""
        now = self._clock.now()
        Monitor.objects.filter(identity=self._identity).update(leads=False, heartbeat_at=now, stopped_at=now)

    def _check_age(self, now: float) -> None:
        """Who could not speak for so long counts as gone; an old word would call it back and be taken for a new one."""
        if (took := self._clock.monotonic() - now) > self._patience:
            raise Outdated(f"what this monitor sees took {took:.1f} s to be written and is said anew")

    def _ready(self, now: float) -> bool:
        return now - self._started >= self._judged_after

    def _look(self, servers: Iterable[int], now: float) -> tuple[dict[int, Amiss], list[int]]:
        """Findings to write and those to delete."""
        amiss: dict[int, Amiss] = {}
        well: list[int] = []
        for server in servers:
            finding = self._finding(self._board.tracks[server], now)
            if finding != (before := self._published.get(server)):
                if finding is None:
                    well.append(server)
                elif before is not None or len(amiss) < AT_ONCE:
                    amiss[server] = finding
        return amiss, well

    def _finding(self, track: Track, now: float) -> Amiss | None:
        if track.successes >= self._limits.rise and not health.silent(track, now, self._limits):
            return None
        if not (track.failures or self._ready(now)):
            return None
        status = health.status(track, now, self._limits)
        return Amiss(track.configuration, status, track.counted, track.counting_from)

    def _write(self, row: Monitor, amiss: dict[int, Amiss], well: list[int], now: float) -> None:
        Finding.objects.bulk_create(
            [
                Finding(
                    monitor=row,
                    server_id=server,
                    configuration=finding.configuration,
                    status=finding.status,
                    counted=health.evidence(self._board.tracks[server], now, self._limits),
                    counting=finding.counting_from is not None,
                    uptime=row.uptime,
                    published_at=row.heartbeat_at,
                )
                for server, finding in sorted(amiss.items())
            ],
            update_conflicts=True,
            unique_fields=["monitor", "server"],
            update_fields=["configuration", "status", "counted", "counting", "uptime", "published_at"],
        )
        if well:
            Finding.objects.filter(monitor=row, server__in=well).delete()

    def _register(self) -> Monitor:
        now = self._clock.now()
        Monitor.objects.filter(heartbeat_at__lt=now - OLD_MONITORS).delete()
        row, _ = Monitor.objects.get_or_create(
            identity=self._identity,
            defaults={"version": self._version, "started_at": self._started_at, "heartbeat_at": now},
        )
        Finding.objects.filter(monitor=row).delete()
        return row


def stored_counts(identity: str, *, clock: Clock, period: float) -> dict[int, tuple[int, float]]:
    """What a monitor that is gone had counted: configuration and seconds by server; nothing when it is gone too long.

    FAILOVER.md section 6: a restarted monitor inherits its own count, if the gap was short. Nothing is inherited of a
    domain that was switched or paused since: that count was for something else.
    """
    row = Monitor.objects.filter(identity=identity).first()
    if row is None or not timedelta(0) <= clock.now() - row.heartbeat_at <= timedelta(seconds=LEASE_TTL + 3 * period):
        return {}
    findings = row.findings.filter(status=Status.DOWN).select_related("server")
    return {
        finding.server_id: (
            finding.configuration,
            counted_by_then(finding.counted, finding.counting, row.uptime - finding.uptime),
        )
        for finding in findings
        if not overtaken(finding.server.domain_id, finding.published_at)
    }
