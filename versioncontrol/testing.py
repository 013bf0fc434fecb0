"""Factories for tests, demos and benchmarks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import factory
from django.db import connection
from django.utils import timezone
from factory.django import DjangoModelFactory

from appservers.models import Domain
from appservers.testing import DomainFactory
from common.distinct import Distinct
from versioncontrol import sightings
from versioncontrol.linting import Code
from versioncontrol.models import (
    Acknowledgement,
    Component,
    ComponentMode,
    Side,
    Sighting,
    VersionPolicy,
    VersionRule,
)
from versioncontrol.sightings import Report


class ComponentFactory(DjangoModelFactory[Component]):
    """A component beyond the seeded ones."""

    class Meta:
        model = Component

    name = factory.Sequence(lambda number: f"Component {number}")


class VersionRuleFactory(DjangoModelFactory[VersionRule]):
    """A rule of a domain and a component of its own."""

    class Meta:
        model = VersionRule

    domain = factory.SubFactory(DomainFactory)
    component = factory.SubFactory(ComponentFactory)
    pattern = factory.Sequence(lambda number: f"10.{number}.*")


class VersionPolicyFactory(DjangoModelFactory[VersionPolicy]):
    """The defaults, stored."""

    class Meta:
        model = VersionPolicy

    domain = factory.SubFactory(DomainFactory)


class ComponentModeFactory(DjangoModelFactory[ComponentMode]):
    """A component that is enforced, of a domain of its own."""

    class Meta:
        model = ComponentMode

    domain = factory.SubFactory(DomainFactory)
    component = factory.SubFactory(ComponentFactory)


class AcknowledgementFactory(DjangoModelFactory[Acknowledgement]):
    """Somebody let everything in."""

    class Meta:
        model = Acknowledgement

    domain = factory.SubFactory(DomainFactory)
    domain_name = factory.LazyAttribute(lambda one: one.domain.name)
    subject = "Agent Application *"
    codes = factory.LazyFunction(lambda: [Code.ADMITS_EVERYTHING.value])
    sentences = "“*” admits every version: nothing is kept out any more."
    actor_name = "somebody"
    at = factory.LazyFunction(timezone.now)


class SightingFactory(DjangoModelFactory[Sighting]):
    """An agent seen just now, inside."""

    class Meta:
        model = Sighting

    domain = factory.SubFactory(DomainFactory)
    component = factory.SubFactory(ComponentFactory)
    agent = factory.Sequence(lambda number: f"agent-{number}")
    who = factory.LazyAttribute(lambda one: f"agent:{one.agent}" if one.agent else f"version:{one.version.lower()}")
    version = "10.2.7"
    network = Side.PRIVATE
    first_seen = factory.LazyFunction(timezone.now)
    last_seen = factory.LazyFunction(timezone.now)


def seed_fleet(domain: Domain, versions: int = 200, at: datetime | None = None) -> int:
    """As many versions of the first three components, run by a few agents each and by many agents some; how many."""
    now, some = at or timezone.now(), list(Component.objects.all()[:3])
    reports = []
    for number in range(versions):
        component = some[number % len(some)]
        version = f"10.{number % 5}.{number // 5}" + ("", "", "-rc1", " SP1")[number % 4]
        for agent in range(1 + (number * 7) % 23 * (number % 9 == 0) + number % 3):
            side = Side.PUBLIC if agent % 3 else Side.PRIVATE
            seen = now - timedelta(hours=(number * 5) % 300, minutes=agent)
            reports.append(Report(domain.pk, component.pk, version, side, seen, f"agent-{number}-{agent}", 1 + agent))
    return sightings.record(reports=reports)


@contextmanager
def between_check_and_write(model: type[Distinct], act: Callable[[], object]) -> Iterator[None]:
    """Within it somebody else acts, once, between the check of a form of this model and the write that follows."""
    key, acts, checked = model.identity[-1], [act], False

    def interfere(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal checked
        checked = checked or (sql.startswith("SELECT") and f'"{key}" =' in sql)
        if checked and acts and sql.startswith("SAVEPOINT"):
            acts.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(interfere):
        yield
    if acts:
        raise AssertionError("nothing was checked and written")
