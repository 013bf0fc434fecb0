"""Who watches: every monitor that gave a sign of life lately, the one that leads first."""

from dataclasses import dataclass
from datetime import datetime

from common.status import Look, Tone
from failover import looks
from failover.models import Lease, Monitor
from failover.selectors import LOST

SILENT = "No sign of life: the process ended without a word, its machine is off, or it does not reach the database."
AHEAD = "Its signs of life lie in the future: the clock of its machine and the console's disagree."


@dataclass(frozen=True, slots=True)
class MonitorRow:
    """A monitor as people see it; `note` says what is wrong with it."""

    monitor: Monitor
    look: Look
    note: str = ""

    @property
    def needs_attention(self) -> bool:
        return self.look.tone in (Tone.BAD, Tone.WARN)


@dataclass(frozen=True, slots=True)
class Roster:
    """The monitors, and the lease that says which of them may switch."""

    rows: list[MonitorRow]
    lease: Lease | None


def roster(now: datetime) -> Roster:
    """Everybody who watches or did so lately."""
    rows = [_row(monitor, now) for monitor in Monitor.objects.all()]
    order = [looks.LEADS, looks.LATE, looks.STANDS_BY, looks.CLOCK_AHEAD, looks.SILENT, looks.STOPPED]
    return Roster(sorted(rows, key=lambda row: order.index(row.look)), Lease.objects.first())


def _row(monitor: Monitor, now: datetime) -> MonitorRow:
    if monitor.stopped_at is not None:
        return MonitorRow(monitor, looks.STOPPED)
    if monitor.heartbeat_at > now + LOST:
        return MonitorRow(monitor, looks.CLOCK_AHEAD, AHEAD)
    if monitor.heartbeat_at < now - LOST:
        return MonitorRow(monitor, looks.SILENT, SILENT)
    if monitor.late:
        note = f"Checks start up to {monitor.lateness:.1f} s after their time: its machine has too much to do."
        return MonitorRow(monitor, looks.LATE, note)
    return MonitorRow(monitor, looks.LEADS if monitor.leads else looks.STANDS_BY)
