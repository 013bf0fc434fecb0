"""Switches that people want made later, in a window, if the server to become active is up then."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import get_default_timezone

from appservers.models import Domain, Role
from common.actions import action_id
from failover.clock import Clock
from failover.exceptions import NotPossible, Refusal, SwitchRefused
from failover.models import Outcome, ScheduledSwitch
from failover.selectors import lock_domain
from failover.windows import later

DAY = timedelta(days=1)


def schedule(
    *,
    domain: Domain,
    to_role: Role,
    opens_at: datetime,
    closes_at: datetime,
    reason: str,
    actor_name: str,
    clock: Clock,
    nightly: bool = False,
) -> ScheduledSwitch:
    """Have `to_role` made active as soon as it is up within the window; a schedule that waits is replaced.

    `nightly` tries the same window of every day until it is made. Raises NotPossible.
    """
    if not reason.strip():
        raise NotPossible("Give a reason: the next shift reads it in the history.")
    if closes_at <= max(opens_at, clock.now()):
        raise NotPossible("The window is over, or ends before it begins. Give a later end.")
    if nightly and closes_at - opens_at >= DAY:
        raise NotPossible("A nightly window is shorter than a day.")
    with transaction.atomic():
        stored = lock_domain(domain.pk)
        if stored is None or not stored.servers.filter(role=to_role).exists():
            raise NotPossible(f"{domain.name} has no {to_role.label.lower()} server.")
        if stored.active_role == to_role:
            raise NotPossible(f"{to_role.label} is active already. Nothing to do.")
        _close(stored, Outcome.CANCELLED, f"{actor_name} scheduled another one.", clock)
        return ScheduledSwitch.objects.create(
            domain=stored,
            domain_name=stored.name,
            to_role=to_role,
            opens_at=opens_at,
            closes_at=closes_at,
            nightly=nightly,
            reason=reason.strip(),
            actor_name=actor_name,
            created_at=clock.now(),
            request_id=action_id(),
        )


def cancel(*, domain: Domain, actor_name: str, clock: Clock) -> None:
    """Take back the schedule that waits. Raises NotPossible."""
    with transaction.atomic():
        lock_domain(domain.pk)
        if not _close(domain, Outcome.CANCELLED, f"{actor_name} cancelled it.", clock):
            raise NotPossible("Nothing is scheduled any more: the switch was made, or somebody else cancelled it.")


def waiting(domain: Domain) -> ScheduledSwitch | None:
    """The schedule that waits."""
    return ScheduledSwitch.objects.filter(domain=domain, done_at=None).first()


def settle(row: ScheduledSwitch, refused: SwitchRefused, clock: Clock) -> None:
    """After a refusal: close what is needless, miss or move what is over, and leave the rest to the next look."""
    now = clock.now()
    waits = ScheduledSwitch.objects.filter(pk=row.pk, done_at=None)
    if refused.code == Refusal.ALREADY_ACTIVE:
        waits.update(done_at=now, outcome=Outcome.NEEDLESS, sentence=refused.sentence)
    elif now >= row.closes_at and row.nightly:
        opens_at, closes_at = later((row.opens_at, row.closes_at), now, get_default_timezone())
        waits.update(opens_at=opens_at, closes_at=closes_at)
    elif now >= row.closes_at:
        waits.update(done_at=now, outcome=Outcome.MISSED, sentence=refused.sentence)


def _close(domain: Domain, outcome: Outcome, sentence: str, clock: Clock) -> int:
    waits = ScheduledSwitch.objects.filter(domain=domain, done_at=None)
    return waits.update(done_at=clock.now(), outcome=outcome, sentence=sentence)
