"""An earlier version comes back after a look at what changes, through the services and for whoever may."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from appservers.models import Domain, Role
from appservers.services import delete_domain
from appservers.testing import pair
from audit import trail
from audit.tests.test_trail import edit
from audit.wanted import Wanted
from dialrules.models import DialRule
from dialrules.services import delete_rule, move_rule, save_rule
from dialrules.testing import DialRuleFactory
from failover.decision import Code, State
from failover.models import Subscriber
from failover.subscribers import delete_subscriber, save_subscriber
from failover.testing import MonitorFactory, StandingFactory, SubscriberFactory
from updatelinks.models import UpdateLink
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.admission import Mode, Unlisted
from versioncontrol.models import Acknowledgement, Component, ComponentMode, VersionPolicy, VersionRule
from versioncontrol.services import break_glass, save_component, set_mode, set_unlisted
from versioncontrol.testing import ComponentFactory, SightingFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db


def way_back(kind: str, row: Any = None, of: str = "") -> str:
    """Where the latest entry of that kind, or of one row and one property, leads to restore what was there before."""
    lines = trail.entries(list(trail.found(Wanted(what=kind))))
    latest = next(
        line
        for line in lines
        if row is None or (line.subject == str(row) and any(of in change.label for change in line.changes))
    )
    assert latest.version is not None
    return reverse("audit:restore", args=latest.version)


def words(client: Client, where: str) -> str:
    return " ".join(strip_tags(client.get(where).content.decode()).split())


def press(client: Client, where: str) -> str:
    """Look at the page and press its button; once more where there is something to say first."""
    posted = {"seen": client.get(where).context["version"].seen}
    answer = client.post(where, posted, follow=True)
    if codes := answer.context.get("codes"):
        answer = client.post(where, posted | {"acknowledged": codes}, follow=True)
    return answer.content.decode()


def endpoints(domain: Domain) -> dict[str, str]:
    return {server.role: server.endpoint for server in domain.servers.all()}


@pytest.mark.parametrize("outsource", [False, True])
def test_an_edit_of_a_domain_and_its_servers_is_undone(administrator: Client, outsource: bool) -> None:
    domain = pair(name="Wien", slug="wien", outsource=outsource)
    before = endpoints(domain)
    edit(administrator, domain, auto_failover_interval="9", **{"secondary-server_fqdn": "new.corp.example"})
    edit(administrator, domain, auto_failover_interval="5", **{"primary-server_port": "1234"})
    where = way_back("domain")
    shown = words(administrator, where)
    assert "Auto-Failover Interval now 5 min would become 9 min" in shown
    assert "Primary, Server Port now 1234 would become 9999" in shown
    assert "Secondary" not in shown.partition("What is now")[2].partition("Back to")[0]
    assert "Domain Wien is again as it was." in press(administrator, where)
    domain = Domain.objects.get()
    assert domain.auto_failover_interval.total_seconds() == 9 * 60
    assert endpoints(domain) == {"primary": before["primary"], "secondary": "new.corp.example:9999"}


def test_an_emergency_neither_begins_nor_ends_by_a_way_back(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien", emergency=True)
    edit(administrator, domain, auto_failover_interval="5")
    where = way_back("domain")
    Domain.objects.update(emergency=False)
    assert "Emergency" not in words(administrator, where)
    press(administrator, where)
    domain = Domain.objects.get()
    assert (domain.auto_failover_interval.total_seconds(), domain.emergency) == (120, False)


def test_a_secondary_that_was_removed_comes_back(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    before = endpoints(domain)
    cleared = {f"secondary-{field}": "" for field in ("server_fqdn", "private_web_fqdn", "public_web_fqdn")}
    edit(administrator, domain, **cleared)
    assert list(endpoints(domain)) == ["primary"]
    press(administrator, way_back("domain"))
    assert endpoints(domain) == before


def test_a_deleted_domain_is_created_anew_with_its_servers(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    before = endpoints(domain)
    administrator.post(reverse("appservers:delete", args=["wien"]), {"name": "Wien"})
    where = way_back("domain")
    assert "It would be created anew" in words(administrator, where)
    press(administrator, where)
    anew = Domain.objects.get()
    assert (anew.name, anew.slug, anew.active_role, anew.epoch) == ("Wien", "wien", Role.PRIMARY, 0)
    assert endpoints(anew) == before


def test_a_rule_that_was_deleted_and_a_link_that_was_changed_come_back(administrator: Client) -> None:
    domain = pair(slug="wien")
    rule, link = VersionRuleFactory.create(domain=domain, pattern="10.2.*"), UpdateLinkFactory.create(domain=domain)
    address, link.private_url = link.private_url, "https://elsewhere.example/"
    link.save()
    administrator.post(reverse("versioncontrol:delete", args=["wien", rule.pk]))
    press(administrator, way_back("versionrule"))
    assert VersionRule.objects.get().pattern == "10.2.*"
    press(administrator, way_back("updatelink"))
    assert UpdateLink.objects.get().private_url == address


def test_a_dial_rule_comes_back_where_it_stands_now_or_at_the_end(administrator: Client) -> None:
    domain = pair(slug="wien")
    first, second, _ = (save_rule(rule=DialRuleFactory.build(domain=domain, name=name)) for name in "abc")
    second.pattern = "+99*"
    save_rule(rule=second)
    move_rule(rule=second, up=True)
    press(administrator, way_back("dialrule", second))
    rules = list(DialRule.objects.order_by("position"))
    assert [rule.name for rule in rules] == ["b", "a", "c"]
    assert rules[0].pattern != "+99*"
    delete_rule(rule=first)
    where = way_back("dialrule", first)
    assert "after the other dial rules of its domain" in words(administrator, where)
    press(administrator, where)
    assert [rule.name for rule in DialRule.objects.order_by("position")] == ["b", "c", "a"]


def test_a_component_that_was_renamed_has_its_name_again(administrator: Client) -> None:
    component = ComponentFactory.create(name="Portal")
    component.name = "Gateway"
    save_component(component=component)
    press(administrator, way_back("component"))
    assert Component.objects.get(pk=component.pk).name == "Portal"


def test_a_mode_comes_back_and_says_whom_it_locks_out(administrator: Client) -> None:
    domain = pair(slug="wien")
    rule = VersionRuleFactory.create(domain=domain, pattern="10.2.*")
    SightingFactory.create(domain=domain, component=rule.component, version="9.1")
    mode = ComponentMode.objects.create(domain=domain, component=rule.component, mode=Mode.ENFORCE)
    set_mode(domain=domain, component=rule.component, mode=Mode.WARN)
    where = way_back("componentmode")
    shown = words(administrator, where)
    assert f"of {domain.name} as it was" in shown
    assert "Mode now Warn only would become Enforce" in shown
    posted = {"seen": administrator.get(where).context["version"].seen}
    asked = administrator.post(where, posted).content.decode()
    assert "Nothing was restored yet." in asked
    mode.refresh_from_db()
    assert mode.mode == Mode.WARN
    press(administrator, where)
    mode.refresh_from_db()
    assert mode.mode == Mode.ENFORCE
    assert Acknowledgement.objects.get().domain == domain


def test_a_mode_that_was_set_anew_meanwhile_is_left_alone(administrator: Client) -> None:
    domain, component = pair(slug="wien"), ComponentFactory.create()
    set_mode(domain=domain, component=component, mode=Mode.WARN).delete()
    where = way_back("componentmode")
    anew = set_mode(domain=domain, component=component, mode=Mode.ENFORCE)
    assert "has another mode by now" in press(administrator, where)
    assert ComponentMode.objects.get() == anew


def test_components_without_rules_are_treated_as_before_and_a_glass_stays_broken(administrator: Client) -> None:
    domain = pair(slug="wien")
    set_unlisted(domain=domain, unlisted=Unlisted.DENY)
    set_unlisted(domain=domain, unlisted=Unlisted.ALLOW)
    where = way_back("versionpolicy")
    break_glass(domain=domain, lasting=timedelta(hours=1), reason="Nobody can log in")
    shown = words(administrator, where)
    assert "Components without rules" in shown
    assert "Nobody can log in" not in shown
    press(administrator, where)
    policy = VersionPolicy.objects.get()
    assert (policy.unlisted, policy.break_glass_reason) == (Unlisted.DENY, "Nobody can log in")


def test_a_subscriber_comes_back_with_its_domains_and_its_secret(administrator: Client) -> None:
    wien, graz = pair(slug="wien"), pair(slug="graz")
    desk = save_subscriber(subscriber=SubscriberFactory.build(all_domains=False), domains=[wien, graz])
    secret, address = desk.secret, desk.address
    desk.address = "https://elsewhere.example/"
    save_subscriber(subscriber=desk, domains=[wien])
    where = way_back("subscriber", desk, "Address")
    assert graz.name in words(administrator, where).partition("What is now")[2]
    press(administrator, where)
    desk = Subscriber.objects.get()
    assert (desk.address, desk.secret, set(desk.domains.all())) == (address, secret, {wien, graz})


def test_a_subscriber_that_was_deleted_comes_back_with_a_new_secret(administrator: Client) -> None:
    desk = save_subscriber(subscriber=SubscriberFactory.build(name="Shift desk"), domains=[])
    secret = desk.secret
    delete_subscriber(subscriber=desk)
    where = way_back("subscriber")
    assert "a webhook needs a new secret" in words(administrator, where)
    press(administrator, where)
    anew = Subscriber.objects.get()
    assert anew.name == "Shift desk"
    assert secret != anew.secret != ""


def test_a_subscriber_of_domains_that_are_gone_stays_away(administrator: Client) -> None:
    wien = pair(name="Wien", slug="wien")
    desk = save_subscriber(subscriber=SubscriberFactory.build(all_domains=False), domains=[wien])
    delete_subscriber(subscriber=desk)
    where = way_back("subscriber")
    delete_domain(domain=wien, typed_name="Wien")
    assert "it would be told nothing" in press(administrator, where)
    assert not Subscriber.objects.exists()


def test_an_interval_that_would_switch_at_once_comes_back_when_it_is_meant(administrator: Client) -> None:
    MonitorFactory.create()
    domain = pair(name="Wien", slug="wien", auto_failover_interval=timedelta(minutes=1))
    edit(administrator, domain, auto_failover_interval="10")
    due = timezone.now() + timedelta(seconds=500)
    StandingFactory.create(domain=domain, state=State.COUNTING_DOWN, code=Code.INTERVAL_RUNNING, switch_at=due)
    where = way_back("domain")
    posted = {"seen": administrator.get(where).context["version"].seen}
    asked = administrator.post(where, posted).content.decode()
    assert "This switches within seconds" in asked
    assert 'name="meant" value="yes">Restore, and let it switch</button>' in asked
    assert Domain.objects.get().auto_failover_interval == timedelta(minutes=10)
    administrator.post(where, posted | {"meant": "yes"})
    assert Domain.objects.get().auto_failover_interval == timedelta(minutes=1)


def test_what_the_services_refuse_is_said_and_nothing_is_restored(administrator: Client) -> None:
    domain = pair(slug="wien")
    rule = VersionRuleFactory.create(domain=domain, pattern="10.2.*")
    administrator.post(reverse("versioncontrol:delete", args=["wien", rule.pk]))
    where = way_back("versionrule")
    VersionRuleFactory.create(domain=domain, component=rule.component, pattern="10.2.*")
    assert "exists already" in press(administrator, where)
    assert VersionRule.objects.count() == 1
    VersionRule.objects.all().delete()
    administrator.post(reverse("appservers:delete", args=["wien"]), {"name": domain.name})
    assert "Its domain was deleted, so it cannot come back." in press(administrator, where)


def test_what_there_is_to_say_about_a_rule_is_said_before_it_comes_back(administrator: Client) -> None:
    rule = VersionRuleFactory.create(domain=pair(slug="wien"), pattern="10.2*")
    administrator.post(reverse("versioncontrol:delete", args=["wien", rule.pk]))
    where = way_back("versionrule")
    answer = administrator.post(where, {"seen": 0})
    assert "It also admits 10.20." in answer.content.decode()
    assert "Nothing was restored yet." in answer.content.decode()
    assert not VersionRule.objects.exists()
    administrator.post(where, {"seen": 0, "acknowledged": answer.context["codes"]})
    assert VersionRule.objects.get().pattern == "10.2*"
    assert Acknowledgement.objects.get().actor_name == "administrator"


def test_the_active_server_is_not_removed_by_a_way_back(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    cleared = {f"secondary-{field}": "" for field in ("server_fqdn", "private_web_fqdn", "public_web_fqdn")}
    edit(administrator, domain, **cleared)
    edit(administrator, domain, **{"secondary-server_fqdn": "new.corp.example", "secondary-server_port": "9999"})
    Domain.objects.update(active_role=Role.SECONDARY, epoch=1)
    assert "Nothing was restored." in press(administrator, way_back("domain"))
    assert "secondary" in endpoints(domain)


def test_who_looked_at_an_older_present_does_not_overwrite_the_new_one(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    edit(administrator, domain, auto_failover_interval="5")
    where = way_back("domain")
    seen = administrator.get(where).context["version"].seen
    edit(administrator, domain, auto_failover_interval="7")
    text = administrator.post(where, {"seen": seen}).content.decode()
    assert "Nothing was restored." in text
    assert Domain.objects.get().auto_failover_interval.total_seconds() == 7 * 60


def test_a_link_that_somebody_changed_after_the_look_is_not_overwritten(administrator: Client) -> None:
    link = UpdateLinkFactory.create(domain=pair(slug="wien"))
    for address in ("https://one.example/", "https://two.example/"):
        link.private_url = address
        link.save()
    where = way_back("updatelink")
    seen = administrator.get(where).context["version"].seen
    link.private_url = "https://three.example/"
    link.save()
    assert "https://three.example/" in administrator.post(where, {"seen": seen}).content.decode()
    assert UpdateLink.objects.get().private_url == "https://three.example/"


def test_what_somebody_deleted_after_the_look_is_not_created_anew(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    edit(administrator, domain, auto_failover_interval="5")
    where = way_back("domain")
    seen = administrator.get(where).context["version"].seen
    administrator.post(reverse("appservers:delete", args=["wien"]), {"name": "Wien"})
    assert "It was deleted, or created anew" in administrator.post(where, {"seen": seen}).content.decode()
    assert not Domain.objects.exists()


def test_who_may_not_change_it_may_look_but_not_restore(administrator: Client, support: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    edit(administrator, domain, auto_failover_interval="5")
    where = way_back("domain")
    assert "Your role does not allow you to restore it." in words(support, where)
    assert support.post(where, {"seen": 2}).status_code == 403
    assert Domain.objects.get().auto_failover_interval.total_seconds() == 5 * 60


def test_what_is_as_it_was_offers_no_button(administrator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    edit(administrator, domain, auto_failover_interval="5")
    where = way_back("domain")
    edit(administrator, domain, auto_failover_interval="2")
    assert "There is nothing to restore." in words(administrator, where)
    assert 'type="submit">Restore' not in administrator.get(where).content.decode()


@pytest.mark.parametrize("address", ["domain/0", "nonsense/1", "user/1", "switch/1"])
def test_what_is_no_version_is_not_found(administrator: Client, address: str) -> None:
    assert administrator.get(f"/maintenance/audit/{address}/restore/").status_code == 404
