"""Factories for tests, demos and benchmarks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import factory
from django.db import connection
from factory.django import DjangoModelFactory

from appservers.testing import DomainFactory
from common.distinct import Distinct
from versioncontrol.models import Component, VersionRule


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
