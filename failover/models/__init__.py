"""What the monitor knows and did: health now, countdowns, switches, refusals, monitors and the lease."""

from failover.models.choices import Cause, Ending, HoldKind, Outcome, codes, named, reasons, states, statuses
from failover.models.monitors import Finding, Lease, Monitor, NameTrouble
from failover.models.orders import Hold, Pause, ScheduledSwitch
from failover.models.servers import UNCHECKED, HealthChange, HealthHour, HealthMonth, ServerHealth
from failover.models.standings import AMISS, LOUD, STANDBY_AMISS, Countdown, Standing
from failover.models.switches import SwitchEvent, SwitchRefusal
from failover.subscription import Channel, Notice, Subscriber

__all__ = [
    "AMISS",
    "LOUD",
    "STANDBY_AMISS",
    "UNCHECKED",
    "Cause",
    "Channel",
    "Countdown",
    "Ending",
    "Finding",
    "HealthChange",
    "HealthHour",
    "HealthMonth",
    "Hold",
    "HoldKind",
    "Lease",
    "Monitor",
    "NameTrouble",
    "Notice",
    "Outcome",
    "Pause",
    "ScheduledSwitch",
    "ServerHealth",
    "Standing",
    "Subscriber",
    "SwitchEvent",
    "SwitchRefusal",
    "codes",
    "named",
    "reasons",
    "states",
    "statuses",
]
