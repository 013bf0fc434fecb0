"""An order to switch, and what is kept when it is refused: who wanted what, and why it was not done."""

import logging
import uuid
from dataclasses import dataclass, field

from django.db import transaction

from appservers.models import Domain, Role
from common.actions import action_id
from failover.board import WatchedDomain
from failover.bounded import bounded
from failover.clock import Clock
from failover.exceptions import Refusal, SwitchRefused
from failover.models import Cause, ScheduledSwitch, SwitchRefusal

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


def as_order(schedule: ScheduledSwitch) -> Order:
    """What a person scheduled, as an order."""
    assert schedule.domain_id is not None  # noqa: S101  for mypy; schedules of deleted domains are never due
    return Order(
        schedule.domain_id,
        schedule.domain_name,
        Role(schedule.to_role),
        Cause.SCHEDULED,
        schedule.actor_name,
        reason=schedule.reason,
    )


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


def record_missed(schedule: ScheduledSwitch, refused: SwitchRefused, clock: Clock) -> None:
    """Keep why a scheduled switch was not made within its window."""
    record_refusal(as_order(schedule), refused, clock)


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
