"""Factories for tests, demos and benchmarks."""

import factory
from factory.django import DjangoModelFactory

from appservers.testing import DomainFactory
from dialrules.models import DialRule


class DialRuleFactory(DjangoModelFactory[DialRule]):
    """An enabled rule of a domain of its own, in the order of creation."""

    class Meta:
        model = DialRule

    domain = factory.SubFactory(DomainFactory)
    name = factory.Sequence(lambda number: f"Rule {number}")
    pattern = "+361*"
    emergency_uri = "sip:duty@pbx.corp.example"
    position = factory.Sequence(lambda number: number + 1)
