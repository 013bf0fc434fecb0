"""Making the other server active because a person says so; FAILOVER.md section 4."""

from django.db import DatabaseError, InterfaceError, transaction

from appservers.models import Domain, Role
from failover.clock import Clock
from failover.commit import commit, locked, settled
from failover.exceptions import Refusal, SwitchRefused
from failover.health import Status
from failover.models import Cause, SwitchEvent
from failover.refusals import Order, record_refusal
from failover.selectors import trusted_status


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
            stored = locked(order.domain_id)
            status = permitted_by_hand(stored, order, seen_epoch, clock)
            inputs = {"seen_epoch": seen_epoch, "status_of_new_active": status}
            sentence = f"{to_role.label} was made active by hand."
            return commit(stored, order, "by_hand", sentence, inputs, clock)
    except SwitchRefused as refused:
        record_refusal(order, refused, clock)
        raise
    except (DatabaseError, InterfaceError) as error:
        return settled(order, error, clock)


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
