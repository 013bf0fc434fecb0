"""Who is locked out, let in and stranded by a change."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appservers.models import Domain
from appservers.testing import DomainFactory
from updatelinks.testing import UpdateLinkFactory
from versioncontrol import consequences
from versioncontrol.impact import Effect
from versioncontrol.linting import Code
from versioncontrol.models import Component, Side, VersionRule
from versioncontrol.testing import ComponentModeFactory, SightingFactory, VersionPolicyFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    return DomainFactory.create(outsource=True)


@pytest.fixture
def recorder() -> Component:
    return Component.objects.get(name="Recorder")


def outlook(domain: Domain, recorder: Component, pattern: str, *also: str) -> consequences.Outlook:
    rule = VersionRule(domain=domain, component=recorder, pattern=pattern)
    return consequences.of_rule(rule, timezone.now(), also)


def versions(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.seen.version for effect in effects]


def test_the_first_rule_locks_out_whom_it_does_not_admit(domain: Domain, recorder: Component) -> None:
    for version in ("10.2.1", "10.1", "10.9"):
        SightingFactory.create(domain=domain, component=recorder, version=version)
    UpdateLinkFactory.create(domain=domain, component=recorder, version="10.2.4")
    found = outlook(domain, recorder, "10.2.*", "10.2")
    assert versions(found.locked_out) == ["10.1", "10.9"]
    assert versions(found.stranded) == ["10.9"]
    locks_out = next(warned for warned in found.warnings if warned.code is Code.LOCKS_OUT)
    assert locks_out.sentence == (
        "It locks out 2 agents seen in the last 14 days: 10.1, 10.9. No update link helps 1 of them."
    )


def test_a_further_rule_lets_in(domain: Domain, recorder: Component) -> None:
    VersionRuleFactory.create(domain=domain, component=recorder, pattern="10.2.?")
    SightingFactory.create(domain=domain, component=recorder, version="10.3")
    found = outlook(domain, recorder, "10.3")
    assert [effect.newly_allowed for effect in found.effects] == [True]
    assert found.warnings == ()


def test_who_is_outside_and_has_no_public_link_is_stranded(domain: Domain, recorder: Component) -> None:
    for side in Side:
        SightingFactory.create(domain=domain, component=recorder, version="9", network=side)
    UpdateLinkFactory.create(domain=domain, component=recorder, version="10", public_url="")
    found = outlook(domain, recorder, "10")
    assert [(effect.seen.network, effect.offered) for effect in found.effects] == [("private", "10"), ("public", None)]
    assert [effect.seen.network for effect in found.stranded] == ["public"]


def test_a_component_that_only_warns_locks_nobody_out(domain: Domain, recorder: Component) -> None:
    ComponentModeFactory.create(domain=domain, component=recorder, mode="warn")
    SightingFactory.create(domain=domain, component=recorder, version="9")
    assert not outlook(domain, recorder, "10.2.?").locked_out


def test_a_date_and_a_broken_glass_do_not_hide_whom_it_will_lock_out(domain: Domain, recorder: Component) -> None:
    later = timezone.now() + timedelta(days=3)
    ComponentModeFactory.create(domain=domain, component=recorder, enforce_at=later)
    VersionPolicyFactory.create(domain=domain, break_glass_until=later, break_glass_reason="x")
    SightingFactory.create(domain=domain, component=recorder, version="9")
    assert versions(outlook(domain, recorder, "10.2.?").locked_out) == ["9"]


def test_who_was_not_seen_lately_does_not_count(domain: Domain, recorder: Component) -> None:
    long_ago = timezone.now() - timedelta(days=15)
    SightingFactory.create(domain=domain, component=recorder, version="9", last_seen=long_ago)
    assert outlook(domain, recorder, "10.2.?").effects == ()


def test_an_edited_rule_may_move_to_another_component(domain: Domain, recorder: Component) -> None:
    rule = VersionRuleFactory.create(domain=domain, component=recorder, pattern="10")
    VersionRuleFactory.create(domain=domain, component=recorder, pattern="11")
    SightingFactory.create(domain=domain, component=recorder, version="10")
    other = Component.objects.get(name="IVR Connector")
    SightingFactory.create(domain=domain, component=other, version="9")
    rule.component = other
    found = consequences.of_rule(rule, timezone.now())
    assert sorted(versions(found.locked_out)) == ["10", "9"]


def test_an_edited_rule_is_not_in_its_own_way(domain: Domain, recorder: Component) -> None:
    rule = VersionRuleFactory.create(domain=domain, component=recorder, pattern="10.2.?")
    rule.pattern = "10.2.??"
    assert consequences.of_rule(rule, timezone.now()).warnings == ()


def test_links_that_stay_admitted_are_not_news(domain: Domain, recorder: Component) -> None:
    for version in ("10.2.4", "11"):
        UpdateLinkFactory.create(domain=domain, component=recorder, version=version)
    (warned,) = outlook(domain, recorder, "10.2.?").warnings
    assert warned.sentence == (
        "The update link to 11 would no longer be offered, because no rule admits that version any more."
    )


def test_links_that_stay_refused_are_not_news(domain: Domain, recorder: Component) -> None:
    VersionRuleFactory.create(domain=domain, component=recorder, pattern="1")
    UpdateLinkFactory.create(domain=domain, component=recorder, version="2")
    assert outlook(domain, recorder, "3").warnings == ()
