"""Making the other server active: one transaction for the switch, its event, its notices and its countdown's end.

Locks are taken in one order everywhere, so that none waits for another in a circle: lease, domain, the domain's rows.

FAILOVER.md section 4. Nothing outward happens inside; what is refused is recorded with its reason.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db.models import F

from appservers.models import Domain, Role
from appservers.services import make_active
from common.actions import action_id
from failover.board import Board, Orders, WatchedDomain
from failover.bounded import bounded
from failover.clock import Clock
from failover.conf import OLDEST_DECISION
from failover.decision import Decision, Situation, State, decide
from failover.exceptions import Refusal, SwitchRefused, SwitchUncertain
from failover.health import Status
from failover.holds import FLAPPING, WENT_BACK, hold
from failover.inputs import as_stored
from failover.lease import Leadership
from failover.models import (
    Cause,
    Countdown,
    Ending,
    HoldKind,
    Outcome,
    ScheduledSwitch,
    Standing,
    SwitchEvent,
    SwitchRefusal,
)
from failover.notices import announce, switched
from failover.selectors import flapping, lock_domain, orders_of, trusted_status, watched_domains

log = logging.getLogger(__name__)

MONITOR = "monitor"
BY_THE_MONITOR = (Cause.AUTOMATIC, Cause.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants which switch, and why."""

    domain_id: int
    domain_name: str
    to_role: Role
    cause: Cause
    actor_name: str
    actor_id: int | None = None
    reason: str = ""
    forced: bool = False
    decision_id: uuid.UUID = field(default_factory=uuid.uuid4)


def switch_by_hand(
    *,
    domain: Domain,
    to_role: Role,
    seen_epoch: int,
    actor_name: str,
    reason: str,
    clock: Clock,
    actor_id: int | None = None,
    force: bool = False,
    cause: Cause | None = None,
) -> SwitchEvent:
    """Make `to_role` active because a person says so, at the epoch that this person saw.

    Raises SwitchRefused: already_active, conflict (somebody was first), no_standby, reason_missing, domain_gone, or
    standby_not_up unless forced. The refusal is recorded. Raises SwitchUncertain when the connection was cut at the
    commit and nobody can say yet what came of it.
    """
    cause = cause or (Cause.MANUAL if to_role is Role.SECONDARY else Cause.FAILBACK)
    order = Order(domain.pk, domain.name, to_role, cause, actor_name, actor_id, reason.strip(), force)
    try:
        with transaction.atomic():
            stored = _locked(order.domain_id)
            status = permitted_by_hand(stored, order, seen_epoch, clock)
            inputs = {"seen_epoch": seen_epoch, "status_of_new_active": status}
            sentence = f"{to_role.label} was made active by hand."
            return _commit(stored, order, "by_hand", sentence, inputs, clock)
    except SwitchRefused as refused:
        record_refusal(order, refused, clock)
        raise
    except (DatabaseError, InterfaceError) as error:
        return _settled(order, error, clock)


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
            _check_lease(leadership)
            stored = _locked(domain_id, wait=False)  # the others do not wait behind one that is locked
            refresh()
            situation, decision = _decided_again(order, board, before, decided_at, clock)
            inputs = as_stored(situation, before, decision, clock.now())
            outage = timedelta(seconds=situation.active.evidence)
            event = _commit(stored, order, decision.code, decision.sentence, inputs, clock, outage)
            if flapping(stored, event.at):
                hold(stored, HoldKind.ANTI_FLAP, FLAPPING, epoch=event.epoch, clock=clock)
            check_age(decided_at, clock)  # once more, as the last thing before the commit
            return event
    except SwitchRefused as refused:
        record_refusal(order, refused, clock)
        raise
    except (DatabaseError, InterfaceError) as error:
        return _settled(order, error, clock)


def switch_as_scheduled(
    *, schedule: ScheduledSwitch, board: Board, leadership: Leadership, refresh: Callable[[], object], clock: Clock
) -> SwitchEvent:
    """Make the switch that a person scheduled, if the server to become active is up. Raises SwitchRefused, recorded."""
    order = _scheduled(schedule)
    to_role = order.to_role
    try:
        with bounded():
            _check_lease(leadership)
            stored = _locked(order.domain_id, wait=False)
            refresh()
            situation = _permitted_as_scheduled(schedule, order, board, clock)
            inputs = as_stored(situation, None, None, clock.now())
            sentence = f"{to_role.label} was made active as scheduled."
            event = _commit(stored, order, "scheduled", sentence, inputs, clock)
            done = ScheduledSwitch.objects.filter(pk=schedule.pk, done_at=None)
            if done.update(done_at=event.at, outcome=Outcome.MADE, sentence=sentence) != 1:
                raise SwitchRefused(Refusal.SCHEDULE_GONE, "The schedule was cancelled in the meantime.")
            return event
    except SwitchRefused as refused:
        record_refusal(order, refused, clock)
        raise
    except (DatabaseError, InterfaceError) as error:
        return _settled(order, error, clock)


def record_missed(schedule: ScheduledSwitch, refused: SwitchRefused, clock: Clock) -> None:
    """Keep why a scheduled switch was not made within its window."""
    record_refusal(_scheduled(schedule), refused, clock)


def _scheduled(schedule: ScheduledSwitch) -> Order:
    assert schedule.domain_id is not None  # noqa: S101  for mypy; schedules of deleted domains are never due
    return Order(
        schedule.domain_id,
        schedule.domain_name,
        Role(schedule.to_role),
        Cause.SCHEDULED,
        schedule.actor_name,
        reason=schedule.reason,
    )


def _settled(order: Order, error: Exception, clock: Clock) -> SwitchEvent:
    """What came of a switch whose commit may or may not have been heard: looked up by its id, never tried again."""
    if isinstance(error, IntegrityError) and (domain := _gone_back(order.domain_id)) is not None:
        refused = SwitchRefused(Refusal.HISTORY_WENT_BACK, WENT_BACK)
        latest = domain.switches.order_by("-epoch").values_list("epoch", flat=True)[0]
        hold(domain, HoldKind.HISTORY_WENT_BACK, WENT_BACK, epoch=latest, clock=clock)
        record_refusal(order, refused, clock)
        raise refused from error
    if connection.in_atomic_block or connection.is_usable():
        raise error
    connection.close()
    try:
        with bounded():
            lock_domain(order.domain_id)  # the session that was cut may still be committing, and holds it until then
            event = SwitchEvent.objects.filter(decision_id=order.decision_id).first()
    except (DatabaseError, InterfaceError) as away:
        raise SwitchUncertain(
            f"{order.domain_name}: the connection was cut while the switch was committed; look at the history."
        ) from away
    if event is None:
        raise error
    return event


def _gone_back(domain_id: int) -> Domain | None:
    """The domain, if its history holds a later epoch than it has itself."""
    return Domain.objects.filter(pk=domain_id, switches__epoch__gt=F("epoch")).first()


def record_refusal(order: Order, refused: SwitchRefused, clock: Clock) -> None:
    """Keep what was not done, and why; after the transaction that would have done it was rolled back.

    Whoever holds the domain keeps this waiting, too: a monitor waits no longer than it may.
    """
    log.warning("%s: switch to %s refused: %s", order.domain_name, order.to_role, refused)
    with bounded() if order.cause in BY_THE_MONITOR else transaction.atomic():
        SwitchRefusal.objects.create(
            domain=Domain.objects.filter(pk=order.domain_id).first(),
            domain_name=order.domain_name,
            to_role=order.to_role,
            cause=order.cause,
            code=refused.code,
            sentence=refused.sentence,
            actor_name=order.actor_name,
            reason=order.reason,
            at=clock.now(),
            request_id=action_id(),
            inputs=refused.inputs,
        )


def record_uncommitted(domain: WatchedDomain, sentence: str, clock: Clock) -> None:
    """Keep that the database takes no switch of a domain; by its name, for somebody may hold its row for long."""
    SwitchRefusal.objects.create(
        domain_name=domain.name,
        to_role=domain.active.other,
        cause=Cause.AUTOMATIC,
        code=Refusal.NOT_COMMITTED,
        sentence=sentence,
        actor_name=MONITOR,
        at=clock.now(),
    )


def check_age(decided_at: float, clock: Clock) -> None:
    """Fencing alone does not help when nobody else took the lease while this monitor stood still."""
    age = clock.boottime() - decided_at
    if age > OLDEST_DECISION:
        raise SwitchRefused(Refusal.STALE_DECISION, f"The decision is {age:.1f} s old.")


def _check_lease(leadership: Leadership) -> None:
    if not leadership.held_under_lock():
        raise SwitchRefused(Refusal.LEASE_LOST, "This monitor does not lead any more.")


def _locked(domain_id: int, *, wait: bool = True) -> Domain:
    domain = lock_domain(domain_id, wait=wait)
    if domain is None:
        raise SwitchRefused(Refusal.DOMAIN_GONE, "The domain was deleted in the meantime.")
    return domain


def permitted_by_hand(stored: Domain, order: Order, seen_epoch: int, clock: Clock) -> Status:
    """The status of the server to become active; raises SwitchRefused."""
    if not order.reason:
        raise SwitchRefused(Refusal.REASON_MISSING, "Give a reason: the next shift reads it in the history.")
    target = stored.servers.filter(role=order.to_role).first()
    if target is None:
        raise SwitchRefused(Refusal.NO_STANDBY, f"{stored.name} has no {order.to_role.label.lower()} server.")
    if stored.active_role == order.to_role:
        raise SwitchRefused(
            Refusal.ALREADY_ACTIVE, f"{order.to_role.label} is active already (epoch {stored.epoch}). Nothing to do."
        )
    if stored.epoch != seen_epoch:
        active = Role(stored.active_role).label
        raise SwitchRefused(
            Refusal.CONFLICT,
            f"Somebody switched this domain in the meantime: {active} is active now (epoch {stored.epoch}). "
            "Look at the domain as it is now, then decide again.",
            {"seen_epoch": seen_epoch, "epoch": stored.epoch},
        )
    status = trusted_status(target, clock.now())
    if status is not Status.UP and not order.forced:
        what = "is down" if status is Status.DOWN else "is not known to be up"
        raise SwitchRefused(
            Refusal.STANDBY_NOT_UP,
            f"{order.to_role.label} {what}: switching now would leave the site dark. Force it only if you know better.",
            {"seen_epoch": seen_epoch, "epoch": stored.epoch, "status_of_new_active": status},
        )
    return status


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


def _commit(
    stored: Domain,
    order: Order,
    code: str,
    sentence: str,
    inputs: dict[str, Any],
    clock: Clock,
    outage: timedelta | None = None,
) -> SwitchEvent:
    """Switch, event, countdown and notices, together or not at all."""
    now = clock.now()
    from_role = order.to_role.other
    if not make_active(domain_id=stored.pk, epoch=stored.epoch, from_role=from_role, to_role=order.to_role):
        raise SwitchRefused(Refusal.CONFLICT, "Somebody switched this domain in the meantime.")
    ending = Ending.SWITCHED if order.cause == Cause.AUTOMATIC else Ending.SWITCHED_BY_HAND
    Countdown.objects.filter(domain=stored, ended_at=None).update(ended_at=now, ending=ending)
    Standing.objects.filter(domain=stored).delete()  # it spoke of the server that was active
    event = SwitchEvent.objects.create(
        domain=stored,
        domain_name=stored.name,
        epoch=stored.epoch + 1,
        from_role=from_role,
        to_role=order.to_role,
        cause=order.cause,
        code=code,
        sentence=sentence,
        actor_id=order.actor_id,
        actor_name=order.actor_name,
        reason=order.reason,
        forced=order.forced,
        at=now,
        outage_at=None if outage is None else now - outage,
        decision_id=order.decision_id,
        request_id=action_id(),
        inputs=inputs,
    )
    announce([switched(event)], at=now)
    return event
