"""The outbox as the deliverer sees it: who has something waiting, the claim on it, and what came of it.

Everything of one subscriber goes in order. The claim lies on the first row that waits, by compare and set, and ends by
itself: a deliverer that dies between sending and marking is followed by one that sends again. At least once.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Max, Min, Q, QuerySet

from failover.bounded import bounded
from failover.models import Notice, Subscriber
from failover.parcel import Outcome, Parcel
from failover.retries import given_up, longest_wait, wait

CLAIM = timedelta(seconds=60)
QUIET = timedelta(seconds=2)  # without a further notice, before what came together is sent
SPAN = timedelta(seconds=10)  # and no longer than that
MOST = 500  # notices in one parcel
WAITS = Q(delivered_at=None, dead_at=None)
LONGEST_ERROR = 300


def waiting() -> QuerySet[Subscriber]:
    """Who has something waiting; those first who have not been tried, or not for long."""
    waits = Q(notices__delivered_at=None, notices__dead_at=None, notices__isnull=False)
    tried = Subscriber.objects.filter(waits, enabled=True).annotate(next=Min("notices__next_try_at"))
    return tried.order_by(F("next").asc(nulls_first=True), "pk")


def claim(subscriber: Subscriber, now: datetime) -> Parcel | None:
    """What is to be sent to the subscriber now, claimed for a minute; None if nothing is due or somebody was faster."""
    rows = due(list(_queue(subscriber)[: MOST + 1]), now)
    if not rows:
        return None
    head, until = rows[0], now + CLAIM
    with bounded():
        if not take(head, until):
            return None
        if head.parcel is None:
            _pack(subscriber, rows)
    return Parcel(
        id=rows[0].parcel or uuid.uuid4(),
        subscriber=subscriber.pk,
        name=subscriber.name,
        channel=subscriber.channel,
        address=subscriber.address,
        secret=subscriber.secret,
        payloads=tuple(_numbered(row) for row in rows),
        notices=tuple(row.pk for row in rows),
        oldest=min(row.created_at for row in rows),
        tries=head.attempts,
    )


def take(head: Notice, until: datetime) -> bool:
    """Compare and set: claim what begins with this row, if it still stands as it was read."""
    as_read = Notice.objects.filter(WAITS, pk=head.pk, claimed_until=head.claimed_until, parcel=head.parcel)
    return as_read.update(claimed_until=until) == 1


def due(rows: Sequence[Notice], now: datetime) -> list[Notice]:
    """Of what waits for a subscriber, in order, what is to be sent now; times that nobody could mean do not count."""
    if not rows:
        return []
    head = rows[0]
    if _ahead(head.claimed_until, now, CLAIM) or _ahead(head.next_try_at, now, longest_wait()):
        return []
    if head.parcel is not None:
        return [row for row in rows if row.parcel == head.parcel]
    fresh = [row for row in rows[:MOST] if row.parcel is None and abs(row.created_at - head.created_at) <= SPAN]
    newest = max(row.created_at for row in fresh)
    gathering = timedelta(0) <= now - newest < QUIET and timedelta(0) <= now - head.created_at < SPAN
    return [] if gathering and len(fresh) < MOST else fresh


def mark(parcel: Parcel, outcome: Outcome, *, now: datetime, jitter: float) -> None:
    """Write down what came of a try."""
    rows = Notice.objects.filter(WAITS, pk__in=parcel.notices)
    if outcome.delivered:
        rows.update(delivered_at=now, attempts=parcel.tries + 1, last_error="", claimed_until=None)
        return
    tries = parcel.tries + 1
    dead = given_up(tries, now - (parcel.oldest or now))
    rows.update(
        attempts=tries,
        last_error=outcome.error[:LONGEST_ERROR],
        next_try_at=now + wait(tries, jitter),
        dead_at=now if dead else None,
        claimed_until=None,
    )


def _queue(subscriber: Subscriber) -> QuerySet[Notice]:
    """What waits, in the order in which it is sent: what has a number first."""
    return Notice.objects.filter(WAITS, subscriber=subscriber).order_by(F("sequence").asc(nulls_last=True), "pk")


def _pack(subscriber: Subscriber, rows: list[Notice]) -> None:
    """Give the rows their numbers and the parcel that they go in for good."""
    last = Notice.objects.filter(subscriber=subscriber).aggregate(last=Max("sequence"))["last"] or 0
    together = uuid.uuid4()
    for number, row in enumerate(rows, start=last + 1):
        row.sequence, row.parcel = number, together
    Notice.objects.bulk_update(rows, ["sequence", "parcel"], batch_size=100)


def _ahead(moment: datetime | None, now: datetime, at_most: timedelta) -> bool:
    """Whether that moment is still to come, and not further away than anybody could have meant."""
    return moment is not None and now < moment <= now + at_most


def _numbered(row: Notice) -> dict[str, object]:
    return {**row.payload, "data": {"sequence": row.sequence, **row.payload["data"]}}
