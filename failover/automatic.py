"""Making the other server active because the active one was out for the interval; FAILOVER.md section 4.

Everything is read and decided again inside the transaction, under the lease.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError, InterfaceError

from failover.board import Board, Orders, WatchedDomain
from failover.bounded import bounded
from failover.clock import Clock
from failover.commit import check_lease, commit, locked, settled
from failover.conf import OLDEST_DECISION
from failover.decision import Decision, Situation, State, decide
from failover.exceptions import Refusal, SwitchRefused
from failover.holds import FLAPPING, hold
from failover.inputs import as_stored
from failover.lease import Leadership
from failover.models import Cause, HoldKind, SwitchEvent
from failover.refusals import MONITOR, Order, record_refusal
from failover.selectors import flapping, orders_of, watched_domains


def switch_automatically(
    *,
    domain_id: int,
    board: Board,
    before: Decision | None,
    leadership: Leadership,
    decided_at: float,
    refresh: Callable[[], object],
    clock: Clock,
) -> SwitchEvent:
    """Carry out a decision to switch that was taken at `decided_at` (seconds since the boot), if it still holds.

    Everything is read and decided again inside the transaction; `refresh` brings the board the latest observations, for
    locks may have been waited for. Raises SwitchRefused, which is recorded.
    """
    watched = board.domains[domain_id]
    order = Order(domain_id, watched.name, watched.active.other, Cause.AUTOMATIC, MONITOR)
    try:
        with bounded():
            check_lease(leadership)
            stored = locked(domain_id, wait=False)  # the others do not wait behind one that is locked
            refresh()
            situation, decision = _decided_again(order, board, before, decided_at, clock)
            inputs = as_stored(situation, before, decision, clock.now())
            outage = timedelta(seconds=situation.active.evidence)
            event = commit(stored, order, decision.code, decision.sentence, inputs, clock, outage)
            if flapping(stored, event.at):
                hold(stored, HoldKind.ANTI_FLAP, FLAPPING, epoch=event.epoch, clock=clock)
            check_age(decided_at, clock)  # once more, as the last thing before the commit
            return event
    except SwitchRefused as refused:
        record_refusal(order, refused, clock)
        raise
    except (DatabaseError, InterfaceError) as error:
        return settled(order, error, clock)


def check_age(decided_at: float, clock: Clock) -> None:
    """Fencing alone does not help when nobody else took the lease while this monitor stood still."""
    age = clock.boottime() - decided_at
    if age > OLDEST_DECISION:
        raise SwitchRefused(Refusal.STALE_DECISION, f"The decision is {age:.1f} s old.")


def _decided_again(
    order: Order, board: Board, before: Decision | None, decided_at: float, clock: Clock
) -> tuple[Situation, Decision]:
    """The decision on what the database says now; raises SwitchRefused unless it still is to make this switch."""
    check_age(decided_at, clock)
    watched = watched_domains(order.domain_id)
    return decided_again(
        board=board,
        domain_id=order.domain_id,
        watched=watched[0] if watched else None,
        orders=orders_of(order.domain_id),
        before=before,
        clock=clock,
    )


def decided_again(
    *,
    board: Board,
    domain_id: int,
    watched: WatchedDomain | None,
    orders: Orders,
    before: Decision | None,
    clock: Clock,
) -> tuple[Situation, Decision]:
    """The rule by itself: what is stored comes as an argument. Raises SwitchRefused as above."""
    if watched is None or watched.epoch != board.domains[domain_id].epoch:
        raise SwitchRefused(Refusal.CONFLICT, "The domain was switched or changed in the meantime.")
    if not board.knows(domain_id, orders) or watched.turned_at != board.domains[domain_id].turned_at:
        raise SwitchRefused(Refusal.PAUSED, "Automatic switching was paused in the meantime.")
    situation = board.situation(watched, clock.monotonic(), orders)
    decision = decide(situation, before, clock.now())
    if decision.state is not State.SWITCH:
        raise SwitchRefused(decision.code, decision.sentence, as_stored(situation, before, decision, clock.now()))
    return situation, decision
