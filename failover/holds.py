"""What keeps a domain from switching by itself until a person clears it: flapping, and a database that went back."""

import logging
from collections.abc import Iterable

from django.db import OperationalError, connection, transaction

from appservers.models import Domain, Role
from appservers.services import confirm_active
from common.actions import action_id
from failover.bounded import bounded
from failover.clock import Clock
from failover.exceptions import NotPossible
from failover.models import Hold, HoldKind, Standing
from failover.news import Event, Kind, Switch
from failover.notices import announce
from failover.selectors import lock_domain

log = logging.getLogger(__name__)

FLAPPING = "It switched by itself three times within an hour."
WENT_BACK = "The database holds an event of a later epoch than the domain's: it went back, as after a restore."
LOWER = "The database shows a lower epoch than was seen before: it went back, as after a restore."


def hold(domain: Domain, kind: HoldKind, sentence: str, *, epoch: int, clock: Clock) -> Hold:
    """Let nothing switch by itself any more; the one that is there already stays, and learns of a higher epoch."""
    row, _ = Hold.objects.get_or_create(
        domain=domain,
        kind=kind,
        cleared_at=None,
        defaults={"domain_name": domain.name, "sentence": sentence, "since": clock.now(), "seen_epoch": epoch},
    )
    if row.seen_epoch < epoch:
        row.seen_epoch = epoch
        row.save(update_fields=["seen_epoch"])
    return row


def hold_behind(behind: Iterable[tuple[int, int]], clock: Clock) -> bool:
    """Freeze the domains that stand at a lower epoch than that one, which was seen; whether all of them are frozen.

    For every monitor, whoever leads: who knows of the lost epoch may be another than the one that would give it again,
    and a hold only ever stops things. A domain that somebody has locked is left to the next time.
    """
    behind, complete = list(behind), True
    open_holds = (
        Hold.objects.filter(kind=HoldKind.HISTORY_WENT_BACK, cleared_at=None) if behind else Hold.objects.none()
    )
    known = dict(open_holds.values_list("domain", "seen_epoch"))
    for domain, epoch in behind:
        if known.get(domain, -1) >= epoch:
            continue
        try:
            with bounded():
                stored = lock_domain(domain, wait=False)
                if stored is not None and stored.epoch < epoch:
                    log.error("%s: epoch %s was seen, and it stands at %s", stored.name, epoch, stored.epoch)
                    hold(stored, HoldKind.HISTORY_WENT_BACK, LOWER, epoch=epoch, clock=clock)
        except OperationalError:
            if not connection.is_usable():
                raise
            complete = False
    return complete


def acknowledge_flapping(*, domain: Domain, actor_name: str, note: str, clock: Clock) -> Hold:
    """Let a domain that flapped switch by itself again. Raises NotPossible."""
    with transaction.atomic():
        return _cleared(domain, HoldKind.ANTI_FLAP, actor_name, note, clock)


def confirm_active_server(*, domain: Domain, active: Role, actor_name: str, note: str, clock: Clock) -> Hold:
    """Say which server is active after the database went back; the epoch goes on above the highest that was seen.

    Components refuse an epoch that is lower than one they know, and must not take an old one for the new. It is told as
    a switch, whoever was active: subscribers may know of one that was lost. Raises NotPossible.
    """
    with transaction.atomic():
        row = _cleared(domain, HoldKind.HISTORY_WENT_BACK, actor_name, note, clock)
        stored = lock_domain(domain.pk)
        if stored is None or not stored.servers.filter(role=active).exists():
            raise NotPossible(f"{domain.name} has no {active.label.lower()} server.")
        above = max(row.seen_epoch, stored.epoch) + 1
        confirm_active(domain_id=stored.pk, epoch=stored.epoch, role=active, to_epoch=above)
        Standing.objects.filter(domain=stored).delete()  # it spoke of what was not certain
        announce([_confirmed(stored, row, active, above)], at=clock.now())
        return row


def _confirmed(domain: Domain, hold: Hold, active: Role, epoch: int) -> Event:
    sentence = f"{hold.cleared_by} confirmed after the database went back that {active.label} is active."
    change = Switch(epoch, active.other.label, active.label, "confirmed", "confirmed", hold.cleared_by, hold.note)
    at = hold.cleared_at or hold.since
    return Event(Kind.SWITCHED, at, sentence, "confirmed", domain.pk, domain.name, switch=change)


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
