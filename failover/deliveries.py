"""Notices as people look at them: found by filters, each with its state."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q, QuerySet

from common.status import Look, Tone
from failover.models import Notice, Subscriber

WAITS = Q(delivered_at=None, dead_at=None)


class Condition(models.TextChoices):
    """Where a notice stands."""

    WAITING = "waiting", "Waiting"
    FAILING = "failing", "Failing"
    DELIVERED = "delivered", "Delivered"
    DEAD = "dead", "Dead letter"


CONDITIONS = {
    Condition.WAITING: WAITS & Q(attempts=0),
    Condition.FAILING: WAITS & Q(attempts__gt=0),
    Condition.DELIVERED: ~Q(delivered_at=None),
    Condition.DEAD: ~Q(dead_at=None),
}
LOOKS = {
    Condition.WAITING: Look(Tone.IDLE, "hourglass-split", "Waiting", "It goes out next; nothing went wrong so far."),
    Condition.FAILING: Look(
        Tone.WARN, "exclamation-triangle-fill", "Failing", "The receiver did not take it yet; it is tried again."
    ),
    Condition.DELIVERED: Look(Tone.OK, "check-lg", "Delivered", "The receiver took it."),
    Condition.DEAD: Look(
        Tone.BAD,
        "x-lg",
        "Dead letter",
        "It was tried for as long as is promised and nobody took it; it can be sent again by hand.",
    ),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice as people see it."""

    notice: Notice
    condition: Condition

    @property
    def look(self) -> Look:
        return LOOKS[self.condition]

    @property
    def dead(self) -> bool:
        return self.condition is Condition.DEAD

    @property
    def failing(self) -> bool:
        return self.condition is Condition.FAILING


class Filters(forms.Form):
    """The filters of the page, as the address carries them."""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "Every state"), *Condition.choices])
    subscriber = forms.ModelChoiceField(
        label="Subscriber", required=False, queryset=Subscriber.objects.defer("secret"), empty_label="Everybody"
    )
    domain = forms.CharField(label="Domain", required=False, max_length=100)

    def found(self) -> QuerySet[Notice]:
        """The notices that fit, latest first; a filter that makes no sense does not count."""
        self.is_valid()
        wanted: dict[str, Any] = self.cleaned_data
        notices = Notice.objects.select_related("subscriber", "domain").defer("subscriber__secret")
        if state := wanted.get("state"):
            notices = notices.filter(CONDITIONS[Condition(state)])
        if subscriber := wanted.get("subscriber"):
            notices = notices.filter(subscriber=subscriber)
        if name := wanted.get("domain"):
            notices = notices.filter(domain_name__icontains=name)
        return notices.filter(subscriber__name__isnull=False)  # those of a deleted subscriber are gone with it


def deliveries(notices: Sequence[Notice]) -> list[Delivery]:
    """Each with its state."""
    return [Delivery(notice, condition(notice)) for notice in notices]


def condition(notice: Notice) -> Condition:
    """Where it stands."""
    if notice.dead_at is not None:
        return Condition.DEAD
    if notice.delivered_at is not None:
        return Condition.DELIVERED
    return Condition.FAILING if notice.attempts else Condition.WAITING


def dead_letters() -> int:
    """How many notices were given up."""
    return Notice.objects.filter(CONDITIONS[Condition.DEAD]).count()
