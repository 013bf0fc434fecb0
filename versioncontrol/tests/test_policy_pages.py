"""The pages around the rules: preview and warnings, trying a version, modes, the broken glass, copies, the fleet."""

import codecs
import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appservers.models import Domain
from appservers.testing import DomainFactory
from updatelinks.testing import UpdateLinkFactory
from versioncontrol import sightings
from versioncontrol.models import Acknowledgement, Component, ComponentMode, Sighting, VersionPolicy, VersionRule
from versioncontrol.sightings import Report
from versioncontrol.testing import (
    ComponentModeFactory,
    SightingFactory,
    VersionPolicyFactory,
    VersionRuleFactory,
    seed_fleet,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    return DomainFactory.create(name="Budapest East", slug="budapest-east")


@pytest.fixture
def agent() -> Component:
    return Component.objects.get(name="Agent Application")


def url(page: str, *keys: object) -> str:
    return reverse(f"versioncontrol:{page}", args=["budapest-east", *keys])


def said(response: Any) -> str:
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def tokens(response: Any) -> list[str]:
    """What the page sends of the warnings that it shows."""
    return re.findall(r'name="acknowledged" value="([^"]+)"', said(response))


def test_the_preview_says_who_is_admitted_and_who_is_locked_out(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    for version in ("10.2.1", "10.1"):
        SightingFactory.create(domain=domain, component=agent, version=version)
    shown = administrator.get(url("preview"), {"component": str(agent.pk), "pattern": "10.2*"})
    text = said(shown)
    assert "<html" not in text
    assert "With this rule <strong>1</strong> matches a rule" in text
    assert "1 locked out" in text
    assert "1 stranded" in text
    assert text.index(">10.1<") < text.index(">10.2.1<")
    assert "It also admits 10.20." in text
    assert not VersionRule.objects.exists()


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        pytest.param({}, "Choose a component and type a version", id="nothing"),
        pytest.param({"component": "x", "pattern": "1"}, "Choose a component and type a version", id="no component"),
        pytest.param({"component": "agent", "pattern": "10.é"}, "Character 4 of the pattern is “é”", id="no pattern"),
        pytest.param({"component": "agent", "pattern": "1"}, "No agent of Agent Application was seen", id="nobody"),
        pytest.param({"component": "agent", "pattern": "1", "rule": "x"}, "No agent of Agent", id="an odd rule"),
    ],
)
def test_the_preview_takes_whatever_is_typed(
    typed: dict[str, str], text: str, administrator: Client, domain: Domain, agent: Component
) -> None:
    sent = {name: str(agent.pk) if value == "agent" else value for name, value in typed.items()}
    assert text in said(administrator.get(url("preview"), sent))


def test_a_rule_with_warnings_is_saved_by_the_button_beside_them(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    typed = {"component": agent.pk, "pattern": "10.2*"}
    shown = administrator.post(url("new"), typed)
    assert "Nothing was saved yet." in said(shown)
    (read,) = tokens(shown)
    assert read.startswith("admits-longer-numbers:")
    assert not VersionRule.objects.exists()
    # Submit alone does not acknowledge, whatever the page carries.
    administrator.post(url("new"), typed | {"acknowledged": read})
    assert not VersionRule.objects.exists()
    sent = typed | {"acknowledged": read, "acknowledge": "yes"}
    # Who typed another pattern since has not read what there is to say about that one.
    assert "Nothing was saved yet." in said(administrator.post(url("new"), sent | {"pattern": "10.3*"}))
    assert administrator.post(url("new"), sent).status_code == 302
    assert VersionRule.objects.get().pattern == "10.2*"
    assert Acknowledgement.objects.get().actor_name == "administrator"
    assert "Warnings that were set aside" in said(administrator.get(url("list")))


def test_the_better_pattern_is_one_click_away_also_without_script(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    typed = {"component": agent.pk, "pattern": "10.2*"}
    text = said(administrator.post(url("new"), typed | {"use": "admits-longer-numbers"}))
    assert 'value="10.2.*"' in text
    assert 'name="also" value="10.2"' in text
    assert f'<option value="{agent.pk}" selected>' in text
    assert not VersionRule.objects.exists()
    administrator.post(url("new"), {"component": agent.pk, "pattern": "10.2.*", "also": "10.2"})
    assert {rule.pattern for rule in VersionRule.objects.all()} == {"10.2.*", "10.2"}


def test_a_better_pattern_that_is_none_changes_nothing(administrator: Client, domain: Domain, agent: Component) -> None:
    text = said(administrator.post(url("new"), {"component": agent.pk, "pattern": "é", "use": "nonsense"}))
    assert 'value="é"' in text


def test_the_better_pattern_of_a_stored_rule_is_not_another_rule(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    rule = VersionRuleFactory.create(domain=domain, component=agent, pattern="10.1.?")
    seen = rule.history.get().history_id
    typed = {"component": agent.pk, "pattern": "^10.2.1$", "seen": seen}
    text = said(administrator.post(url("edit", rule.pk), typed | {"use": "looks-like-regular-expression"}))
    assert 'value="10.2.1"' in text
    assert f'name="seen" value="{seen}"' in text
    administrator.post(url("edit", rule.pk), typed | {"pattern": "10.2.1"})
    assert [one.pattern for one in VersionRule.objects.all()] == ["10.2.1"]


def test_an_address_may_fill_in_the_form(administrator: Client, domain: Domain, agent: Component) -> None:
    text = said(administrator.get(url("new"), {"component": str(agent.pk), "pattern": "10.2"}))
    assert 'value="10.2"' in text
    assert f'<option value="{agent.pk}" selected>' in text


@pytest.mark.parametrize(
    ("version", "texts"),
    [
        pytest.param("10.2.1", ["May connect", "The rule 10.2.? admits it."], id="admitted"),
        pytest.param("10.1", ["Denied", "None of the component's rules admits it.", ">10.2.4</span>"], id="denied"),
        pytest.param("11", ["Denied", "Such an agent is stranded"], id="stranded"),
        pytest.param("10.*", ["A version has no wildcards: character 4 is"], id="no version"),
        pytest.param("", ["This field is required"], id="nothing"),
    ],
)
def test_a_version_is_tried_and_the_decision_explained(
    version: str, texts: list[str], operator: Client, domain: Domain, agent: Component
) -> None:
    VersionRuleFactory.create(domain=domain, component=agent, pattern="10.2.?")
    UpdateLinkFactory.create(domain=domain, component=agent, version="10.2.4")
    text = said(operator.get(url("list"), {"component": str(agent.pk), "version": version}))
    assert not [one for one in texts if one not in text]


def test_a_version_that_cannot_be_ordered_is_shown_an_update_only_when_it_is_denied(
    operator: Client, domain: Domain, agent: Component
) -> None:
    VersionRuleFactory.create(domain=domain, component=agent, pattern="10.2.?")
    UpdateLinkFactory.create(domain=domain, component=agent, version="10.2.4")
    tomorrow = timezone.now() + timedelta(days=1)
    mode = ComponentModeFactory.create(domain=domain, component=agent, mode="enforce", enforce_at=tomorrow)
    asked = {"component": str(agent.pk), "version": "beta"}
    assert ">10.2.4</span>" not in said(operator.get(url("list"), asked)).split("Update inside")[1].split("</dd>")[0]
    mode.delete()
    assert ">10.2.4</span>" in said(operator.get(url("list"), asked)).split("Update inside")[1].split("</dd>")[0]


def test_a_version_is_tried_where_the_component_is_gone(operator: Client, domain: Domain) -> None:
    assert "Select a valid choice" in said(operator.get(url("list"), {"component": "999", "version": "1"}))


def test_a_mode_is_chosen_with_those_in_sight_whom_it_denies(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    VersionRuleFactory.create(domain=domain, component=agent, pattern="10.2.?")
    ComponentModeFactory.create(domain=domain, component=agent, mode="warn")
    SightingFactory.create(domain=domain, component=agent, version="9")
    there = url("mode", agent.pk)
    assert "1 agent seen in the last 14 days" in said(administrator.get(there))
    assert '<option value="warn" selected>' in said(administrator.get(there))
    shown = administrator.post(there, {"mode": "enforce"})
    assert "It locks out 1 agent" in said(shown)
    # Enter presses the first button of a form.
    assert said(shown).index(">Submit</button>") < said(shown).index('name="acknowledge"')
    sent = {"mode": "enforce", "acknowledged": tokens(shown), "acknowledge": "yes"}
    assert administrator.post(there, sent).status_code == 302
    assert ComponentMode.objects.get().mode == "enforce"


def test_a_mode_may_begin_at_a_date(administrator: Client, domain: Domain, agent: Component) -> None:
    VersionRuleFactory.create(domain=domain, component=agent)
    there = url("mode", agent.pk)
    assert "Give the date from which" in said(administrator.post(there, {"mode": "enforce-from"}))
    assert "Give a date and a time" in said(administrator.post(there, {"mode": "enforce-from", "enforce_at": "soon"}))
    administrator.post(there, {"mode": "enforce-from", "enforce_at": "2036-12-01T06:00"})
    assert 'Enforced from</span> <span class="number">2036-12-01 06:00' in said(administrator.get(url("list")))
    assert 'value="2036-12-01T06:00"' in said(administrator.get(there))
    administrator.post(there, {"mode": "warn", "enforce_at": "2036-12-01T06:00"})
    assert ComponentMode.objects.get().enforce_at is None


def test_components_without_rules_are_shut_out(administrator: Client, domain: Domain) -> None:
    administrator.post(url("unlisted"), {"unlisted": "deny"})
    text = said(administrator.get(url("list")))
    assert "No version may connect</h2>" in text
    assert "They <strong>may not connect</strong>" in text
    assert '<option value="deny" selected>' in said(administrator.get(url("unlisted")))


def test_the_last_rule_of_a_component_shuts_out_where_unlisted_ones_are(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    rule = VersionRuleFactory.create(domain=domain, component=agent)
    VersionPolicyFactory.create(domain=domain, unlisted="deny")
    assert "<strong>no version of it may connect</strong>" in said(administrator.get(url("delete", rule.pk)))


def test_deleting_a_rule_acknowledges_what_the_page_said(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    rule, _ = (VersionRuleFactory.create(domain=domain, component=agent, pattern=text) for text in ("1", "2"))
    SightingFactory.create(domain=domain, component=agent, version="1")
    assert "It locks out 1 agent" in said(administrator.get(url("delete", rule.pk)))
    # Somebody who saw the page before the agent was seen gets the page again.
    shown = administrator.post(url("delete", rule.pk))
    assert "It locks out 1 agent" in said(shown)
    assert administrator.post(url("delete", rule.pk), {"acknowledged": tokens(shown)}).status_code == 302
    assert not VersionRule.objects.filter(pk=rule.pk).exists()


def test_mending_the_glass_shows_whom_it_denies(administrator: Client, domain: Domain, agent: Component) -> None:
    VersionRuleFactory.create(domain=domain, component=agent, pattern="10.2.?")
    SightingFactory.create(domain=domain, component=agent, version="9")
    administrator.post(url("break_glass"), {"hours": "2", "reason": "portal down"})
    assert f'href="{url("end_break_glass")}"' in said(administrator.get(url("list")))
    shown = administrator.get(url("end_break_glass"))
    assert "It denies at once 1 agent" in said(shown)
    assert "locked out" in said(shown)
    assert "Nothing was saved yet." in said(administrator.post(url("end_break_glass"), {"acknowledge": "yes"}))
    administrator.post(url("end_break_glass"), {"acknowledge": "yes", "acknowledged": tokens(shown)})
    assert VersionPolicy.objects.get().break_glass_until is None


def test_the_glass_is_broken_and_mended(administrator: Client, operator: Client, domain: Domain) -> None:
    assert "Give a reason" in said(administrator.post(url("break_glass"), {"hours": "2", "reason": " "}))
    for hours in ("0", "73", "nan", "1e300", "x"):
        assert administrator.post(url("break_glass"), {"hours": hours, "reason": "x"}).status_code == 200
    assert not VersionPolicy.objects.exists()
    assert administrator.post(url("break_glass"), {"hours": "0.5", "reason": "portal down"}).status_code == 302
    text = said(operator.get(url("list")))
    assert "nobody is denied, only warned" in text
    assert "<time data-left" in text
    assert "administrator: portal down" in text
    assert "Enforce again" not in text
    assert operator.post(url("end_break_glass")).status_code == 403
    assert "The rules are enforced again." in said(administrator.post(url("end_break_glass"), follow=True))
    assert "enforced already" in said(administrator.post(url("end_break_glass"), follow=True))
    records = said(administrator.get(url("break_glass")))
    assert "portal down" in records
    assert "ended early" in records
    trail = said(administrator.get(reverse("audit:list")))
    assert trail.count("portal down") == 2  # when it was broken, and when it was mended


def test_a_glass_whose_time_is_over_is_not_shown_as_broken(administrator: Client, domain: Domain) -> None:
    over = timezone.now() - timedelta(seconds=1)
    VersionPolicyFactory.create(domain=domain, break_glass_until=over, break_glass_reason="x")
    text = said(administrator.get(url("list")))
    assert "nobody is denied" not in text
    assert "Break the glass…" in text


def test_rules_are_copied_after_the_difference_was_shown(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    other = VersionRuleFactory.create(component=agent, pattern="10.2.?").domain
    VersionRuleFactory.create(domain=domain, component=agent, pattern="9")
    SightingFactory.create(domain=domain, component=agent, version="9")
    wanted = {"direction": "from", "others": other.slug, "replacing": "on"}
    text = said(administrator.get(url("copy"), wanted))
    assert "added</span> Agent Application" in text
    assert "removed</span> Agent Application" in text
    assert "It locks out 1 agent" in text
    again = administrator.post(url("copy"), wanted)
    assert "There is more to see than you saw" in said(again)
    (shown,) = re.findall(r'name="shown" value="(\w+)"', said(again))
    read = wanted | {"acknowledged": tokens(again), "shown": shown}
    response = administrator.post(url("copy"), read, follow=True)
    assert f"Rules of {other.name} copied: 1 added, 1 removed." in said(response)
    assert [rule.pattern for rule in VersionRule.objects.filter(domain=domain)] == ["10.2.?"]
    assert "Nothing changes here." in said(administrator.get(url("copy"), wanted))


def test_rules_are_copied_to_several_domains(administrator: Client, domain: Domain, agent: Component) -> None:
    VersionRuleFactory.create(domain=domain, component=agent, pattern="9")
    targets = [DomainFactory.create() for _ in range(2)]
    wanted = {"direction": "to", "others": [target.slug for target in targets]}
    (shown,) = re.findall(r'name="shown" value="(\w+)"', said(administrator.get(url("copy"), wanted)))
    administrator.post(url("copy"), wanted | {"shown": shown})
    assert VersionRule.objects.filter(pattern="9").count() == 3
    response = administrator.get(url("copy"), wanted | {"direction": "from"})
    assert "Choose one domain to copy from." in said(response)
    assert "Choose at least one domain." in said(administrator.post(url("copy"), {"direction": "to"}))


def test_so_many_domains_are_too_many_for_one_copy(administrator: Client, domain: Domain) -> None:
    Domain.objects.bulk_create(
        Domain(name=f"Site {number}", name_key=f"site {number}", slug=f"site-{number}") for number in range(201)
    )
    wanted = {"direction": "to", "others": [f"site-{number}" for number in range(201)]}
    assert "Choose at most 200 domains at a time." in said(administrator.post(url("copy"), wanted))


def test_a_full_record_is_said(administrator: Client, domain: Domain, agent: Component) -> None:
    full = "The record of Agent Application is full"
    shown = {"component": str(agent.pk), "pattern": "1"}
    now = timezone.now()
    Sighting.objects.bulk_create(
        Sighting(
            domain=domain,
            component=agent,
            who=f"agent:{n}",
            agent=str(n),
            version="9",
            version_key="9",
            network="private",
            first_seen=now,
            last_seen=now,
        )
        for n in range(sightings.MOST)
    )
    for where, asked in ((url("fleet"), {}), (url("preview"), shown)):
        assert full in said(administrator.get(where, asked))
    Sighting.objects.latest("pk").delete()
    for where, asked in ((url("fleet"), {}), (url("preview"), shown)):
        assert full not in said(administrator.get(where, asked))


def test_what_is_added_beside_a_stored_rule_can_be_saved(
    administrator: Client, domain: Domain, agent: Component
) -> None:
    rule = VersionRuleFactory.create(domain=domain, component=agent, pattern="10.2.*")
    VersionRuleFactory.create(domain=domain, component=agent, pattern="10.2.5")
    typed = {"component": agent.pk, "pattern": "10.2.*", "also": ["10.?"], "seen": rule.history.get().history_id}
    shown = administrator.post(url("edit", rule.pk), typed)
    assert tokens(shown)
    assert 'name="acknowledge"' in said(shown)
    sent = typed | {"acknowledged": tokens(shown), "acknowledge": "yes"}
    assert administrator.post(url("edit", rule.pk), sent).status_code == 302
    assert VersionRule.objects.filter(pattern="10.?").exists()


def test_the_fleet_shows_who_runs_what(operator: Client, domain: Domain, agent: Component) -> None:
    VersionRuleFactory.create(domain=domain, component=agent, pattern="10.2.?")
    for version in ("10.2.1", "10.2.1", "10.2.1", "9"):
        SightingFactory.create(domain=domain, component=agent, version=version)
    old = timezone.now() - timedelta(days=20)
    SightingFactory.create(domain=domain, component=agent, version="8", last_seen=old)
    text = said(operator.get(url("fleet")))
    assert "4 agents, 2 versions" in text
    assert 'width="75.0"' in text
    assert "75.0 %" in text
    assert ">8</span>" not in text
    assert "5 agents, 3 versions" in said(operator.get(url("fleet"), {"days": "30"}))
    assert "4 agents" in said(operator.get(url("fleet"), {"days": "31"}))


def test_a_flood_of_versions_makes_no_endless_page(operator: Client, domain: Domain, agent: Component) -> None:
    versions = [f"9.{number}" for number in range(302)]
    now = timezone.now()
    sightings.record(reports=[Report(domain.pk, agent.pk, one, "private", now) for one in versions])
    text = said(operator.get(url("fleet")))
    assert (text.count('<td data-label="Version">'), "302 versions" in text) == (300, True)
    assert "And 2 more versions" in text
    assert len(operator.get(url("fleet_csv")).content.splitlines()) == 303


def test_the_mode_of_a_component_is_set_before_its_first_rule(administrator: Client, domain: Domain) -> None:
    recorder = Component.objects.get(name="Recorder")
    assert f'href="{url("mode", recorder.pk)}"' in said(administrator.get(url("list")))
    administrator.post(url("mode", recorder.pk), {"mode": "warn"})
    assert "Warn only" in said(administrator.get(url("list"))).partition("Components without rules</h2>")[2]


def test_an_empty_fleet_explains_itself(operator: Client, domain: Domain) -> None:
    assert "Nobody was seen</h2>" in said(operator.get(url("fleet")))


def test_the_fleet_comes_as_a_sheet_that_runs_no_formula(operator: Client, domain: Domain, agent: Component) -> None:
    SightingFactory.create(domain=domain, component=agent, version="=1+1", network="public")
    response = operator.get(url("fleet_csv"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(codecs.BOM_UTF8)
    assert 'filename="fleet-budapest-east.csv"' in response["Content-Disposition"]
    (line,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert (line["component"], line["version"], line["agents"]) == ("Agent Application", "'=1+1", "1")
    assert (line["decision"], line["reason"], line["outside"]) == ("allow", "no-rules", "1")


@pytest.mark.parametrize("page", ["list", "fleet", "fleet_csv"])
def test_a_page_of_two_hundred_versions_takes_as_many_queries_as_one_of_one(
    page: str, operator: Client, domain: Domain, agent: Component, django_assert_num_queries: Any
) -> None:
    VersionRuleFactory.create(domain=domain, component=agent)
    SightingFactory.create(domain=domain, component=agent)
    operator.get(url(page))
    with CaptureQueriesContext(connection) as few:
        operator.get(url(page))
    seed_fleet(domain)
    for number in range(30):
        VersionRuleFactory.create(domain=domain, component=agent, pattern=f"10.2.{number}")
    with django_assert_num_queries(len(few)):
        operator.get(url(page))


def test_more_actions_and_the_page_lead_to_the_fleet(operator: Client, nobody: Client, domain: Domain) -> None:
    assert said(operator.get(url("list"))).count(f'href="{url("fleet")}"') == 2
