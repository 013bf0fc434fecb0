"""Saving and deleting rules while others do the same."""

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from appservers.services import delete_domain
from common.distinct import Changed, Duplicate, Gone, revision
from versioncontrol import selectors, services
from versioncontrol.models import Component, VersionRule
from versioncontrol.testing import ComponentFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db


def stored(rule: VersionRule) -> VersionRule:
    return VersionRule.objects.get(pk=rule.pk)


def test_it_saves_a_rule_as_typed_and_keeps_its_history() -> None:
    rule = VersionRuleFactory.build(domain=VersionRuleFactory.create().domain, component=ComponentFactory.create())
    rule.pattern = " 10.2.RC* "
    services.save_rule(rule=rule)
    assert (stored(rule).pattern, stored(rule).pattern_key) == ("10.2.RC*", "10.2.rc*")
    assert [record.history_type for record in rule.history.all()] == ["+"]


def test_it_refuses_an_invalid_pattern() -> None:
    rule = VersionRuleFactory.create(pattern="10.2.*")
    rule.pattern = "é"
    with pytest.raises(ValidationError, match="Character 1 of the pattern"):
        services.save_rule(rule=rule)
    assert stored(rule).pattern == "10.2.*"


def test_it_names_the_rule_that_means_the_same() -> None:
    rule = VersionRuleFactory.create(pattern="10.2.?*")
    twin = VersionRule(domain=rule.domain, component=rule.component, pattern="10.2.*?")
    with pytest.raises(Duplicate, match=r"“10\.2\.\?\*”") as refusal:
        services.save_rule(rule=twin)
    assert refusal.value.field == "pattern"


def test_it_does_not_lose_the_change_of_another_without_a_word() -> None:
    rule = VersionRuleFactory.create(pattern="10.2.*")
    seen = revision(rule)
    theirs, mine = stored(rule), stored(rule)
    theirs.pattern, mine.pattern = "10.3.?", "10.4.?"
    services.save_rule(rule=theirs, seen=seen)
    with pytest.raises(Changed, match=r"by a script at .* 10\.3\.\?") as refusal:
        services.save_rule(rule=mine, seen=seen)
    assert stored(rule).pattern == "10.3.?"
    services.save_rule(rule=mine, seen=refusal.value.revision)
    assert stored(rule).pattern == "10.4.?"


def test_it_says_that_the_rule_was_deleted() -> None:
    rule = VersionRuleFactory.create()
    assert services.delete_rule(rule=stored(rule)) is True
    with pytest.raises(Gone, match="version rule was deleted in the meantime"):
        services.save_rule(rule=rule)


def test_it_deletes_a_rule_once_and_records_it_once() -> None:
    rule = VersionRuleFactory.create()
    first, second = stored(rule), stored(rule)
    assert [services.delete_rule(rule=first), services.delete_rule(rule=second)] == [True, False]
    assert VersionRule.history.filter(history_type="-").count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_says_that_the_domain_was_deleted() -> None:
    rule = VersionRuleFactory.create()
    unsaved = VersionRule(domain=rule.domain, component=rule.component, pattern="1")
    delete_domain(domain=type(rule.domain).objects.get(pk=rule.domain.pk), typed_name=rule.domain.name)
    with pytest.raises(Gone, match="domain was deleted in the meantime"):
        services.save_rule(rule=unsaved)


def test_a_mistake_of_the_caller_is_no_refusal() -> None:
    with pytest.raises(IntegrityError):
        services.save_rule(rule=VersionRule(domain=VersionRuleFactory.create().domain, pattern="1"))


def test_it_saves_a_component_with_one_blank_between_words() -> None:
    component = services.save_component(component=Component(name=" Wallboard  Client "))
    assert str(Component.objects.get(pk=component.pk)) == "Wallboard Client"
    with pytest.raises(Duplicate, match="“Wallboard Client” exists already"):
        services.save_component(component=Component(name="wallboard client"))


def test_rules_come_by_component_then_as_people_count() -> None:
    domain = VersionRuleFactory.create(component=ComponentFactory.create(name="zeta"), pattern="1").domain
    alpha = ComponentFactory.create(name="Alpha")
    for pattern in ("10.10.*", "10.9.*"):
        VersionRuleFactory.create(domain=domain, component=alpha, pattern=pattern)
    VersionRuleFactory.create(component=alpha, pattern="of another domain")
    assert [str(rule) for rule in selectors.rules(domain)] == ["Alpha 10.9.*", "Alpha 10.10.*", "zeta 1"]


def test_it_knows_the_last_rule_of_a_component() -> None:
    rule = VersionRuleFactory.create()
    VersionRuleFactory.create(domain=rule.domain)
    assert selectors.is_last(rule)
    VersionRuleFactory.create(domain=rule.domain, component=rule.component)
    assert not selectors.is_last(rule)


def test_a_revision_is_known_only_where_history_is() -> None:
    rule = VersionRuleFactory.create()
    assert isinstance(rule.history.get().history_date, datetime)
    rule.history.all().delete()
    assert revision(rule) == 0
