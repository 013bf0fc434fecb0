"""An emergency: asked for, warned about, declared, shown, ended, recorded."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from access.models import User
from appservers.exceptions import EmergencyUnchanged, Gone
from appservers.models import Domain, Emergency, UnmatchedCalls
from appservers.services import declare_emergency, delete_domain, end_emergency, save_domain
from appservers.testing import DomainFactory, EmergencyFactory, pair
from appservers.tests.posting import opened, post, url
from dialrules.testing import DialRuleFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BANNER = "Emergency is declared.</strong>"


def page(domain: Domain, name: str = "emergency") -> str:
    return reverse(f"dialrules:{name}", args=[domain.slug])


def said(response: Any) -> str:
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def declared(domain: Domain, reason: str = "fire") -> Emergency:
    return declare_emergency(domain=domain, reason=reason, actor_id=None, actor_name="anna", at=AT)


def test_it_is_declared_with_a_reason_and_the_domains_name_and_recorded(administrator: Client) -> None:
    domain = pair(name="Győr")
    posted = {"reason": "fire in the building", "name": "Győr"}
    answer = administrator.post(page(domain, "declare"), posted, follow=True)
    assert answer.redirect_chain == [(page(domain), 302)]
    assert BANNER in said(answer)
    emergency = Emergency.objects.get()
    assert (emergency.domain, emergency.domain_name, emergency.reason) == (domain, "Győr", "fire in the building")
    assert (emergency.declared_by, emergency.declared_by_name) == (User.objects.get(), "administrator")
    domain.refresh_from_db()
    assert domain.emergency
    assert domain.history.latest().history_user == User.objects.get()


@pytest.mark.parametrize(
    ("posted", "advice"),
    [
        pytest.param({"reason": "", "name": "Győr"}, "Give a reason", id="no reason"),
        pytest.param({"reason": "fire", "name": ""}, "Type the domain's name", id="no name"),
        pytest.param({"reason": "fire", "name": "Gyor"}, "This is not the domain's name.", id="another name"),
        pytest.param({"reason": "x" * 501, "name": "Győr"}, "Shorten the reason", id="long reason"),
    ],
)
def test_without_confirmation_nothing_is_declared(administrator: Client, posted: dict[str, str], advice: str) -> None:
    domain = pair(name="Győr")
    assert advice in said(administrator.post(page(domain, "declare"), posted))
    assert not Domain.objects.get().emergency
    assert not Emergency.objects.exists()


def test_it_is_ended_with_a_reason(administrator: Client) -> None:
    domain = pair()
    declared(domain)
    assert "Give a reason" in said(administrator.post(page(domain, "end"), {"reason": " "}))
    answer = administrator.post(page(domain, "end"), {"reason": "fire is out"}, follow=True)
    assert BANNER not in said(answer)
    emergency = Emergency.objects.get()
    assert (emergency.ended_by_name, emergency.end_reason) == ("administrator", "fire is out")
    assert not Domain.objects.get().emergency


def test_a_second_person_is_told_that_it_was_done(administrator: Client) -> None:
    domain = pair(name="Győr")
    declared(domain, "flood")
    answer = administrator.post(page(domain, "declare"), {"reason": "fire", "name": "Győr"}, follow=True)
    assert "An emergency is declared already. Nothing was changed. What you typed: Reason: “fire”" in said(answer)
    assert Emergency.objects.get().reason == "flood"
    administrator.post(page(domain, "end"), {"reason": "over"})
    assert "No emergency is declared. Nothing was changed." in said(
        administrator.post(page(domain, "end"), {"reason": "over"}, follow=True)
    )


@pytest.mark.parametrize("action", ["declare", "end"])
def test_the_reason_for_a_domain_that_was_deleted_is_repeated(administrator: Client, action: str) -> None:
    domain = pair(name="Győr")
    delete_domain(domain=domain, typed_name="Győr")
    answer = said(administrator.post(page(domain, action), {"reason": "a fire", "name": "Győr"}, follow=True))
    assert "“Győr” was deleted" in answer
    assert "Reason: “a fire”" in answer


def test_only_a_post_changes_anything(administrator: Client) -> None:
    domain = pair()
    assert administrator.get(page(domain, "declare")).status_code == 405
    assert administrator.get(page(domain, "end")).status_code == 405


@pytest.mark.parametrize(
    ("unmatched", "patterns", "warning"),
    [
        pytest.param(
            UnmatchedCalls.REJECT, ["+361*"], "No rule matches every number: such calls are rejected.", id="r"
        ),
        pytest.param(
            UnmatchedCalls.PROCEED, ["+361*"], "No rule matches every number: such calls proceed as usual.", id="p"
        ),
        pytest.param(UnmatchedCalls.REJECT, [], "No dial rule is enabled: inbound calls are all rejected.", id="none"),
        pytest.param(UnmatchedCalls.REJECT, ["+361*", "*"], "", id="complete"),
    ],
)
def test_what_becomes_of_unmatched_calls_is_warned_about_before(
    administrator: Client, unmatched: UnmatchedCalls, patterns: list[str], warning: str
) -> None:
    domain = pair(unmatched_calls=unmatched)
    for pattern in patterns:
        DialRuleFactory.create(domain=domain, pattern=pattern)
    text = said(administrator.get(page(domain)))
    assert (warning or "Declare the emergency") in text
    assert ("exclamation-triangle-fill" in text.split("<h1>")[1].split("Calls in an emergency")[1]) == bool(warning)


@pytest.mark.parametrize(
    "name",
    [
        "appservers:detail",
        "appservers:edit",
        "appservers:delete",
        "failover:high_availability",
        "failover:switch",
        "versioncontrol:list",
        "versioncontrol:new",
        "updatelinks:list",
        "updatelinks:new",
        "versioncontrol:fleet",
        "versioncontrol:copy",
        "versioncontrol:unlisted",
        "versioncontrol:break_glass",
        "failover:pause",
        "failover:drill",
        "failover:adviser",
        "dialrules:emergency",
    ],
)
def test_every_page_of_the_domain_says_so(administrator: Client, name: str) -> None:
    domain, calm = pair(), pair()
    declared(domain, "flood in the cellar")
    text = said(administrator.get(reverse(name, args=[domain.slug])))
    assert text.count(BANNER) == 1
    assert "Declared by anna" in text
    assert "flood in the cellar" in text
    assert BANNER not in said(administrator.get(reverse(name, args=[calm.slug])))


def test_the_dial_rules_of_the_domain_say_so_too(administrator: Client) -> None:
    rule = DialRuleFactory.create()
    declared(rule.domain)
    for there in (
        f"{reverse('dialrules:list')}?domain={rule.domain.slug}",
        f"{reverse('dialrules:new')}?domain={rule.domain.slug}",
        reverse("dialrules:edit", args=[rule.pk]),
        reverse("dialrules:delete", args=[rule.pk]),
    ):
        assert BANNER in said(administrator.get(there)), there


def test_operators_see_the_emergency_and_do_not_end_it(operator: Client) -> None:
    domain = pair()
    declared(domain)
    text = said(operator.get(page(domain)))
    assert "anna" in text
    assert "End the emergency" not in text


def test_the_form_of_the_domain_shows_it_and_does_not_change_it(administrator: Client) -> None:
    domain = pair()
    declared(domain)
    posted = opened(Domain.objects.get()) | {"primary-server_port": "7"}
    assert 'name="emergency"' not in administrator.get(url(domain)).content.decode()
    assert post(administrator, url(domain), posted | {"emergency": ""}).status_code == 302
    assert Domain.objects.get().emergency
    declared_by_form = pair()
    post(administrator, url(declared_by_form), opened(declared_by_form) | {"emergency": "on"})
    declared_by_form.refresh_from_db()
    assert not declared_by_form.emergency


def test_who_edits_meanwhile_neither_meets_a_conflict_nor_undoes_it(administrator: Client) -> None:
    domain = pair()
    posted = opened(domain) | {"unique_anonymous": "on"}
    declared(domain)
    assert post(administrator, url(domain), posted).status_code == 302
    assert Domain.objects.get().emergency
    assert domain.history.latest().emergency


def test_a_save_by_a_service_leaves_it_alone() -> None:
    domain = pair()
    servers = {server.role: server for server in domain.servers.all()}
    declared(domain)
    domain.emergency, domain.unique_anonymous = False, True
    save_domain(domain=domain, primary=servers["primary"], secondary=servers["secondary"])
    assert Domain.objects.get().emergency


def test_the_choice_for_unmatched_calls_is_made_in_the_form(administrator: Client) -> None:
    domain = pair()
    post(administrator, url(domain), opened(domain) | {"unmatched_calls": "reject"})
    assert Domain.objects.get().unmatched_calls == UnmatchedCalls.REJECT


def test_one_emergency_lasts_at_a_time() -> None:
    domain = pair()
    declared(domain)
    with pytest.raises(EmergencyUnchanged):
        declared(domain)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyFactory.create(domain=domain, ended_at=None, ended_by_name="")
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyFactory.create(domain=domain, ended_by_name="")


def test_one_that_was_declared_before_reasons_were_kept_can_be_ended() -> None:
    domain = DomainFactory.create(emergency=True)
    ended = end_emergency(domain=domain, reason="over", actor_id=None, actor_name="anna", at=AT)
    assert (ended.declared_by_name, ended.ended_by_name) == ("", "anna")
    assert not Domain.objects.get().emergency


def test_the_record_outlives_the_domain() -> None:
    domain = pair(name="Győr")
    declared(domain)
    delete_domain(domain=domain, typed_name="Győr")
    assert Emergency.objects.get().domain_name == "Győr"
    with pytest.raises(Gone):
        declared(domain)


@pytest.mark.parametrize(
    ("unmatched", "enabled", "says"),
    [
        pytest.param(UnmatchedCalls.PROCEED, False, "inbound calls all proceed as usual.", id="no rule, proceed"),
        pytest.param(UnmatchedCalls.REJECT, False, "inbound calls are all rejected.", id="no rule, reject"),
        pytest.param(UnmatchedCalls.REJECT, True, "1 dial rule diverts all inbound calls.", id="a rule"),
    ],
)
def test_the_banner_says_what_inbound_calls_get(
    administrator: Client, unmatched: UnmatchedCalls, enabled: bool, says: str
) -> None:
    domain = pair(unmatched_calls=unmatched)
    DialRuleFactory.create(domain=domain, pattern="*", enabled=enabled)
    declared(domain)
    banner = said(administrator.get(reverse("appservers:detail", args=[domain.slug]))).partition(BANNER)[2]
    assert says in banner.partition("Declared by")[0]
