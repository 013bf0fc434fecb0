"""Rules copied between domains: first the difference, then all or nothing."""

from typing import Any

import pytest

from appservers.models import Domain
from appservers.testing import DomainFactory
from versioncontrol import copying, selectors
from versioncontrol.exceptions import AcknowledgementRequired
from versioncontrol.models import Component, VersionRule
from versioncontrol.testing import SightingFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder() -> Component:
    return Component.objects.get(name="Recorder")


def domain_with(component: Component, *patterns: str) -> Domain:
    domain = DomainFactory.create()
    for pattern in patterns:
        VersionRuleFactory.create(domain=domain, component=component, pattern=pattern)
    return domain


def patterns(domain: Domain) -> list[str]:
    return [rule.pattern for rule in selectors.rules(domain)]


def test_it_adds_what_is_missing_and_records_it(recorder: Component) -> None:
    source, target = domain_with(recorder, "1", "RC?"), domain_with(recorder, "2", "rc?")
    (made,) = copying.copy_rules(source=source, targets=[target], replacing=False)
    assert [str(rule) for rule in made.added] == ["Recorder 1"]
    assert patterns(target) == ["1", "2", "rc?"]
    assert VersionRule.objects.get(domain=target, pattern="1").history.count() == 1
    assert copying.differences(source, [target], replacing=False)[0].empty


def test_replacing_removes_what_the_source_does_not_have_for_its_components(recorder: Component) -> None:
    source, target = domain_with(recorder, "1"), domain_with(recorder, "1", "2")
    VersionRuleFactory.create(domain=target, component=Component.objects.get(name="IVR Connector"), pattern="3")
    copying.copy_rules(source=source, targets=[target], replacing=True)
    assert patterns(target) == ["3", "1"]
    assert patterns(source) == ["1"]


def test_what_was_not_shown_is_not_copied(recorder: Component) -> None:
    source, target = domain_with(recorder, "1"), domain_with(recorder)
    shown = copying.digest(copying.differences(source, [target], replacing=False))
    VersionRuleFactory.create(domain=source, component=recorder, pattern="2")
    with pytest.raises(AcknowledgementRequired):
        copying.copy_rules(source=source, targets=[target], replacing=False, shown=shown)
    assert patterns(target) == []


def test_the_source_is_read_once_and_all_is_written_at_once(
    recorder: Component, django_assert_max_num_queries: Any
) -> None:
    source = domain_with(recorder, *(f"10.{number}" for number in range(20)))
    targets = [domain_with(recorder) for _ in range(5)]
    with django_assert_max_num_queries(100):
        copying.copy_rules(source=source, targets=targets, replacing=False)
    assert {len(patterns(target)) for target in targets} == {20}
    assert VersionRule.history.filter(domain__in=targets).count() == 100


def test_it_copies_to_all_or_to_none(recorder: Component) -> None:
    source, one, other = domain_with(recorder, "1"), domain_with(recorder), domain_with(recorder)
    SightingFactory.create(domain=other, component=recorder, version="9")
    with pytest.raises(AcknowledgementRequired, match="locks out 1 agent") as refused:
        copying.copy_rules(source=source, targets=[one, other], replacing=False)
    said = [warned.code for warned in refused.value.warnings]
    assert said == ["matches-nothing-seen", "locks-out"]
    assert patterns(one) == patterns(other) == []
    copying.copy_rules(source=source, targets=[one, other], replacing=False, acknowledged=refused.value.codes)
    assert patterns(one) == patterns(other) == ["1"]
    assert [record.subject for record in selectors.acknowledgements(other)] == [f"Rules copied from {source.name}"]


def test_what_there_is_to_say_about_a_pattern_is_said_where_it_is_copied_to(recorder: Component) -> None:
    source, target = domain_with(recorder, "10.2*", "10.1*"), domain_with(recorder, "10.2.1")
    told = copying.differences(source, [target], replacing=False)[0].outlook.warnings
    assert [warned.code for warned in told] == ["admits-longer-numbers", "shadows"]
    assert told[0].sentence.startswith("Recorder “10.1*”: It also admits 10.10.")
    assert told[0].sentence.endswith("Likewise “10.2*”.")
    with pytest.raises(AcknowledgementRequired):
        copying.copy_rules(source=source, targets=[target], replacing=False)
