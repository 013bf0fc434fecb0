"""Making the switch that a person scheduled, under the lease and if its server is up; FAILOVER.md section 4."""

from collections.abc import Callable

from django.db import DatabaseError, InterfaceError

from failover.board import Board
from failover.bounded import bounded
from failover.clock import Clock
from failover.commit import check_lease, commit, locked, settled
from failover.decision import Situation
from failover.exceptions import Refusal, SwitchRefused
from failover.health import Status
from failover.holds import WENT_BACK
from failover.inputs import as_stored
from failover.lease import Leadership
from failover.models import Outcome, ScheduledSwitch, SwitchEvent
from failover.refusals import Order, as_order, record_refusal
from failover.selectors import orders_of, watched_domains


def switch_as_scheduled(
    *, schedule: ScheduledSwitch, board: Board, leadership: Leadership, refresh: Callable[[], object], clock: Clock
) -> SwitchEvent:
    """Make the switch that a person scheduled, if the server to become active is up. Raises SwitchRefused, recorded."""
    order = as_order(schedule)
    to_role = order.to_role
    try:
        with bounded():
            check_lease(leadership)
            stored = locked(order.domain_id, wait=False)
            refresh()
            situation = _permitted_as_scheduled(schedule, order, board, clock)
            inputs = as_stored(situation, None, None, clock.now())
            sentence = f"{to_role.label} was made active as scheduled."
            event = commit(stored, order, "scheduled", sentence, inputs, clock)
            done = ScheduledSwitch.objects.filter(pk=schedule.pk, done_at=None)
            if done.update(done_at=event.at, outcome=Outcome.MADE, sentence=sentence) != 1:
                raise SwitchRefused(Refusal.SCHEDULE_GONE, "The schedule was cancelled in the meantime.")
            return event
    except SwitchRefused as refused:
        record_refusal(order, refused, clock)
        raise
    except (DatabaseError, InterfaceError) as error:
        return settled(order, error, clock)


def _permitted_as_scheduled(schedule: ScheduledSwitch, order: Order, board: Board, clock: Clock) -> Situation:
    """What speaks for a scheduled switch; raises SwitchRefused."""
    watched = watched_domains(order.domain_id)
    if not watched or order.to_role not in watched[0].servers:
        raise SwitchRefused(Refusal.NO_STANDBY, f"{order.domain_name} has no {order.to_role.label.lower()} server.")
    if watched[0].active is order.to_role:
        raise SwitchRefused(Refusal.ALREADY_ACTIVE, f"{order.to_role.label} is active already. Nothing to do.")
    situation = board.situation(watched[0], clock.monotonic(), orders_of(order.domain_id))
    inputs = as_stored(situation, None, None, clock.now())
    if situation.pause is not None and situation.pause.holds(clock.now()):
        raise SwitchRefused(Refusal.PAUSED, f"{situation.pause.by} paused automatic switching.", inputs)
    if situation.behind:
        raise SwitchRefused(Refusal.HISTORY_WENT_BACK, WENT_BACK, inputs)
    if situation.standby is None or situation.standby.status is not Status.UP:
        raise SwitchRefused(Refusal.STANDBY_NOT_UP, f"{order.to_role.label} is not up.", inputs)
    return situation
