"""Factories for tests, demos and benchmarks."""

from urllib.parse import quote

import factory
from factory.django import DjangoModelFactory

from appservers.testing import DomainFactory
from updatelinks.models import UpdateLink
from versioncontrol.testing import ComponentFactory


class UpdateLinkFactory(DjangoModelFactory[UpdateLink]):
    """A link of a domain and a component of its own."""

    class Meta:
        model = UpdateLink

    domain = factory.SubFactory(DomainFactory)
    component = factory.SubFactory(ComponentFactory)
    version = factory.Sequence(lambda number: f"10.2.{number}")
    private_url = factory.LazyAttribute(lambda link: f"https://sw.corp.example/{quote(link.version)}")
    public_url = factory.LazyAttribute(lambda link: f"https://dl.example.com/{quote(link.version)}")
