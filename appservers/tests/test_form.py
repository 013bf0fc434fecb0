"""The page of a domain: what it saves, what it refuses and how it says so."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from appservers.models import Domain, Role
from appservers.selectors import servers_by_role
from appservers.testing import DomainFactory, pair
from appservers.tests.posting import NEW, errors, new, opened, post, url

pytestmark = pytest.mark.django_db

LONG = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 62])  # 254 characters


def test_the_empty_form_has_its_headings_and_its_defaults(administrator: Client) -> None:
    html = administrator.get(NEW).content.decode()
    for words in ("General Properties", "Primary Server Properties", "Secondary Server Properties", ">Submit</button>"):
        assert words in html
    assert html.count('value="9999"') == 2


def test_it_creates_a_domain_and_shows_it(administrator: Client) -> None:
    posted = new(
        auto_failover_interval="0,5",
        unique_anonymous="on",
        **{"primary-server_port": " 9998 ", "primary-private_web_fqdn": "Web-1:8443", "secondary-server_fqdn": "szg-2"},
    )
    answer = administrator.post(NEW, posted, follow=True)
    assert answer.redirect_chain == [("/infrastructure/application-servers/szeged/", 302)]
    assert "“Szeged” was created." in answer.content.decode()
    domain = Domain.objects.get()
    assert (domain.auto_failover_interval, domain.unique_anonymous) == (timedelta(seconds=30), True)
    servers = servers_by_role(domain)
    assert servers[Role.PRIMARY].endpoint == "szg-1.corp.example:9998"
    assert servers[Role.PRIMARY].private_web_fqdn == "web-1:8443"
    assert servers[Role.SECONDARY].endpoint == "szg-2:9999"


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        pytest.param({"name": ""}, "name", "Give the domain a name.", id="no name"),
        pytest.param({"name": "  "}, "name", "Give the domain a name.", id="blank name"),
        pytest.param({"name": "\u200b\u200e"}, "name", "Nothing of this name shows.", id="invisible name"),
        pytest.param({"name": "x" * 101}, "name", "Shorten the name to 100 characters.", id="name of 101 characters"),
        pytest.param({"name": "\ufdfa" * 100}, "name", "Shorten the name.", id="ligatures that stand for much"),
        pytest.param({"name": "a\0b"}, "name", "Remove the invisible NUL", id="NUL in the name"),
        pytest.param({"name": "a\u202eb"}, "name", "Remove the line breaks and control", id="direction mark"),
        pytest.param({"name": "a\nb"}, "name", "Remove the line breaks and control", id="line break in the name"),
        pytest.param({"name": "Győr"}, "name", "A domain “Győr” exists already.", id="duplicate name"),
        pytest.param({"name": "GYŐR"}, "name", "A domain “Győr” exists already.", id="duplicate by case"),
        pytest.param({"name": "Gyo\u030br"}, "name", "A domain “Győr” exists already.", id="duplicate by accent"),
        pytest.param({"auto_failover_interval": ""}, "auto_failover_interval", "Give the interval", id="no interval"),
        pytest.param({"auto_failover_interval": "-1"}, "auto_failover_interval", "cannot be negative", id="negative"),
        pytest.param({"auto_failover_interval": "1441"}, "auto_failover_interval", "longest interval", id="absurd"),
        pytest.param({"auto_failover_interval": "two"}, "auto_failover_interval", "not a number", id="interval text"),
        pytest.param({"primary-server_fqdn": ""}, "primary-server_fqdn", "Give the server's host name", id="no host"),
        pytest.param({"primary-server_fqdn": "_ce.x"}, "primary-server_fqdn", "underscore", id="underscore"),
        pytest.param({"primary-server_fqdn": LONG}, "primary-server_fqdn", "this one has 254", id="254 characters"),
        pytest.param({"primary-server_fqdn": "ce-.x"}, "primary-server_fqdn", "ends with a dash", id="trailing dash"),
        pytest.param({"primary-server_fqdn": "ce a"}, "primary-server_fqdn", "has no blanks", id="blank in host"),
        pytest.param({"primary-server_fqdn": "https://ce/x"}, "primary-server_fqdn", "here: ce.", id="URL"),
        pytest.param({"primary-server_fqdn": "ce\0"}, "primary-server_fqdn", "NUL", id="NUL in host"),
        pytest.param({"primary-server_port": "0"}, "primary-server_port", "from 1 to 65535", id="port 0"),
        pytest.param({"primary-server_port": "65536"}, "primary-server_port", "from 1 to 65535", id="port 65536"),
        pytest.param({"primary-server_port": "99x"}, "primary-server_port", "This is not a port.", id="port text"),
        pytest.param({"primary-server_port": "9" * 5000}, "primary-server_port", "not a port", id="endless port"),
        pytest.param({"primary-server_port": ""}, "primary-server_port", "Give the port", id="no port"),
        pytest.param({"primary-private_web_fqdn": "ce:0"}, "primary-private_web_fqdn", "not a port", id="web port"),
        pytest.param({"outsource": "on"}, "primary-public_web_fqdn", "Outsource is on", id="outsource"),
        pytest.param(
            {"secondary-server_fqdn": "SZG-1.corp.example."},
            "secondary-server_fqdn",
            "szg-1.corp.example:9999 is the primary server already.",
            id="same endpoint",
        ),
        pytest.param(
            {"secondary-private_web_fqdn": "web"}, "secondary-server_fqdn", "Give the secondary", id="half filled in"
        ),
        pytest.param({"secondary-server_port": "5"}, "secondary-server_fqdn", "Give the secondary", id="port alone"),
        pytest.param({"secondary-server_port": "x"}, "secondary-server_port", "not a port", id="bad port alone"),
    ],
)
def test_it_refuses_with_a_sentence_at_the_field_and_keeps_what_was_typed(
    administrator: Client, changes: dict[str, Any], field: str, sentence: str
) -> None:
    DomainFactory.create(name="Győr")
    posted = new(unique_anonymous="on", **{"primary-private_web_fqdn": "typed.example"} | changes)
    answer = post(administrator, NEW, posted)
    assert answer.status_code == 200
    assert sentence in errors(answer)[field]
    assert Domain.objects.count() == 1
    kept = answer.context["sheet"].texts()
    assert kept == {name: text.strip() for name, text in posted.items()}
    assert f'id="id_{field}_error"' in answer.content.decode()
    for name, text in changes.items():
        if text.strip() and text != "on":
            assert f'name="{name}" value="{escape(text)}"' in answer.content.decode()


def test_it_says_everything_that_is_wrong_at_once(administrator: Client) -> None:
    answer = post(
        administrator,
        NEW,
        new(name="", outsource="on", **{"primary-server_port": "99x", "secondary-server_fqdn": "szg-1.corp.example"}),
    )
    assert set(errors(answer)) == {
        "name",
        "primary-server_port",
        "primary-public_web_fqdn",
        "secondary-public_web_fqdn",
    }


@pytest.mark.parametrize("name", ["東京 🏢", "مركز الاتصال", "𐌰𐌱", "O'Neill & <Sons>", "x" * 100])
def test_it_takes_names_of_the_world(administrator: Client, name: str) -> None:
    answer = administrator.post(NEW, new(name=name), follow=True)
    assert Domain.objects.get().name == name
    assert escape(name) in answer.content.decode()


@pytest.mark.parametrize("name", ["東京", "new", "rows", "New"])
def test_a_name_that_makes_no_address_gets_one(administrator: Client, name: str) -> None:
    assert administrator.post(NEW, new(name=name), follow=True).status_code == 200
    assert Domain.objects.get().slug not in ("", "new", "rows")


@pytest.mark.parametrize("port", ["", "9999", " 9999 "])
def test_a_secondary_of_which_only_the_usual_port_was_typed_is_none(administrator: Client, port: str) -> None:
    administrator.post(NEW, new(**{"secondary-server_port": port}))
    assert set(servers_by_role(Domain.objects.get())) == {Role.PRIMARY}


def test_an_empty_port_of_the_secondary_is_the_usual_one(administrator: Client) -> None:
    administrator.post(NEW, new(**{"secondary-server_fqdn": "szg-2", "secondary-server_port": ""}))
    assert servers_by_role(Domain.objects.get())[Role.SECONDARY].endpoint == "szg-2:9999"


def test_an_untouched_form_saves_nothing_new(administrator: Client) -> None:
    domain = pair(outsource=True, emergency=True, auto_failover_interval=timedelta(seconds=3))
    answer = administrator.post(url(domain), opened(domain), follow=True)
    assert answer.redirect_chain == [(url(domain, "detail"), 302)]
    assert "Saved." in answer.content.decode()
    assert Domain.objects.get().revision == 1


def test_it_changes_a_domain(administrator: Client) -> None:
    domain = pair()
    post(
        administrator,
        url(domain),
        opened(domain) | {"name": "Pécs", "unique_anonymous": "on", "primary-server_port": "7"},
    )
    stored = Domain.objects.get()
    assert (stored.name, stored.slug, stored.unique_anonymous, stored.revision) == ("Pécs", domain.slug, True, 2)
    assert servers_by_role(stored)[Role.PRIMARY].server_port == 7


def test_clearing_the_section_removes_the_standby(administrator: Client) -> None:
    domain = pair()
    cleared = {f"secondary-{name}": "" for name in ("server_fqdn", "private_web_fqdn", "public_web_fqdn")}
    post(administrator, url(domain), opened(domain) | cleared)
    assert set(servers_by_role(Domain.objects.get())) == {Role.PRIMARY}


def test_the_active_secondary_is_not_removed(administrator: Client) -> None:
    domain = pair()
    Domain.objects.update(active_role=Role.SECONDARY)
    cleared = {f"secondary-{name}": "" for name in ("server_fqdn", "private_web_fqdn", "public_web_fqdn")}
    answer = post(administrator, url(domain), opened(domain) | cleared)
    assert "is active and cannot be removed" in errors(answer)["secondary-server_fqdn"]
    assert set(servers_by_role(Domain.objects.get())) == set(Role)


def test_the_form_of_a_domain_that_is_not_there_is_not_found(administrator: Client) -> None:
    assert administrator.get("/infrastructure/application-servers/atlantis/edit/").status_code == 404


def test_properties_are_shown_to_those_who_may_only_look(support: Client) -> None:
    domain = pair(name="Győr", auto_failover_interval=timedelta(0))
    html = support.get(url(domain, "detail")).content.decode()
    assert f'data-copy="{domain.slug}-primary.corp.example"' in html
    assert "as soon as an outage is confirmed" in html
    assert "/edit/" not in html


def test_a_missing_secondary_is_offered_to_those_who_may_add_it(administrator: Client, support: Client) -> None:
    domain = DomainFactory.create()
    assert "Register a secondary server" in administrator.get(url(domain, "detail")).content.decode()
    assert "Register a secondary server" not in support.get(url(domain, "detail")).content.decode()


@pytest.mark.parametrize("page", ["edit", "delete"])
def test_who_may_only_look_changes_nothing(support: Client, operator: Client, page: str) -> None:
    domain = pair()
    for client in (support, operator):
        assert client.get(url(domain, page)).status_code == 403
        assert client.post(url(domain, page), {"name": domain.name}).status_code == 403
        assert client.post(NEW, new()).status_code == 403
    assert Domain.objects.get().revision == 1
