"""Raising, clearing and acknowledging alarms."""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Q

from alarms.conditions import Condition
from alarms.kinds import HINTS, Kind
from alarms.models import Alarm, Watch
from common.actions import action_id
from failover.bounded import bounded

AT_ONCE = 200  # rows that one transaction writes
GAP = timedelta(seconds=20)  # a take-over is quicker
MOST_FORGOTTEN = 500

log = logging.getLogger(__name__)


def record(conditions: Iterable[Condition], *, kinds: Collection[Kind], now: datetime) -> None:
    """Raise what is new, clear what is over, correct what reads differently; of these kinds, the others stay.

    Safe to repeat, and safe with another monitor that does the same: both read it from the same database.
    """
    wanted = {(one.kind.value, one.subject): one for one in conditions}
    active = {
        (kind, subject): (pk, sentence)
        for kind, subject, pk, sentence in Alarm.objects.filter(cleared_at=None, kind__in=kinds).values_list(
            "kind", "subject", "pk", "sentence"
        )
    }
    new = sorted(wanted.keys() - active.keys(), key=lambda key: (_domain(wanted[key]), key))
    for some in _batches(new):
        _write(lambda some=some: _raise([wanted[key] for key in some], now))
    for gone in _batches(sorted(active[key][0] for key in active.keys() - wanted.keys())):
        _write(lambda gone=gone: Alarm.objects.filter(pk__in=gone, cleared_at=None).update(cleared_at=now))
    changed = {active[key][0]: wanted[key].sentence for key in sorted(active.keys() & wanted.keys())}
    said = {active[key][0]: active[key][1] for key in active}
    for some in _batches([pk for pk, sentence in changed.items() if sentence != said[pk]]):
        rows = [Alarm(pk=pk, sentence=changed[pk]) for pk in some]
        _write(lambda rows=rows: Alarm.objects.bulk_update(rows, ["sentence"]))


def note_absence(now: datetime) -> None:
    """Whoever begins to look writes down for how long nobody did: that alarm could not be raised by anybody."""
    watch = Watch.objects.filter(pk=Watch.ONLY).first()
    if watch is None or not now - watch.looked_at > GAP:
        return
    alarm = Alarm(
        kind=Kind.NO_LEADER,
        subject="",
        priority=HINTS[Kind.NO_LEADER].priority,
        sentence="No monitor led.",
        raised_at=watch.looked_at,
        cleared_at=now,
    )
    if not Alarm.objects.filter(kind=Kind.NO_LEADER, raised_at=alarm.raised_at).exists():
        alarm.save()
    looked(now)


def looked(now: datetime) -> None:
    """Somebody looked."""
    Watch.objects.update_or_create(pk=Watch.ONLY, defaults={"looked_at": now})


def forget(before: datetime) -> None:
    """Delete some of the alarms that were over by then."""
    old = list(Alarm.objects.filter(cleared_at__lt=before).values_list("pk", flat=True)[:MOST_FORGOTTEN])
    if old:
        Alarm.objects.filter(pk__in=old).delete()


def acknowledge(*, chosen: Q, actor: str, note: str, now: datetime) -> int:
    """Say that somebody cares for the chosen alarms; returns how many that was news for."""
    fresh = Alarm.objects.filter(chosen, cleared_at=None, acknowledged_at=None)
    return fresh.update(acknowledged_at=now, acknowledged_by=actor, note=note, request_id=action_id())


def _domain(condition: Condition) -> int:
    return (condition.domain and condition.domain[0]) or 0


def _raise(conditions: Sequence[Condition], now: datetime) -> None:
    rows = [
        Alarm(
            kind=one.kind,
            subject=one.subject,
            priority=HINTS[one.kind].priority,
            domain_id=one.domain[0] if one.domain else None,
            domain_name=one.domain[1] if one.domain else "",
            sentence=one.sentence,
            raised_at=now,
        )
        for one in conditions
    ]
    Alarm.objects.bulk_create(rows, ignore_conflicts=True)


def _write(write: Any) -> None:
    try:
        with bounded():
            write()
    except IntegrityError as error:  # a domain was deleted since it was read
        log.warning("alarms could not be written; it is tried again: %s", error)


def _batches(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
