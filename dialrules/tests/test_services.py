"""Dial rules as they are written: order, names, constraints."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from appservers.models import Domain
from appservers.testing import DomainFactory
from common.distinct import Duplicate, Gone
from dialrules import services
from dialrules.models import DialRule
from dialrules.selectors import as_routed, matches_every_number, rules
from dialrules.testing import DialRuleFactory

pytestmark = pytest.mark.django_db


def added(domain: Domain, *names: str) -> list[DialRule]:
    return [
        services.save_rule(rule=DialRule(domain=domain, name=name, pattern="*", emergency_uri="tel:1"))
        for name in names
    ]


def order(domain: Domain) -> list[str]:
    return [rule.name for rule in rules(domain)]


def test_a_new_rule_comes_last() -> None:
    domain = DomainFactory.create()
    added(domain, "c", "b", "a")
    assert order(domain) == ["c", "b", "a"]
    assert [rule.position for rule in rules(domain)] == [1, 2, 3]


def test_a_rule_moves_past_its_neighbour_and_no_further_than_the_end() -> None:
    domain = DomainFactory.create()
    a, _, c = added(domain, "a", "b", "c")
    assert services.move_rule(rule=c, up=True)
    assert order(domain) == ["a", "c", "b"]
    assert services.move_rule(rule=a, up=True)
    assert order(domain) == ["a", "c", "b"]
    assert services.move_rule(rule=a, up=False)
    assert order(domain) == ["c", "a", "b"]


def test_a_move_works_on_the_order_as_it_is_stored_and_closes_gaps() -> None:
    domain = DomainFactory.create()
    a, b, c = added(domain, "a", "b", "c")
    services.delete_rule(rule=b)
    services.move_rule(rule=c, up=True)
    assert [(rule.name, rule.position) for rule in rules(domain)] == [("c", 1), ("a", 2)]
    assert not services.move_rule(rule=b, up=True)
    assert a.history.count() == 2


def test_rules_of_other_domains_keep_their_places() -> None:
    one, other = DomainFactory.create(), DomainFactory.create()
    first, _ = added(one, "a", "b")
    added(other, "x", "y")
    services.move_rule(rule=first, up=False)
    assert order(other) == ["x", "y"]


def test_a_name_is_unique_in_its_domain_whatever_its_capitals() -> None:
    domain = DomainFactory.create()
    added(domain, "Hotline")
    with pytest.raises(Duplicate, match="A dial rule “Hotline” exists already"):
        added(domain, "HOTLINE")
    added(DomainFactory.create(), "Hotline")


def test_a_rule_of_a_domain_that_was_deleted_is_gone() -> None:
    domain = DomainFactory.create()
    rule = DialRule(domain=domain, name="a", pattern="*", emergency_uri="tel:1")
    Domain.objects.update(active_role="")
    Domain.objects.all().delete()
    with pytest.raises(Gone):
        services.save_rule(rule=rule)


def test_a_disabled_rule_routes_nothing_and_completes_nothing() -> None:
    rule = DialRuleFactory.create(pattern="*")
    assert matches_every_number(rules(rule.domain))
    assert services.set_enabled(rule=rule, enabled=False)
    found = rules(rule.domain)
    assert (as_routed(found), matches_every_number(found)) == ([], False)
    rule.delete()
    assert not services.set_enabled(rule=rule, enabled=True)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"name_key": ""}, id="no name"),
        pytest.param({"pattern": ""}, id="no pattern"),
        pytest.param({"pattern": "+"}, id="plus alone"),
        pytest.param({"pattern": "1+2"}, id="plus inside"),
        pytest.param({"pattern": "12 3"}, id="blank"),
        pytest.param({"pattern": "duty"}, id="small letters"),
        pytest.param({"emergency_uri": "https://pbx"}, id="web"),
        pytest.param({"emergency_uri": "sip:"}, id="scheme alone"),
        pytest.param({"emergency_uri": "sip:a b"}, id="blank in the URI"),
    ],
)
def test_the_database_refuses_what_the_form_refuses(values: dict[str, Any]) -> None:
    rule = DialRuleFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        DialRule.objects.filter(pk=rule.pk).update(**values)
