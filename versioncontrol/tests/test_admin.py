"""Components and rules in the Django admin."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from versioncontrol.models import Acknowledgement, Component, VersionRule
from versioncontrol.testing import SightingFactory, VersionRuleFactory, between_check_and_write

pytestmark = pytest.mark.django_db


def values(rule: VersionRule, pattern: str) -> dict[str, Any]:
    return {"domain": rule.domain.pk, "component": rule.component.pk, "pattern": pattern}


def test_administrators_extend_the_catalogue(administrator: Client) -> None:
    add = reverse("admin:versioncontrol_component_add")
    assert administrator.post(add, {"name": "Wallboard"}).status_code == 302
    assert Component.objects.get(name="Wallboard").history.count() == 1
    assert "exists already" in administrator.post(add, {"name": "WALLBOARD"}).content.decode()


@pytest.mark.parametrize("model", ["component", "versionrule"])
def test_support_looks_up_and_changes_nothing(model: str, support: Client) -> None:
    rule = VersionRuleFactory.create()
    row = rule if model == "versionrule" else rule.component
    answer = support.get(reverse(f"admin:versioncontrol_{model}_changelist"), {"q": rule.component.name})
    assert rule.component.name in answer.content.decode()
    assert support.get(reverse(f"admin:versioncontrol_{model}_change", args=[row.pk])).status_code == 200
    assert support.get(reverse(f"admin:versioncontrol_{model}_history", args=[row.pk])).status_code == 200
    assert support.get(reverse(f"admin:versioncontrol_{model}_add")).status_code == 403
    assert support.post(reverse(f"admin:versioncontrol_{model}_delete", args=[row.pk])).status_code == 403


def test_rules_are_found_by_domain_component_and_pattern(administrator: Client) -> None:
    rule, other = VersionRuleFactory.create(pattern="10.2.*"), VersionRuleFactory.create(pattern="11")
    changelist = reverse("admin:versioncontrol_versionrule_changelist")
    for query in ({"q": rule.domain.name}, {"q": "10.2"}, {"component__id__exact": rule.component.pk}):
        found = administrator.get(changelist, query).context["cl"].queryset
        assert list(found) == [rule]
        assert other not in found


def test_a_rule_is_checked_as_in_the_console(administrator: Client) -> None:
    rule = VersionRuleFactory.create(pattern="10.2.*")
    add = reverse("admin:versioncontrol_versionrule_add")
    assert "exists already" in administrator.post(add, values(rule, "10.2.**")).content.decode()
    assert "Character 1 of the pattern" in administrator.post(add, values(rule, "é")).content.decode()
    assert administrator.post(add, values(rule, "10.3.RC")).status_code == 302
    assert VersionRule.objects.get(pattern="10.3.RC").pattern_key == "10.3.rc"


def test_a_rule_is_changed_and_deleted_with_its_history(administrator: Client) -> None:
    rule = VersionRuleFactory.create()
    administrator.post(reverse("admin:versioncontrol_versionrule_change", args=[rule.pk]), values(rule, "12"))
    administrator.post(reverse("admin:versioncontrol_versionrule_delete", args=[rule.pk]), {"post": "yes"})
    changes = VersionRule.history.filter(id=rule.pk).order_by("history_id")
    assert [record.history_type for record in changes] == ["+", "~", "-"]
    assert changes[2].history_user.get_username() == "administrator"


def test_what_follows_from_deleting_a_rule_is_said_and_acknowledged(administrator: Client) -> None:
    rule, other = VersionRuleFactory.create(pattern="10.2.1"), VersionRuleFactory.create()
    VersionRuleFactory.create(domain=rule.domain, component=rule.component, pattern="11")
    SightingFactory.create(domain=rule.domain, component=rule.component, version="10.2.1")
    where = reverse("admin:versioncontrol_versionrule_delete", args=[rule.pk])
    text = administrator.get(where).content.decode()
    assert "It locks out 1 agent seen" in text
    (read,) = re.findall(r'name="acknowledged" value="(locks-out:\w+)"', text)
    unread = administrator.post(where, {"post": "yes"}, follow=True).content.decode()
    assert "Nothing was deleted." in unread
    assert administrator.post(where, {"post": "yes", "acknowledged": read}).status_code == 302
    assert Acknowledgement.objects.get().subject == f"{rule} deleted"
    many = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    administrator.post(reverse("admin:versioncontrol_versionrule_changelist"), many)
    assert VersionRule.objects.filter(pk=other.pk).exists()
    assert not VersionRule.objects.filter(pk=rule.pk).exists()


def test_a_rule_is_changed_in_spite_of_warnings_only_when_they_are_acknowledged(administrator: Client) -> None:
    rule = VersionRuleFactory.create(pattern="11")
    where = reverse("admin:versioncontrol_versionrule_change", args=[rule.pk])
    assert 'type="checkbox" name="acknowledge"' not in administrator.get(where).content.decode()
    # Nobody sets aside what nobody has shown.
    text = administrator.post(where, values(rule, "10.2*") | {"acknowledge": "on"}).content.decode()
    assert "It also admits 10.20." in text
    assert 'type="checkbox" name="acknowledge"' in text
    (shown,) = re.findall(r'name="shown" value="([^"]+)"', text)
    read = {"acknowledge": "on", "shown": shown}
    assert "It also admits 10.30." in administrator.post(where, values(rule, "10.3*") | read).content.decode()
    assert administrator.post(where, values(rule, "10.2*") | read).status_code == 302
    rule.refresh_from_db()
    assert rule.pattern == "10.2*"
    assert Acknowledgement.objects.get().codes == ["admits-longer-numbers"]


def test_a_rule_is_checked_again_when_somebody_was_faster(administrator: Client) -> None:
    rule = VersionRuleFactory.create()
    twin = VersionRule(domain=rule.domain, component=rule.component, pattern="11")
    with between_check_and_write(VersionRule, lambda: VersionRule.objects.bulk_create([twin])):
        # The twin goes again with the admin's transaction, of which the test is the outer one.
        response = administrator.post(reverse("admin:versioncontrol_versionrule_add"), values(rule, "11"))
    assert response.status_code == 302
    assert VersionRule.objects.filter(pattern="11").count() == 1
