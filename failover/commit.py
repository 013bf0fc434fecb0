"""Making the other server active: one transaction for the switch, its event, its notices and its countdown's end.

Locks are taken in one order everywhere, so that none waits for another in a circle: lease, domain, the domain's rows.

FAILOVER.md section 4. Nothing outward happens inside; what is refused is recorded with its reason.
"""

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, InterfaceError, connection
from django.db.models import F

from appservers.models import Domain
from appservers.services import make_active
from common.actions import action_id
from failover.bounded import bounded
from failover.clock import Clock
from failover.exceptions import Refusal, SwitchRefused, SwitchUncertain
from failover.holds import WENT_BACK, hold
from failover.lease import Leadership
from failover.models import Cause, Countdown, Ending, HoldKind, Standing, SwitchEvent
from failover.notices import announce, switched
from failover.refusals import Order, record_refusal
from failover.selectors import lock_domain


def check_lease(leadership: Leadership) -> None:
    """Raises SwitchRefused when another monitor leads, as the locked row says."""
    if not leadership.held_under_lock():
        raise SwitchRefused(Refusal.LEASE_LOST, "This monitor does not lead any more.")


def locked(domain_id: int, *, wait: bool = True) -> Domain:
    """The domain as it is now, locked until the transaction ends; raises SwitchRefused when it is gone."""
    domain = lock_domain(domain_id, wait=wait)
    if domain is None:
        raise SwitchRefused(Refusal.DOMAIN_GONE, "The domain was deleted in the meantime.")
    return domain


def commit(
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


def settled(order: Order, error: Exception, clock: Clock) -> SwitchEvent:
    """What came of a switch whose commit may or may not have been heard: looked up by its id, never tried again."""
    if isinstance(error, IntegrityError) and (domain := _gone_back(order.domain_id)) is not None:
        refused = SwitchRefused(Refusal.HISTORY_WENT_BACK, WENT_BACK)
        latest = domain.switches.order_by("-epoch").values_list("epoch", flat=True)[0]
        hold(domain, HoldKind.HISTORY_WENT_BACK, WENT_BACK, epoch=latest, clock=clock)
        record_refusal(order, refused, clock)
        raise refused from error
    if connection.in_atomic_block or (connection.is_usable() and not _cut(error)):
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


def _cut(error: Exception) -> bool:
    """Whether the server said nothing, or that it ends the session; Django may have connected anew since."""
    code = getattr(error.__cause__, "pgcode", None)
    return connection.vendor == "postgresql" and (code is None or code.startswith("57P"))


def _gone_back(domain_id: int) -> Domain | None:
    """The domain, if its history holds a later epoch than it has itself."""
    return Domain.objects.filter(pk=domain_id, switches__epoch__gt=F("epoch")).first()
