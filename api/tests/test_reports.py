"""The reports: why, what if, and who runs what."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from api.tests.asking import ROOT, Asking, code
from appservers.models import Domain
from appservers.testing import pair
from updatelinks.models import UpdateLink
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.models import Component, ComponentMode, VersionPolicy, VersionRule
from versioncontrol.testing import ComponentModeFactory, SightingFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db

WHERE = f"{ROOT}/budapest-east"
AGENT = "Agent Application"


@pytest.fixture
def component(db: None) -> Component:
    return Component.objects.get(name=AGENT)


@pytest.fixture
def domain(component: Component) -> Domain:
    """A domain in which 10.1.7 runs twice and 10.2.1 once."""
    made = pair(slug="budapest-east")
    for version in ("10.1.7", "10.1.7", "10.2.1"):
        SightingFactory.create(domain=made, component=component, version=version)
    return made


def test_an_explanation_goes_through_rules_and_links(domain: Domain, component: Component, asking: Asking) -> None:
    for pattern in ("10.2.*", "9"):
        VersionRuleFactory.create(domain=domain, component=component, pattern=pattern)
    for version in ("10.2.4", "10.2.10", "11"):
        UpdateLinkFactory.create(domain=domain, component=component, version=version)
    found = asking.get(f"{WHERE}/admission/explain?component={AGENT}&version=10.1.7", REMOTE_ADDR="10.1.2.3").json()
    assert (found["decision"], found["place"], found["networks"]) == ("deny", "corporate", ["private", "public"])
    assert found["rules"] == [{"pattern": "9", "matches": False}, {"pattern": "10.2.*", "matches": False}]
    assert {step["version"]: step["step"] for step in found["links"]} == {
        "10.2.4": "newer-offered",
        "10.2.10": "offered",
        "11": "not-admitted",
    }


def test_who_runs_what_comes_as_json_and_as_csv(domain: Domain, component: Component, asking: Asking) -> None:
    SightingFactory.create(domain=domain, component=component, version="=cmd()", last_seen=timezone.now())
    SightingFactory.create(domain=domain, component=component, version="8", last_seen=timezone.now() - timedelta(20))
    rows = asking.get(f"{WHERE}/versions").json()["versions"]
    assert {(row["version"], row["agents"], row["reason"]) for row in rows} == {
        ("10.1.7", 2, "no-rules"),
        ("10.2.1", 1, "no-rules"),
        ("=cmd()", 1, "no-rules"),
    }
    assert len(asking.get(f"{WHERE}/versions?days=30").json()["versions"]) == 4
    answer = asking.get(f"{WHERE}/versions?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["version"] for row in table} == {"10.1.7", "10.2.1", "'=cmd()"}
    assert {row["component"] for row in table} == {AGENT}
    assert code(asking.get(f"{WHERE}/versions?days=0")) == (422, "invalid-parameter")


def proposed(asking: Asking, *components: dict[str, Any], **more: Any) -> Any:
    return asking.post(f"{WHERE}/admission/dry-run", {"components": list(components), **more})


def test_a_dry_run_says_who_would_be_denied_and_who_would_be_stranded(domain: Domain, asking: Asking) -> None:
    answer = proposed(asking, {"component": AGENT, "rules": ["10.2.*", "10.2.1", "11"]})
    found = answer.json()
    assert (answer.status_code, found["newly_denied"], found["stranded"], found["newly_allowed"]) == (200, 2, 2, 0)
    changed = {row["version"]: row for row in found["versions"]}
    assert changed["10.1.7"]["now"] == {"decision": "allow", "reason": "no-rules"}
    assert changed["10.1.7"]["then"] == {"decision": "deny", "reason": "no-rule-matched"}
    assert not changed["10.2.1"]["newly_denied"]
    assert found["unused"] == [{"component": AGENT, "pattern": "11"}]
    assert found["shadowed"] == [{"component": AGENT, "pattern": "10.2.1", "by": "10.2.*"}]
    links = [{"version": "10.2.9", "private_url": "https://sw.corp.example/10.2.9"}]
    helped = proposed(asking, {"component": AGENT, "rules": ["10.2.*"], "links": links}).json()
    assert (helped["newly_denied"], helped["stranded"]) == (2, 0)


def test_a_dry_run_knows_modes_and_components_without_rules(
    domain: Domain, component: Component, asking: Asking
) -> None:
    assert proposed(asking, unlisted="deny").json()["newly_denied"] == 3
    dated = {"component": AGENT, "rules": ["11"], "mode": "enforce", "enforce_at": "2099-12-01T06:00:00+01:00"}
    later = proposed(asking, dated).json()
    assert (later["newly_denied"], later["denied_at_once"]) == (3, 0)  # as it will be
    warned = proposed(asking, {"component": AGENT, "rules": ["11"], "mode": "warn"}).json()
    assert (warned["newly_denied"], warned["versions"][0]["then"]["decision"]) == (0, "warn")
    VersionRuleFactory.create(domain=domain, component=component, pattern="11")
    assert proposed(asking, {"component": AGENT, "rules": []}).json()["newly_allowed"] == 3
    ComponentModeFactory.create(domain=domain, component=component, enforce_at=timezone.now() + timedelta(days=9))
    sooner = proposed(asking, {"component": AGENT, "mode": "enforce"}).json()
    assert (sooner["newly_denied"], sooner["denied_at_once"]) == (0, 3)
    assert [one["code"] for one in sooner["warnings"]] == ["denies-at-once"]
    assert proposed(asking).json()["newly_allowed"] == 0


def test_half_a_character_is_a_mistake_of_the_caller(domain: Domain, asking: Asking) -> None:
    named = asking.post(f"{WHERE}/admission/dry-run", r'{"components": [{"component": "\ud800"}]}')
    assert code(named) == (404, "unknown-component")
    link = r'{"version": "1", "private_url": "https://x.example/\udfff"}'
    linked = asking.post(
        f"{WHERE}/admission/dry-run", rf'{{"components": [{{"component": "{AGENT}", "links": [{link}]}}]}}'
    )
    assert code(linked) == (422, "invalid-url")
    assert "Character 19 is half a character (U+DFFF)" in linked.json()["detail"]


def test_a_dry_run_tells_what_saving_would_have_acknowledged(
    domain: Domain, component: Component, asking: Asking
) -> None:
    UpdateLinkFactory.create(domain=domain, component=component, version="10.1.9")
    asked = {"component": AGENT, "rules": ["10.2*", "10.2.1", "9.*"]}
    found = proposed(asking, asked, days=7).json()
    assert [(one["pattern"], one["code"]) for one in found["warnings"]] == [
        ("9.*", "does-not-admit-base"),
        ("9.*", "matches-nothing-seen"),
        ("10.2*", "admits-longer-numbers"),
        ("10.2*", "shadows"),
        ("10.2.1", "shadowed"),
        (None, "locks-out"),
        (None, "link-not-admitted"),
    ]
    told = {one["code"]: one for one in found["warnings"]}
    assert told["admits-longer-numbers"]["better"] == ["10.2.*", "10.2"]
    assert "2 agents seen in the last 7 days: 10.1.7" in told["locks-out"]["sentence"]
    assert {one["component"] for one in found["warnings"]} == {AGENT}
    some = proposed(asking, asked, acknowledged=["locks-out"])
    assert (code(some), some.json()["parameter"]) == ((422, "acknowledgement-required"), "acknowledged")
    assert "locks-out" not in {one["code"] for one in some.json()["warnings"]}
    assert len(some.json()["warnings"]) == 6
    assert proposed(asking, asked, acknowledged=sorted(told)).json() == proposed(asking, asked).json()
    assert proposed(asking, acknowledged=[]).status_code == 200


def test_a_dry_run_saves_nothing(domain: Domain, asking: Asking) -> None:
    proposed(asking, {"component": AGENT, "rules": ["11"], "mode": "warn", "links": []}, unlisted="deny")
    for model in (VersionRule, UpdateLink, ComponentMode, VersionPolicy):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    ("body", "problem", "parameter"),
    [
        pytest.param({"rules": ["10.é"]}, (422, "invalid-pattern"), "components.0.rules.0", id="pattern"),
        pytest.param({"rules": ["1", " 1"]}, (409, "duplicate-rule"), "components.0.rules.1", id="twice"),
        pytest.param({"rules": ["1*?", "1?*"]}, (409, "duplicate-rule"), "components.0.rules.1", id="same meaning"),
        pytest.param({"component": "x"}, (404, "unknown-component"), "components.0.component", id="component"),
        pytest.param(
            {"links": [{"version": "1*", "public_url": "https://x"}]},
            (422, "invalid-version"),
            "components.0.links.0.version",
            id="version",
        ),
        pytest.param(
            {"links": [{"version": "1"}]}, (422, "invalid-url"), "components.0.links.0.private_url", id="no URL"
        ),
        pytest.param(
            {"links": [{"version": "1", "public_url": "ftp://x/y"}]},
            (422, "invalid-url"),
            "components.0.links.0.public_url",
            id="URL",
        ),
        pytest.param(
            {"links": [{"version": "A", "public_url": "https://x/"}, {"version": "a", "public_url": "https://y/"}]},
            (409, "duplicate-link"),
            "components.0.links.1.version",
            id="two links",
        ),
        pytest.param({"mode": "off"}, (422, "invalid-parameter"), "components.0.mode", id="mode"),
        pytest.param(
            {"mode": "enforce", "enforce_at": "2026-12-01T06:00:00"},
            (422, "invalid-parameter"),
            "components.0.enforce_at",
            id="a date without an offset",
        ),
        pytest.param(
            {"mode": "warn", "enforce_at": "2026-12-01T06:00:00Z"},
            (422, "invalid-parameter"),
            "components.0.enforce_at",
            id="warn only has no date",
        ),
        pytest.param(
            {"enforce_at": "2026-12-01T06:00:00Z"},
            (422, "invalid-parameter"),
            "components.0.enforce_at",
            id="a date without a mode",
        ),
    ],
)
def test_what_is_wrong_with_a_proposal_is_named(
    domain: Domain, asking: Asking, body: dict[str, Any], problem: tuple[int, str], parameter: str
) -> None:
    answer = proposed(asking, {"component": AGENT} | body)
    assert code(answer) == problem
    assert answer.json()["parameter"] == parameter


def test_a_proposal_without_end_is_refused(domain: Domain, asking: Asking) -> None:
    names = list(Component.objects.values_list("name", flat=True))[:5]
    many = [{"component": name, "rules": [str(number) for number in range(101)]} for name in names]
    answer = proposed(asking, *many)
    assert (code(answer), answer.json()["parameter"]) == ((422, "invalid-parameter"), "components")
    assert proposed(asking, *many[:4]).status_code == 200


def test_the_place_in_a_pattern_is_named(domain: Domain, asking: Asking) -> None:
    assert proposed(asking, {"component": AGENT, "rules": ["10.é"]}).json()["position"] == 4


@pytest.mark.parametrize("body", ["{", "[]", "null", "0", '"x"', "\udcff"], ids=lambda body: repr(body))
def test_a_body_that_is_no_json_object_is_told(domain: Domain, asking: Asking, body: str) -> None:
    answer = asking.post(
        f"{WHERE}/admission/dry-run", body.encode(errors="surrogateescape"), content_type="application/json"
    )
    assert code(answer) == (400, "malformed-body")


def test_a_body_that_is_too_big_or_missing_is_told(domain: Domain, asking: Asking) -> None:
    endless = '{"components": []' + " " * 3_000_000 + "}"
    for body, problem in ((endless, (400, "bad-request")), ("", (400, "missing-parameter"))):
        assert code(asking.post(f"{WHERE}/admission/dry-run", body)) == problem


def test_a_misspelt_proposal_is_not_taken_for_an_empty_one(domain: Domain, asking: Asking) -> None:
    answer = proposed(asking, {"component": AGENT, "rule": []})
    assert (code(answer), answer.json()["parameter"]) == ((422, "invalid-parameter"), "components.0.rule")
    assert code(proposed(asking, {"rules": []})) == (400, "missing-parameter")
