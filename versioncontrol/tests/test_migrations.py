"""The seeded catalogue comes and goes."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from versioncontrol.models import Component
from versioncontrol.testing import VersionRuleFactory

pytestmark = pytest.mark.django_db

SEEDED = [
    "Administrator Portal",
    "Agent Application",
    "Contact Manager",
    "IVR Connector",
    "Recorder",
    "Supervisor Application",
]
seeds = importlib.import_module("versioncontrol.migrations.0002_components")

EDITOR = SimpleNamespace(connection=connection)  # all that the migration asks of a schema editor


def names() -> list[str]:
    return [component.name for component in Component.objects.all()]


def test_an_installation_starts_with_the_six_components() -> None:
    assert names() == SEEDED


def test_the_seeds_can_be_taken_back_and_come_again() -> None:
    seeds.remove_components(apps, EDITOR)
    assert names() == []
    seeds.add_components(apps, EDITOR)
    seeds.add_components(apps, EDITOR)
    assert names() == SEEDED


def test_a_seeded_component_that_rules_stand_on_stays() -> None:
    VersionRuleFactory.create(component=Component.objects.get(name="Recorder"))
    seeds.remove_components(apps, EDITOR)
    assert names() == ["Recorder"]
