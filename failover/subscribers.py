"""The writes of subscribers. The secret of a webhook is made here, and handed out once."""

import base64
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from appservers.models import Domain
from common import distinct
from failover.models import Channel, Subscriber
from failover.news import Event, Kind, payload
from failover.parcel import Parcel

SECRET_BYTES = 32


def save_subscriber(*, subscriber: Subscriber, domains: Iterable[Domain], seen: int | None = None) -> Subscriber:
    """Create or change a subscriber; a new webhook gets its secret. See distinct.save for `seen` and what it raises."""
    if subscriber._state.adding and subscriber.channel == Channel.WEBHOOK:
        subscriber.secret = new_secret()
    with transaction.atomic():
        distinct.save(subscriber, seen)
        subscriber.domains.set(domains)
    return subscriber


def renew_secret(*, subscriber: Subscriber) -> str | None:
    """Make a new secret, which counts at once; None when there is no such webhook any more."""
    with transaction.atomic():
        stored = Subscriber.objects.select_for_update().filter(pk=subscriber.pk, channel=Channel.WEBHOOK).first()
        if stored is None:
            return None
        stored.secret = new_secret()
        stored.save()
    return stored.secret


def delete_subscriber(*, subscriber: Subscriber) -> bool:
    """Delete a subscriber and what waits for it; False when somebody else did so before."""
    return distinct.delete(subscriber)


def trial(subscriber: Subscriber, *, at: datetime, by: str) -> Parcel:
    """A test notice; it goes past the outbox and is not kept."""
    event = Event(Kind.TEST, at, f"{by} sent this from the console to see whether it arrives.")
    return Parcel(
        id=uuid.uuid4(),
        subscriber=subscriber.pk,
        name=subscriber.name,
        channel=subscriber.channel,
        address=subscriber.address,
        secret=subscriber.secret,
        payloads=(payload(event),),
    )


def new_secret() -> str:
    """A secret in the form of the Standard Webhooks specification."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
