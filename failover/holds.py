"""What keeps a domain from switching by itself until a person clears it: flapping, and a database that went back."""

from django.db import transaction

from appservers.models import Domain, Role
from appservers.services import confirm_active
from common.actions import action_id
from failover.clock import Clock
from failover.exceptions import NotPossible
from failover.models import Hold, HoldKind
from failover.selectors import lock_domain

FLAPPING = "It switched by itself three times within an hour."


def hold(domain: Domain, kind: HoldKind, sentence: str, *, epoch: int, clock: Clock) -> Hold:
    """Let nothing switch by itself any more; the one that is there already stays."""
    row, _ = Hold.objects.get_or_create(
        domain=domain,
        kind=kind,
        cleared_at=None,
        defaults={"domain_name": domain.name, "sentence": sentence, "since": clock.now(), "seen_epoch": epoch},
    )
    return row


def acknowledge_flapping(*, domain: Domain, actor_name: str, note: str, clock: Clock) -> Hold:
    """Let a domain that flapped switch by itself again. Raises NotPossible."""
    with transaction.atomic():
        return _cleared(domain, HoldKind.ANTI_FLAP, actor_name, note, clock)


def confirm_active_server(*, domain: Domain, active: Role, actor_name: str, note: str, clock: Clock) -> Hold:
    """Say which server is active after the database went back; the epoch goes on above the highest that was seen.

    Components refuse an epoch that is lower than one they know, and must not take an old one for the new. Raises
    NotPossible.
    """
    with transaction.atomic():
        row = _cleared(domain, HoldKind.HISTORY_WENT_BACK, actor_name, note, clock)
        stored = lock_domain(domain.pk)
        if stored is None or not stored.servers.filter(role=active).exists():
            raise NotPossible(f"{domain.name} has no {active.label.lower()} server.")
        above = max(row.seen_epoch, stored.epoch) + 1
        confirm_active(domain_id=stored.pk, epoch=stored.epoch, role=active, to_epoch=above)
        return row


def _cleared(domain: Domain, kind: HoldKind, actor_name: str, note: str, clock: Clock) -> Hold:
    if not note.strip():
        raise NotPossible("Say what you found: the next shift reads it in the history.")
    lock_domain(domain.pk)
    row = Hold.objects.filter(domain=domain, kind=kind, cleared_at=None).first()
    if row is None:
        raise NotPossible("There is nothing to clear any more: somebody else did it.")
    row.cleared_at, row.cleared_by, row.note = clock.now(), actor_name, note.strip()
    row.request_id = action_id()
    row.save()
    return row
