"""How the watch over all domains stands, in numbers, for programs that watch the watchers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from appservers.models import Domain
from failover.decision import State
from failover.models import Cause, Hold, Monitor, Pause, Standing, SwitchEvent
from failover.overdue import PATIENCE
from failover.selectors import LOST, leading_monitor

SHOWN = [state for state in State if state is not State.SWITCH]  # a switch that is being made is never written


@dataclass(frozen=True, slots=True)
class Signs:
    """Whether a monitor decides, how many live, how late the latest of their checks began, and what they made of it."""

    deciding: bool
    monitors: int
    lateness: float
    states: dict[str, int]
    paused: int
    waiting: int
    switches: dict[str, int]


def deciding(now: datetime) -> bool:
    """Whether a monitor leads that gave a sign of life just now."""
    return leading_monitor(now) is not None


def signs(now: datetime) -> Signs:
    """All of it as stored now."""
    live = Monitor.objects.filter(stopped_at=None, heartbeat_at__range=(now - LOST, now + LOST))
    lateness = [monitor.lateness for monitor in live]
    states = dict.fromkeys(SHOWN, 0) | dict(Standing.objects.values_list("state").annotate(Count("pk")))
    states[State.UNKNOWN] += Domain.objects.filter(standing=None).count()
    overdue = Standing.objects.filter(state=State.COUNTING_DOWN, switch_at__lt=now - PATIENCE).count()
    states[State.COUNTING_DOWN] -= overdue
    states[State.HELD] += overdue
    made = dict.fromkeys(Cause.values, 0)
    made |= dict(SwitchEvent.objects.order_by().values_list("cause").annotate(Count("pk")))
    return Signs(
        deciding=deciding(now),
        monitors=len(lateness),
        lateness=max(lateness, default=0.0),
        states={str(state): number for state, number in states.items()},
        paused=Pause.objects.filter(ended_at=None, domain__isnull=False).count(),
        waiting=Hold.objects.filter(cleared_at=None, domain__isnull=False).count(),
        switches=made,
    )
