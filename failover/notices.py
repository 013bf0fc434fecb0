"""Writing notices into the outbox, in the transaction of what they tell of."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q

from appservers.models import Role
from failover.bounded import bounded
from failover.models import Monitor, Notice, Subscriber, SwitchEvent
from failover.news import Event, Kind, Switch, payload

SILENT = timedelta(seconds=30)
LONG_AGO = timedelta(hours=1)
AT_ONCE = 500


def announce(events: Sequence[Event], *, at: datetime, tied: bool = True) -> None:
    """Keep a notice of each event for everybody who wants it. For a transaction that the caller has begun.

    Who wants what is read once, however many events there are; without subscribers that is all. Notices that are not
    `tied` name their domain only, and so need no lock on its row.
    """
    if not events:
        return
    subscribers = list(Subscriber.objects.filter(enabled=True).defer("secret"))
    chosen = _chosen([subscriber.pk for subscriber in subscribers if not subscriber.all_domains])
    payloads = [payload(event) for event in events]
    Notice.objects.bulk_create(
        [
            Notice(
                subscriber_id=subscriber.pk,
                kind=event.kind,
                domain_id=event.domain_id if tied else None,
                domain_name=event.domain,
                payload=told,
                created_at=at,
            )
            for event, told in zip(events, payloads, strict=True)
            for subscriber in subscribers
            if wants(subscriber, event, chosen)
        ],
        batch_size=AT_ONCE,
    )


def wants(subscriber: Subscriber, event: Event, chosen: dict[int, set[int]]) -> bool:
    """Whether the subscriber hears of it; `chosen` holds the domains of those who do not want all."""
    if not subscriber.hears(event.kind):
        return False
    return subscriber.all_domains or event.domain_id is None or event.domain_id in chosen.get(subscriber.pk, ())


def listeners(event: Event) -> list[str]:
    """The names of those who would be told."""
    subscribers = list(Subscriber.objects.filter(enabled=True).defer("secret"))
    chosen = _chosen([subscriber.pk for subscriber in subscribers if not subscriber.all_domains])
    return [subscriber.name for subscriber in subscribers if wants(subscriber, event, chosen)]


def switched(event: SwitchEvent) -> Event:
    """A switch, as it is told."""
    return Event(
        kind=Kind.SWITCHED,
        at=event.at,
        sentence=event.sentence,
        code=event.code,
        domain_id=event.domain_id,
        domain=event.domain_name,
        switch=Switch(
            epoch=event.epoch,
            from_role=Role(event.from_role).label,
            to_role=Role(event.to_role).label,
            cause=event.cause,
            cause_label=event.get_cause_display(),
            actor=event.actor_name,
            reason=event.reason,
            forced=event.forced,
        ),
    )


def announce_silence(now: datetime) -> None:
    """Tell of monitors that fell silent without a goodbye; of each silence once, whoever notices it first."""
    untold = Q(missed_at=None) | Q(missed_at__lt=F("heartbeat_at"))
    silent = Monitor.objects.filter(untold, stopped_at=None, heartbeat_at__range=(now - LONG_AGO, now - SILENT))
    for monitor in silent:
        with bounded():
            still = Monitor.objects.filter(untold, pk=monitor.pk, heartbeat_at=monitor.heartbeat_at)
            if still.update(missed_at=now) == 1:
                announce([_gone(monitor, now)], at=now)


def revive(notice: Notice, now: datetime) -> bool:
    """Try a dead letter again, with those that were sent together with it; False when it is not dead."""
    dead = Notice.objects.filter(subscriber=notice.subscriber_id, parcel=notice.parcel).exclude(dead_at=None)
    return dead.update(dead_at=None, next_try_at=now, attempts=0, claimed_until=None) > 0


def _gone(monitor: Monitor, now: datetime) -> Event:
    sentence = (
        f"Its latest sign of life was at {monitor.heartbeat_at:%Y-%m-%d %H:%M:%S} UTC: the process ended without a "
        "word, its machine is off, or it does not reach the database. Another monitor leads."
    )
    return Event(kind=Kind.MONITOR_GONE, at=now, sentence=sentence, monitor=monitor.identity)


def _chosen(subscribers: list[int]) -> dict[int, set[int]]:
    """The domains that these subscribers chose."""
    chosen: defaultdict[int, set[int]] = defaultdict(set)
    if subscribers:
        pairs = Subscriber.domains.through.objects.filter(subscriber__in=subscribers)
        for subscriber, domain in pairs.values_list("subscriber_id", "domain_id"):
            chosen[subscriber].add(domain)
    return chosen
