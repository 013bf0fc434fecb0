"""Factories for tests, demos and benchmarks."""

from datetime import UTC, datetime
from typing import Any

from factory.declarations import LazyAttribute, RelatedFactory, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from appservers.models import ApplicationServer, Domain, Emergency, Role


class ApplicationServerFactory(DjangoModelFactory[ApplicationServer]):
    """A primary server; pass role=Role.SECONDARY for the other."""

    class Meta:
        model = ApplicationServer

    domain = SubFactory("appservers.testing.DomainFactory", primary=None)
    role = Role.PRIMARY
    server_fqdn = LazyAttribute(lambda server: f"{server.domain.slug}-{server.role}.corp.example")
    private_web_fqdn = LazyAttribute(lambda server: f"web-{server.role}.corp.example")
    public_web_fqdn = LazyAttribute(lambda server: f"web-{server.role}.example.net")


class DomainFactory(DjangoModelFactory[Domain]):
    """A domain with its primary server; see pair()."""

    class Meta:
        model = Domain
        skip_postgeneration_save = True

    name = Sequence(lambda number: f"Site {number}")
    slug = Sequence(lambda number: f"site-{number}")
    primary = RelatedFactory(ApplicationServerFactory, factory_related_name="domain", role=Role.PRIMARY)


class EmergencyFactory(DjangoModelFactory[Emergency]):
    """An emergency of a domain that is over."""

    class Meta:
        model = Emergency

    domain = SubFactory(DomainFactory)
    domain_name = SelfAttribute("domain.name")
    declared_at = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    declared_by_name = "anna"
    reason = "fire in the building"
    ended_at = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    ended_by_name = "bela"
    end_reason = "false alarm"


def pair(**domain: Any) -> Domain:
    """A domain with a primary and a secondary server."""
    made = DomainFactory.create(**domain)
    ApplicationServerFactory.create(domain=made, role=Role.SECONDARY)
    return made
