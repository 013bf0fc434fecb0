"""Factories for alarms."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from alarms.kinds import HINTS, Kind
from alarms.models import Alarm, Certificate


class AlarmFactory(DjangoModelFactory[Alarm]):
    """A held domain that nobody has looked at yet."""

    class Meta:
        model = Alarm

    kind = Kind.HELD
    subject = factory.Sequence(str)
    priority = factory.LazyAttribute(lambda alarm: HINTS[Kind(alarm.kind)].priority)
    sentence = "The standby is down."
    raised_at = factory.LazyFunction(timezone.now)


class CertificateFactory(DjangoModelFactory[Certificate]):
    """A certificate that holds for a year."""

    class Meta:
        model = Certificate

    endpoint = factory.Sequence(lambda number: f"web-{number}.corp.example")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=365))
    checked_at = factory.LazyFunction(timezone.now)
