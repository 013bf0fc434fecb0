"""The pages of version rules: who may open them, what they say, and what they keep."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from versioncontrol.models import Component, VersionRule
from versioncontrol.testing import VersionRuleFactory, between_check_and_write

pytestmark = pytest.mark.django_db


@pytest.fixture
def rule(db: None) -> VersionRule:
    return VersionRuleFactory.create(component=Component.objects.get(name="Agent Application"), pattern="10.2.*")


def url(page: str, rule: VersionRule) -> str:
    keys = [rule.pk] if page in ("edit", "delete") else []
    return reverse(f"versioncontrol:{page}", args=[rule.domain.slug, *keys])


def said(response: Any) -> str:
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


@pytest.mark.parametrize(
    ("who", "page", "status"),
    [
        pytest.param("administrator", "list", 200, id="administrators list"),
        pytest.param("administrator", "new", 200, id="administrators add"),
        pytest.param("administrator", "edit", 200, id="administrators edit"),
        pytest.param("administrator", "delete", 200, id="administrators delete"),
        pytest.param("operator", "list", 200, id="operators list"),
        pytest.param("operator", "new", 403, id="operators add nothing"),
        pytest.param("operator", "edit", 403, id="operators edit nothing"),
        pytest.param("operator", "delete", 403, id="operators delete nothing"),
        pytest.param("support", "list", 200, id="support lists"),
        pytest.param("support", "new", 403, id="support adds nothing"),
        pytest.param("support", "edit", 403, id="support edits nothing"),
        pytest.param("support", "delete", 403, id="support deletes nothing"),
        pytest.param("nobody", "list", 403, id="nobody lists"),
        pytest.param("nobody", "new", 403, id="nobody adds"),
        pytest.param("nobody", "edit", 403, id="nobody edits"),
        pytest.param("nobody", "delete", 403, id="nobody deletes"),
    ],
)
def test_a_page_opens_for_whom_its_permission_allows(
    who: str, page: str, status: int, rule: VersionRule, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    assert client.get(url(page, rule)).status_code == status
    if status == 403:
        assert client.post(url(page, rule), {"component": rule.component.pk, "pattern": "9"}).status_code in (403, 405)
        assert [stored.pattern for stored in VersionRule.objects.all()] == ["10.2.*"]


def test_a_stranger_is_asked_to_sign_in(rule: VersionRule) -> None:
    assert Client().get(url("list", rule))["Location"].startswith(reverse("access:login"))


def test_a_domain_that_does_not_exist_is_not_found(administrator: Client) -> None:
    assert administrator.get(reverse("versioncontrol:list", args=["nowhere"])).status_code == 404


def test_the_list_shows_rules_and_what_they_leave_open(administrator: Client, rule: VersionRule) -> None:
    text = said(administrator.get(url("list", rule)))
    assert "Agent Application</h2>" in text
    assert "10.2.*</span></td>" in text
    assert "They may connect in every version:</p>" in text
    assert "<li>Administrator Portal" in text
    for page in ("new", "edit", "delete"):
        assert f'href="{url(page, rule)}"' in text


def test_who_may_only_look_sees_no_buttons(operator: Client, rule: VersionRule) -> None:
    text = said(operator.get(url("list", rule)))
    for page in ("new", "edit", "delete"):
        assert f'href="{url(page, rule)}"' not in text


def test_an_empty_list_explains_itself_and_offers_one_action(administrator: Client, rule: VersionRule) -> None:
    VersionRule.objects.all().delete()
    text = said(administrator.get(url("list", rule)))
    assert "Every version may connect</h2>" in text
    assert text.count(f'href="{url("new", rule)}"') == 1


def test_a_list_asks_the_database_as_often_for_many_rules_as_for_one(
    administrator: Client, rule: VersionRule, django_assert_num_queries: Any
) -> None:
    administrator.get(url("list", rule))
    with CaptureQueriesContext(connection) as few:
        administrator.get(url("list", rule))
    for _ in range(10):
        VersionRuleFactory.create(domain=rule.domain)
    with django_assert_num_queries(len(few)):
        administrator.get(url("list", rule))


def test_it_adds_a_rule(administrator: Client, rule: VersionRule) -> None:
    values = {"component": rule.component.pk, "pattern": "  10.3.? "}
    response = administrator.post(url("new", rule), values, follow=True)
    assert response.redirect_chain == [(url("list", rule), 302)]
    assert "Version rule Agent Application 10.3.? was added." in said(response)
    added = VersionRule.objects.get(pattern="10.3.?")
    assert added.domain == rule.domain
    assert added.history.get().history_user.get_username() == "administrator"


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        pytest.param("", "Give a pattern, for example", id="nothing"),
        pytest.param("10.2.é", "Character 6 of the pattern is “é”", id="accent"),
        pytest.param("1" * 65, "A pattern has at most 64 characters", id="too long"),
        pytest.param("10.2.**", "The rule “10.2.*” for Agent Application exists already", id="means the same"),
    ],
)
@pytest.mark.parametrize("page", ["new", "edit"])
def test_a_bad_pattern_is_explained_and_kept(
    page: str, pattern: str, advice: str, administrator: Client, rule: VersionRule
) -> None:
    edited = rule if page == "new" else VersionRuleFactory.create(domain=rule.domain, pattern="untouched")
    response = administrator.post(url(page, edited), {"component": rule.component.pk, "pattern": pattern})
    assert advice in said(response)
    assert f'value="{pattern}"' in said(response) or not pattern
    assert f'<option value="{rule.component.pk}" selected>' in said(response)
    assert VersionRule.objects.filter(pattern="untouched").exists() == (page == "edit")


def test_capitals_do_not_make_another_rule(administrator: Client, rule: VersionRule) -> None:
    VersionRuleFactory.create(domain=rule.domain, component=rule.component, pattern="10.3-RC?")
    values = {"component": rule.component.pk, "pattern": "10.3-rc?"}
    assert "The rule “10.3-RC?” for Agent Application exists already" in said(
        administrator.post(url("new", rule), values)
    )


@pytest.mark.parametrize(
    ("component", "advice"),
    [
        pytest.param("", "Choose the component this rule is for.", id="none chosen"),
        pytest.param("999999", "That component was removed from the catalogue.", id="removed meanwhile"),
    ],
)
def test_a_missing_component_is_explained(
    component: str, advice: str, administrator: Client, rule: VersionRule
) -> None:
    response = administrator.post(url("new", rule), {"component": component, "pattern": "10.2.*"})
    assert advice in said(response)
    assert 'value="10.2.*"' in said(response)


def test_it_explains_a_twin_that_came_between_the_check_and_the_write(administrator: Client, rule: VersionRule) -> None:
    twin = VersionRule(domain=rule.domain, component=rule.component, pattern="11")
    with between_check_and_write(VersionRule, lambda: VersionRule.objects.bulk_create([twin])):
        response = administrator.post(url("new", rule), {"component": rule.component.pk, "pattern": "11"})
    assert "The rule “11” for Agent Application exists already" in said(response)
    assert VersionRule.objects.filter(pattern="11").count() == 1


def test_it_changes_a_rule(administrator: Client, rule: VersionRule) -> None:
    values = {"component": rule.component.pk, "pattern": "10.2.1?", "seen": rule.history.get().history_id}
    response = administrator.post(url("edit", rule), values, follow=True)
    assert "Version rule Agent Application 10.2.1? was saved." in said(response)
    rule.refresh_from_db()
    assert (rule.pattern, rule.pattern_key) == ("10.2.1?", "10.2.1?")


def test_saving_a_rule_unchanged_is_no_duplicate_of_itself(administrator: Client, rule: VersionRule) -> None:
    values = {"component": rule.component.pk, "pattern": "10.2.*", "seen": "no number"}
    assert administrator.post(url("edit", rule), values).status_code == 302


def test_it_warns_before_it_replaces_what_another_saved(administrator: Client, rule: VersionRule) -> None:
    page = said(administrator.get(url("edit", rule)))
    seen = rule.history.get().history_id
    assert f'name="seen" value="{seen}"' in page
    values = {"component": rule.component.pk, "seen": seen}
    administrator.post(url("edit", rule), values | {"pattern": "theirs"})
    response = administrator.post(url("edit", rule), values | {"pattern": "mine"})
    assert "It was changed by administrator at" in said(response)
    assert "is now: Agent Application theirs." in said(response)
    assert 'value="mine"' in said(response)
    latest = rule.history.latest("history_id").history_id
    assert f'name="seen" value="{latest}"' in said(response)
    assert administrator.post(url("edit", rule), values | {"pattern": "mine", "seen": latest}).status_code == 302


def test_editing_a_rule_that_was_deleted_repeats_what_was_typed(administrator: Client, rule: VersionRule) -> None:
    edit = url("edit", rule)
    rule.delete()
    values = {"component": rule.component_id, "pattern": "10.9.*"}
    response = administrator.post(edit, values, follow=True)
    assert "The version rule was deleted in the meantime. Nothing was saved." in said(response)
    assert "What you typed: Component Agent Application, Version 10.9.*." in said(response)
    assert not VersionRule.objects.exists()


def test_a_rule_deleted_between_the_check_and_the_write_is_not_saved(administrator: Client, rule: VersionRule) -> None:
    values = {"component": rule.component.pk, "pattern": "10.9.*"}
    with between_check_and_write(VersionRule, VersionRule.objects.all().delete):
        response = administrator.post(url("edit", rule), values, follow=True)
    assert "Nothing was saved. What you typed: Component Agent Application, Version 10.9.*." in said(response)
    assert not VersionRule.objects.exists()


@pytest.mark.parametrize("page", ["edit", "delete"])
def test_the_page_of_a_rule_that_was_deleted_leads_to_the_list(
    page: str, administrator: Client, rule: VersionRule
) -> None:
    there, back = url(page, rule), url("list", rule)
    rule.delete()
    response = administrator.get(there, follow=True)
    assert response.redirect_chain == [(back, 302)]
    assert "The version rule does not exist any more; somebody deleted it." in said(response)


def test_the_rule_of_another_domain_is_not_reached(administrator: Client, rule: VersionRule) -> None:
    other = VersionRuleFactory.create()
    there = reverse("versioncontrol:delete", args=[rule.domain.slug, other.pk])
    assert administrator.post(there).status_code == 302
    assert VersionRule.objects.filter(pk=other.pk).exists()


def test_it_asks_before_it_deletes_and_says_what_follows(administrator: Client, rule: VersionRule) -> None:
    text = said(administrator.get(url("delete", rule)))
    assert "Delete this version rule?" in text
    assert "<strong>every version of it may connect</strong>" in text
    VersionRuleFactory.create(domain=rule.domain, component=rule.component)
    assert "that only this rule admits may no longer connect" in said(administrator.get(url("delete", rule)))
    assert VersionRule.objects.filter(pk=rule.pk).exists()


def test_it_deletes_a_rule_and_says_so_when_it_was_gone(administrator: Client, rule: VersionRule) -> None:
    there = url("delete", rule)
    response = administrator.post(there, follow=True)
    assert "Version rule Agent Application 10.2.* was deleted." in said(response)
    assert not VersionRule.objects.exists()
    assert "somebody deleted it" in said(administrator.post(there, follow=True))
