"""Making the other server active: one transaction for the switch, its event and the end of its countdown.

Locks are taken in one order everywhere, so that none waits for another in a circle: lease, domain, the domain's rows.

FAILOVER.md section 4. Nothing outward happens inside; what is refused is recorded with its reason.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from appservers.models import Domain, Role
from appservers.services import make_active
from failover.board import Board
from failover.clock import Clock
from failover.conf import OLDEST_DECISION
from failover.decision import Decision, Situation, State, decide
from failover.exceptions import Refusal, SwitchRefused
from failover.health import Status
from failover.lease import Leadership
from failover.models import Cause, Countdown, Ending, Standing, SwitchEvent, SwitchRefusal
from failover.selectors import lock_domain, trusted_status, watched_domains

log = logging.getLogger(__name__)

MONITOR = "monitor"


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
) -> SwitchEvent:
    """Make `to_role` active because a person says so, at the epoch that this person saw.

    Raises SwitchRefused: already_active, conflict (somebody was first), no_standby, reason_missing, domain_gone, or
    standby_not_up unless forced. The refusal is recorded.
    """
    cause = Cause.MANUAL if to_role is Role.SECONDARY else Cause.FAILBACK
    order = Order(domain.pk, domain.name, to_role, cause, actor_name, actor_id, reason.strip(), force)
    try:
        with transaction.atomic():
            stored = _locked(order.domain_id)
            status = _permitted_by_hand(stored, order, seen_epoch, clock)
            inputs = {"seen_epoch": seen_epoch, "status_of_new_active": status}
            sentence = f"{to_role.label} was made active by hand."
            return _commit(stored, order, "by_hand", sentence, inputs, clock)
    except SwitchRefused as refused:
        record_refusal(order, refused, clock)
        raise


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
    """Carry out a decision to switch that was taken at `decided_at` (seconds, monotonic), if it still holds.

    Everything is read and decided again inside the transaction; `refresh` brings the board the latest observations, for
    locks may have been waited for. Raises SwitchRefused, which is recorded.
    """
    name = board.domains[domain_id].name
    order = Order(domain_id, name, board.domains[domain_id].active.other, Cause.AUTOMATIC, MONITOR)
    try:
        with transaction.atomic():
            if not leadership.held_under_lock():
                raise SwitchRefused(Refusal.LEASE_LOST, "This monitor does not lead any more.")
            stored = _locked(domain_id)
            refresh()
            situation, decision = _decided_again(order, board, before, decided_at, clock)
            inputs = {"situation": asdict(situation), "before": before and asdict(before), "decision": asdict(decision)}
            outage = timedelta(seconds=situation.active.evidence)
            return _commit(stored, order, decision.code, decision.sentence, inputs, clock, outage)
    except SwitchRefused as refused:
        record_refusal(order, refused, clock)
        raise


def record_refusal(order: Order, refused: SwitchRefused, clock: Clock) -> None:
    """Keep what was not done, and why; after the transaction that would have done it was rolled back."""
    log.warning("%s: switch to %s refused: %s", order.domain_name, order.to_role, refused)
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
    )


def _locked(domain_id: int) -> Domain:
    domain = lock_domain(domain_id)
    if domain is None:
        raise SwitchRefused(Refusal.DOMAIN_GONE, "The domain was deleted in the meantime.")
    return domain


def _permitted_by_hand(stored: Domain, order: Order, seen_epoch: int, clock: Clock) -> Status:
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
        )
    status = trusted_status(target, clock.now())
    if status is not Status.UP and not order.forced:
        what = "is down" if status is Status.DOWN else "is not known to be up"
        raise SwitchRefused(
            Refusal.STANDBY_NOT_UP,
            f"{order.to_role.label} {what}: switching now would leave the site dark. Force it only if you know better.",
        )
    return status


def _decided_again(
    order: Order, board: Board, before: Decision | None, decided_at: float, clock: Clock
) -> tuple[Situation, Decision]:
    """The decision on what the database says now; raises SwitchRefused unless it still is to make this switch."""
    now = clock.monotonic()
    if now - decided_at > OLDEST_DECISION:
        raise SwitchRefused(Refusal.STALE_DECISION, f"The decision is {now - decided_at:.1f} s old.")
    watched = watched_domains(order.domain_id)
    if not watched or watched[0].epoch != board.domains[order.domain_id].epoch:
        raise SwitchRefused(Refusal.CONFLICT, "The domain was switched or changed in the meantime.")
    situation = board.situation(watched[0], now)
    decision = decide(situation, before, clock.now())
    if decision.state is not State.SWITCH:
        raise SwitchRefused(decision.code, decision.sentence)
    return situation, decision


def _commit(
    stored: Domain,
    order: Order,
    code: str,
    sentence: str,
    inputs: dict[str, Any],
    clock: Clock,
    outage: timedelta | None = None,
) -> SwitchEvent:
    """Switch, event and countdown, together or not at all."""
    now = clock.now()
    from_role = order.to_role.other
    if not make_active(domain_id=stored.pk, epoch=stored.epoch, from_role=from_role, to_role=order.to_role):
        raise SwitchRefused(Refusal.CONFLICT, "Somebody switched this domain in the meantime.")
    ending = Ending.SWITCHED if order.cause == Cause.AUTOMATIC else Ending.SWITCHED_BY_HAND
    Countdown.objects.filter(domain=stored, ended_at=None).update(ended_at=now, ending=ending)
    Standing.objects.filter(domain=stored).delete()  # it spoke of the server that was active
    return SwitchEvent.objects.create(
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
        inputs=inputs,
    )
