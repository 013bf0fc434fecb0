"""The pages of dial rules."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appservers.models import UnmatchedCalls
from appservers.testing import DomainFactory
from dialrules.models import DialRule
from dialrules.testing import DialRuleFactory

pytestmark = pytest.mark.django_db

LIST = "/infrastructure/dial-rules/"
TYPED = {"name": "Hotline", "pattern": "+36 1 *", "emergency_uri": "sip:duty@pbx", "enabled": "on"}


@pytest.fixture
def rule(db: None) -> DialRule:
    return DialRuleFactory.create(domain__name="Győr", domain__slug="gyor", name="Hotline to Vienna")


def url(page: str, rule: DialRule | None = None) -> str:
    return reverse(f"dialrules:{page}", args=[rule.pk] if rule else [])


def said(response: Any) -> str:
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def test_the_list_shows_rules_by_domain_and_what_they_leave_open(administrator: Client, rule: DialRule) -> None:
    text = said(administrator.get(LIST))
    assert "Győr</a></h2>" in text
    assert "+361*</span>" in text
    assert "In an emergency the other inbound calls proceed as usual." in text
    rule.domain.unmatched_calls = UnmatchedCalls.REJECT
    rule.domain.save()
    assert "the other inbound calls <strong>are rejected</strong>" in said(administrator.get(LIST))
    DialRuleFactory.create(domain=rule.domain, pattern="*")
    assert "No enabled rule matches every number" not in said(administrator.get(LIST))


def test_who_may_only_look_sees_no_buttons(operator: Client, rule: DialRule) -> None:
    text = said(operator.get(LIST))
    assert "Hotline to Vienna" in text
    for page in ("new", "edit", "delete", "move", "enable"):
        assert url(page, None if page == "new" else rule) not in text


def test_an_empty_list_explains_itself_and_offers_one_action(administrator: Client) -> None:
    text = said(administrator.get(LIST))
    assert "No dial rule yet" in text
    assert text.count(f'href="{url("new")}"') == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("?q=GY", ["Győr"], id="domain"),
        pytest.param("?q=vienna", ["Győr"], id="rule"),
        pytest.param("?q=nowhere", [], id="nothing"),
        pytest.param("?q=%00", ["Győr", "Pécs"], id="NUL"),
        pytest.param("?domain=pecs", ["Pécs"], id="one domain"),
        pytest.param("?domain=bare", ["Bare"], id="one domain without rules"),
        pytest.param("", ["Győr", "Pécs"], id="all that have rules"),
    ],
)
def test_it_finds_by_domain_and_by_rule(administrator: Client, rule: DialRule, query: str, found: list[str]) -> None:
    DialRuleFactory.create(domain__name="Pécs", domain__slug="pecs")
    DomainFactory.create(name="Bare", slug="bare")
    response = administrator.get(LIST + query)
    assert [group.domain.name for group in response.context["groups"]] == found


def test_a_filter_by_a_domain_that_there_is_not_is_not_found(administrator: Client) -> None:
    assert administrator.get(f"{LIST}?domain=nowhere").status_code == 404
    assert administrator.get(f"{url('new')}?domain=nowhere").status_code == 404


def test_a_list_asks_the_database_as_often_for_many_rules_as_for_one(
    administrator: Client, rule: DialRule, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        DialRuleFactory.create(domain=rule.domain)
        DialRuleFactory.create()
    with django_assert_max_num_queries(10):
        administrator.get(LIST)


def test_it_adds_a_rule_to_the_domain_of_the_address(administrator: Client) -> None:
    DomainFactory.create(slug="gyor")
    response = administrator.post(f"{url('new')}?domain=gyor", TYPED, follow=True)
    assert response.redirect_chain == [(f"{LIST}?domain=gyor", 302)]
    assert "Dial rule Hotline was added." in said(response)
    made = DialRule.objects.get()
    assert (made.domain.slug, made.pattern, made.enabled, made.position) == ("gyor", "+361*", True, 1)
    assert made.history.get().history_user.get_username() == "administrator"


def test_without_a_domain_in_the_address_one_is_chosen(administrator: Client) -> None:
    domain = DomainFactory.create()
    assert "Choose the domain this rule is for." in said(administrator.post(url("new"), TYPED))
    administrator.post(url("new"), TYPED | {"domain": domain.pk})
    assert DialRule.objects.get().domain == domain


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        pytest.param({"name": ""}, "Give the rule a name.", id="no name"),
        pytest.param({"name": "HOTLINE to vienna"}, "exists already in this domain.", id="name taken"),
        pytest.param({"pattern": ""}, "Give a number or a pattern", id="no pattern"),
        pytest.param({"pattern": "12é"}, "Character 3 is “é”", id="accent"),
        pytest.param({"emergency_uri": ""}, "Give the URI that calls are diverted to", id="no URI"),
        pytest.param({"emergency_uri": "pbx"}, "Start with sip:, sips: or tel:", id="no scheme"),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_kept(
    administrator: Client, rule: DialRule, typed: dict[str, str], advice: str
) -> None:
    response = administrator.post(f"{url('new')}?domain=gyor", TYPED | typed)
    assert advice in said(response)
    assert DialRule.objects.count() == 1
    for text in typed.values():
        assert f'value="{text}"' in response.content.decode() or not text


def test_it_edits_and_warns_before_it_replaces_what_another_saved(administrator: Client, rule: DialRule) -> None:
    seen = rule.history.get().history_id
    administrator.post(url("edit", rule), TYPED | {"name": "theirs", "seen": seen})
    response = administrator.post(url("edit", rule), TYPED | {"name": "mine", "seen": seen})
    assert "It was changed by administrator" in said(response)
    rule.refresh_from_db()
    assert rule.name == "theirs"


def test_editing_a_rule_that_was_deleted_repeats_what_was_typed(administrator: Client, rule: DialRule) -> None:
    there = url("edit", rule)
    rule.delete()
    assert "What you typed: Name Hotline" in said(administrator.post(there, TYPED, follow=True))
    assert administrator.get(there, follow=True).redirect_chain == [(LIST, 302)]


def test_small_changes_are_made_from_the_list_by_post(administrator: Client, rule: DialRule) -> None:
    other = DialRuleFactory.create(domain=rule.domain, name="other")
    response = administrator.post(url("move", other), {"up": ""})
    assert response["Location"] == f"{LIST}?domain=gyor#rule-{other.pk}"
    assert [one.name for one in DialRule.objects.order_by("position")] == ["other", "Hotline to Vienna"]
    administrator.post(url("enable", other), {"off": ""})
    assert not DialRule.objects.get(name="other").enabled
    administrator.post(url("enable", other), {"on": ""})
    assert DialRule.objects.get(name="other").enabled
    assert administrator.get(url("move", other)).status_code == 405
    there = url("move", other)
    other.delete()
    assert "somebody deleted it" in said(administrator.post(there, {"up": ""}, follow=True))


def test_it_deletes_and_says_what_follows(administrator: Client, rule: DialRule) -> None:
    assert "To keep it in reserve, disable it instead." in said(administrator.get(url("delete", rule)))
    assert "was deleted" in said(administrator.post(url("delete", rule), follow=True))
    assert not DialRule.objects.exists()


def test_deleting_a_domain_counts_its_dial_rules(administrator: Client, rule: DialRule) -> None:
    assert "1 dial rule" in said(administrator.get(reverse("appservers:delete", args=["gyor"])))


def test_support_looks_rules_up_with_their_history(support: Client, rule: DialRule) -> None:
    assert "Hotline to Vienna" in said(support.get("/admin/dialrules/dialrule/"))
    assert support.get(f"/admin/dialrules/dialrule/{rule.pk}/history/").status_code == 200
