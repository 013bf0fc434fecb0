"""The number that grows with every change that can change an answer, and with nothing else."""

from collections.abc import Callable

import pytest
from django.db import transaction

from appservers.models import Domain, Role
from appservers.models import Revision as Configuration
from appservers.services import make_active
from appservers.testing import pair
from dialrules.testing import DialRuleFactory
from updatelinks.models import UpdateLink
from updatelinks.testing import UpdateLinkFactory
from versioncontrol import revision
from versioncontrol.models import Component, ComponentMode, Revision, VersionPolicy, VersionRule
from versioncontrol.testing import (
    AcknowledgementFactory,
    ComponentFactory,
    ComponentModeFactory,
    SightingFactory,
    VersionPolicyFactory,
    VersionRuleFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    """A domain with something of everything."""
    made = pair()
    rule = VersionRuleFactory.create(domain=made)
    UpdateLinkFactory.create(domain=made, component=rule.component)
    VersionPolicyFactory.create(domain=made)
    ComponentModeFactory.create(domain=made, component=rule.component)
    return made


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda domain: VersionRuleFactory.create(domain=domain), id="a rule more"),
        pytest.param(lambda domain: VersionRule.objects.update(pattern="1", pattern_key="1"), id="another pattern"),
        pytest.param(lambda domain: VersionRule.objects.all().delete(), id="a rule less"),
        pytest.param(lambda domain: UpdateLink.objects.update(public_url="https://x.example"), id="another URL"),
        pytest.param(lambda domain: UpdateLink.objects.all().delete(), id="a link less"),
        pytest.param(lambda domain: VersionPolicy.objects.update(unlisted="deny"), id="the domain's policy"),
        pytest.param(lambda domain: ComponentMode.objects.update(mode="warn"), id="a component's mode"),
        pytest.param(lambda domain: ComponentFactory.create(), id="a component more"),
        pytest.param(
            lambda domain: Component.objects.filter(name="Recorder").update(name="R", name_key="r"), id="name"
        ),
        pytest.param(lambda domain: Domain.objects.update(outsource=True), id="Outsource"),
        pytest.param(lambda domain: Domain.objects.update(slug="elsewhere"), id="the domain's address"),
    ],
)
def test_it_grows_with(change: Callable[[Domain], object], domain: Domain) -> None:
    before = revision.current()
    change(domain)
    assert revision.current() > before


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda domain: SightingFactory.create(domain=domain, component=Component.objects.first()),
            id="who was seen",
        ),
        pytest.param(lambda domain: AcknowledgementFactory.create(domain=domain), id="what was acknowledged"),
        pytest.param(
            lambda domain: make_active(domain_id=domain.pk, epoch=0, from_role=Role.PRIMARY, to_role=Role.SECONDARY),
            id="a switch",
        ),
    ],
)
def test_it_stays_with(change: Callable[[Domain], object], domain: Domain) -> None:
    before = revision.current()
    change(domain)
    assert revision.current() == before


def test_dial_rules_have_a_number_of_their_own(domain: Domain) -> None:
    calls = revision.current(revision.CALLS)
    VersionRuleFactory.create(domain=domain)
    assert revision.current(revision.CALLS) == calls
    versions = revision.current()
    DialRuleFactory.create(domain=domain)
    assert (revision.current(), revision.current(revision.CALLS) > calls) == (versions, True)


def test_it_goes_back_with_the_transaction(domain: Domain) -> None:
    before = revision.current()
    with transaction.atomic():
        VersionRule.objects.all().delete()
        assert revision.current() > before
        transaction.set_rollback(True)
    assert revision.current() == before


def test_the_count_of_the_configuration_goes_on_beside_it(domain: Domain) -> None:
    """Both hang on the same table; neither replaces the other's triggers."""
    configuration, answers = Configuration.objects.get().number, revision.current()
    domain.name = "Elsewhere"
    domain.save()
    assert Configuration.objects.get().number > configuration
    assert revision.current() > answers


def test_a_table_that_was_emptied_is_counted_again(domain: Domain) -> None:
    Revision.objects.all().delete()
    revision.install(using="default")
    before = revision.current()
    VersionRule.objects.all().delete()
    assert revision.current() > before > 0
