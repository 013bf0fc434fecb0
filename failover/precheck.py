"""What a switch by hand would do, and whether it would be refused; nothing is done."""

from collections.abc import Iterator
from dataclasses import dataclass

from appservers.models import Role
from failover.clock import Clock
from failover.decision import Code, State
from failover.exceptions import Refusal, SwitchRefused
from failover.models import Cause
from failover.overview import DomainRow
from failover.refusals import Order
from failover.remarks import Remarks
from failover.switch import permitted_by_hand

NOBODY = "dry run"
COUNTED = (State.CONFIRMING, State.COUNTING_DOWN, State.HELD)


@dataclass(frozen=True, slots=True)
class Precheck:
    """What would follow, sentence by sentence, and the refusal if there would be one."""

    effects: list[str]
    refused: SwitchRefused | None


def precheck(row: DomainRow, to_role: Role, *, seen_epoch: int, force: bool, clock: Clock) -> Precheck:
    """The switch asked for as if a reason were given; `row` is the domain as it is now."""
    domain = row.domain
    order = Order(domain.pk, domain.name, to_role, Cause.MANUAL, NOBODY, reason=NOBODY, forced=force)
    try:
        permitted_by_hand(domain, order, seen_epoch, clock)
    except SwitchRefused as refused:
        return Precheck(list(_effects(row, to_role)) if refused.code == Refusal.STANDBY_NOT_UP else [], refused)
    return Precheck(list(_effects(row, to_role)), None)


def _effects(row: DomainRow, to_role: Role) -> Iterator[str]:
    old = to_role.other.label
    yield f"{to_role.label} becomes active under epoch {row.domain.epoch + 1}; components are sent to it at once."
    yield f"Calls in progress on {old} drop, and {old} becomes the standby."
    if row.state in COUNTED and row.code != Code.PAUSED:
        yield "The outage that is being counted ends with it."
    yield from _afterwards(row.remarks, to_role)


def _afterwards(remarks: Remarks, to_role: Role) -> Iterator[str]:
    if remarks.mode != "on":
        yield "Automatic failover stays " + ("off." if remarks.mode == "off" else "paused.")
    else:
        yield f"If {to_role.label} is out later for the interval and {to_role.other.label} is up, that takes over."
    if remarks.flapping:
        yield "It still waits for somebody to acknowledge that it flapped."
    if remarks.behind:
        yield (
            "It still waits for somebody to confirm the active server: components that saw a later epoch refuse this "
            "one until then."
        )
    if remarks.schedule and remarks.schedule.to_role == to_role:
        yield "The scheduled switch is closed as needless."
    elif remarks.schedule:
        wanted = remarks.schedule.get_to_role_display()
        yield f"The scheduled switch to {wanted} stays: cancel it if it is not wanted."
