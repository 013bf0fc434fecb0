"""What is exported is read as the same, whatever people typed, in every form; and importing it changes nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from appservers.fields import fold
from appservers.models import NO_CONTROLS, Domain, Role
from appservers.testing import pair
from dialrules.testing import DialRuleFactory
from exchange.checking import checked
from exchange.files import Form, written
from exchange.planning import plan
from exchange.reading import described
from exchange.selectors import State, in_order, state
from exchange.site import Key, Row, Site
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.models import VersionPolicy
from versioncontrol.testing import ComponentModeFactory, VersionPolicyFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db

CATALOGUE = {"agent application": (1, "Agent Application"), "=cmd": (2, "=Cmd")}
FLAG = st.sampled_from(["true", "false"])
TRICKY = [
    "=1+1",
    "'=1",
    "''@x",
    "-",
    "+36",
    "no",
    "null",
    "~",
    "10.10",
    "1e3",
    "a: b",
    "#x",
    "“”;,\"'",
    "a;=1;'-b;''@",
    ";=;",
    "שלום",
    "😀 x",
    "x\u200e",
]


def plain(text: str) -> str:
    return " ".join(text.split())


NAMES = (st.sampled_from(TRICKY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)).map(plain)
NAME = NAMES.filter(lambda text: bool(fold(text)) and len(text) <= 60 and bool(re.match(NO_CONTROLS, text)))
PATTERN = st.sampled_from(["10.10", "=1", "'-1", "10.2.*", "1e3", "0x1f", "1_000", "no", "2026-01-01", "a, b", 'a"b'])


@st.composite
def sites(draw: Any) -> Site:
    """Any domain, in canonical form."""
    general = {
        "name": draw(NAME),
        "auto_failover_interval": draw(st.sampled_from(["0", "2", "0.5", "0.00005", "0.166667", "1440"])),
        "outsource": "false",
        "unmatched_calls": draw(st.sampled_from(["proceed", "reject"])),
        "unique_anonymous": draw(FLAG),
        "probe_kind": draw(st.sampled_from(["tcp", "giop"])),
        "object_key": draw(st.sampled_from(["NameService", "=x", "null", "'@", "1.0"])),
        "automatic_failover": draw(FLAG),
        "unlisted_components": draw(st.sampled_from(["allow", "deny"])),
    }
    primary = server("ce-a.example", draw(st.sampled_from(["", "web.example:8443"])))
    secondary = draw(st.none() | st.just(server("[2001:db8::5]", "")))
    component = st.sampled_from(sorted(CATALOGUE))
    rules: dict[Key, Row] = {
        (key, pattern): {"component": CATALOGUE[key][1], "pattern": pattern}
        for key, pattern in draw(st.sets(st.tuples(component, PATTERN), max_size=4))
    }
    calls: dict[Key, Row] = {
        (fold(name),): {"name": name, "pattern": "+361*", "emergency_uri": "tel:+3612345", "enabled": draw(FLAG)}
        for name in draw(st.lists(NAME, max_size=3, unique_by=fold))
    }
    modes: dict[Key, Row] = {
        (key,): {"component": CATALOGUE[key][1], "mode": "enforce", "enforce_at": "2026-12-01T06:00:00+00:00"}
        for key in draw(st.sets(component, max_size=1))
    }
    found = {"version_rules": rules, "component_modes": modes, "update_links": {}, "dial_rules": calls}
    return Site(general, primary, secondary, {kind: in_order(kind, rows) for kind, rows in found.items()})


def server(fqdn: str, web: str) -> Row:
    return {"server_fqdn": fqdn, "server_port": "9999", "private_web_fqdn": web, "public_web_fqdn": ""}


@settings(deadline=None, max_examples=60)
@given(st.lists(sites(), max_size=3, unique_by=lambda site: fold(site.name)), st.sampled_from(Form))
def test_whatever_is_exported_is_read_as_the_same(made: list[Site], form: Form) -> None:
    content = written(form, ["Agent Application", "=Cmd"], made)
    found = checked(described(f"export.{form}", content), State({}, CATALOGUE))
    assert list(found.sites.values()) == made
    assert [list(site.lists["dial_rules"]) for site in found.sites.values()] == [
        list(site.lists["dial_rules"]) for site in made
    ]
    assert not found.components


def everything() -> Domain:
    """A domain with something of each kind, some of it not quite as the form would save it."""
    domain = pair(name="Wien", slug="wien")
    domain.servers.filter(role=Role.SECONDARY).update(private_web_fqdn="")
    rule = VersionRuleFactory.create(domain=domain)
    ComponentModeFactory.create(domain=domain, component=rule.component, mode="warn")
    VersionPolicyFactory.create(domain=domain)
    VersionPolicy.objects.update(unlisted="deny")
    UpdateLinkFactory.create(domain=domain, component=rule.component)
    for position in (7, 3):
        DialRuleFactory.create(domain=domain, position=position)
    Domain.objects.update(auto_failover_interval=timedelta(seconds=10))
    return domain


@pytest.mark.parametrize("form", Form)
def test_importing_an_export_changes_nothing(form: Form) -> None:
    everything()
    content = written(form, state().catalogue, state().sites)
    assert plan(f"export.{form}", content, prune=True).empty
    assert written(form, state().catalogue, state().sites) == content


def test_the_state_is_read_in_as_many_queries_however_many_domains_there_are() -> None:
    counts = []
    for _ in range(2):
        pair()
        with CaptureQueriesContext(connection) as queries:
            state()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
