"""The database refuses what the form refuses."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from versioncontrol.models import Component, VersionRule
from versioncontrol.testing import ComponentFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"pattern": ""}, id="no pattern"),
        pytest.param({"pattern": "10.2.é"}, id="accent"),
        pytest.param({"pattern": "10\n2"}, id="line break"),
        pytest.param({"pattern": "x\u00a0x"}, id="no-break space"),
        pytest.param({"pattern_key": ""}, id="no key"),
        pytest.param({"pattern_key": "10.RC"}, id="key with capitals"),
        pytest.param({"pattern_key": "10.**"}, id="key with two stars"),
        pytest.param({"pattern_key": "10.*?"}, id="key with a star before a question mark"),
    ],
)
def test_it_refuses_a_rule(values: dict[str, Any]) -> None:
    rule = VersionRuleFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        VersionRule.objects.filter(pk=rule.pk).update(**values)


@pytest.mark.parametrize("pattern", ["\\", "[", "]", "~", "!", "a b", "@", "^$", "{1}", "*", "?", "x" * 64])
def test_it_takes_every_printable_pattern(pattern: str) -> None:
    assert VersionRuleFactory.create(pattern=pattern).pattern == pattern


def test_it_trims_a_pattern_in_whatever_way_it_is_saved() -> None:
    rule = VersionRuleFactory.create(pattern="  10.2.* ")
    rule.refresh_from_db()
    assert (rule.pattern, rule.pattern_key) == ("10.2.*", "10.2.*")


def test_it_refuses_a_pattern_that_means_the_same_as_another() -> None:
    rule = VersionRuleFactory.create(pattern="10.?*.RC")
    with pytest.raises(IntegrityError), transaction.atomic():
        VersionRuleFactory.create(domain=rule.domain, component=rule.component, pattern="10.*?.rc")


def test_it_takes_the_same_pattern_for_another_component_and_in_another_domain() -> None:
    rule = VersionRuleFactory.create(pattern="10.2.*")
    VersionRuleFactory.create(domain=rule.domain, pattern="10.2.*")
    VersionRuleFactory.create(component=rule.component, pattern="10.2.*")
    assert VersionRule.objects.count() == 3


def test_it_refuses_a_component_by_the_same_name_in_other_letters() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ComponentFactory.create(name="AGENT application")


def test_it_keeps_a_component_that_rules_stand_on() -> None:
    rule = VersionRuleFactory.create()
    with pytest.raises(ProtectedError):
        rule.component.delete()


def test_rules_go_with_their_domain() -> None:
    rule = VersionRuleFactory.create()
    type(rule.domain).objects.filter(pk=rule.domain.pk).update(active_role="")
    rule.domain.delete()
    assert not VersionRule.objects.exists()


def test_full_clean_takes_a_good_row_and_names_the_twin_of_a_bad_one() -> None:
    rule = VersionRuleFactory.create(pattern="10.2.*")
    VersionRule(domain=rule.domain, component=rule.component, pattern="10.3.*").full_clean()
    with pytest.raises(ValidationError) as refusal:
        VersionRule(domain=rule.domain, component=rule.component, pattern="10.2.**").full_clean()
    assert list(refusal.value.message_dict) == ["pattern"]
    assert "10.2.*" in refusal.value.message_dict["pattern"][0]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        pytest.param("agent  APPLICATION", "“Agent Application” exists already", id="name of another"),
        pytest.param("", "Give the component a name.", id="nothing"),
        pytest.param("  ", "Nothing of this name is visible", id="blanks"),
        pytest.param("\u200b", "Nothing of this name is visible", id="invisible"),
        pytest.param("Agent\x00", "Remove the line breaks and control characters", id="control character"),
        pytest.param("\ufdfa" * 30, "Shorten the name.", id="letters that stand for many"),
        pytest.param("x" * 101, "Shorten the name to 100 characters.", id="too long"),
    ],
)
def test_a_component_says_how_to_mend_its_name(name: str, advice: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Component(name=name).full_clean()
    assert any(advice in message for message in refusal.value.message_dict["name"])
