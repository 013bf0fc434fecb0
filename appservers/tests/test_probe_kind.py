"""What "up" is judged by: chosen per domain, and a new choice makes all earlier results worthless."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from access.testing import user_with_role
from appservers.models import Domain, ProbeKind
from appservers.testing import pair
from appservers.tests.posting import NEW, errors, new, opened, post, url

pytestmark = pytest.mark.django_db


def test_the_form_keeps_the_choice_and_both_servers_get_a_new_configuration(administrator: Client) -> None:
    domain = pair()
    before = list(domain.servers.values_list("configuration", flat=True))
    post(administrator, url(domain), opened(domain) | {"probe_kind": "giop", "object_key": "Names"})
    domain.refresh_from_db()
    assert (domain.probe_kind, domain.object_key) == (ProbeKind.GIOP, "Names")
    assert list(domain.servers.values_list("configuration", flat=True)) == [number + 1 for number in before]


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        pytest.param("", "Give the object key", id="empty"),
        pytest.param("x" * 65, "at most 64 characters", id="too long"),
        pytest.param("Namé", "printable ASCII", id="not ASCII"),
    ],
)
def test_a_key_that_is_none_is_refused_at_its_field(administrator: Client, key: str, sentence: str) -> None:
    domain = pair()
    response = post(administrator, url(domain), opened(domain) | {"object_key": key})
    assert sentence in errors(response)["object_key"]
    assert Domain.objects.get().object_key == "NameService"


@pytest.mark.parametrize(
    ("change", "grown"),
    [
        pytest.param({"probe_kind": "giop"}, (1, 1), id="kind"),
        pytest.param({"object_key": "Names"}, (1, 1), id="key"),
        pytest.param({"name": "Szeged", "unique_anonymous": "on"}, (0, 0), id="what no probe looks at"),
        pytest.param({"primary-server_port": "7"}, (1, 0), id="one port"),
        pytest.param({"object_key": " NameService "}, (0, 0), id="blanks around the same key"),
    ],
)
def test_results_of_what_was_probed_otherwise_are_told_apart(
    administrator: Client, change: dict[str, str], grown: tuple[int, int]
) -> None:
    domain = pair()
    assert post(administrator, url(domain), opened(domain) | change).status_code == 302
    assert tuple(server.configuration - 1 for server in domain.servers.order_by("role")) == grown


def test_a_kind_and_a_port_changed_together_are_a_new_configuration_of_both(administrator: Client) -> None:
    domain = pair()
    post(administrator, url(domain), opened(domain) | {"probe_kind": "giop", "primary-server_port": "7"})
    assert all(server.configuration > 1 for server in domain.servers.all())


def test_a_kind_that_there_is_not_is_refused_at_its_field(administrator: Client) -> None:
    domain = pair()
    for kind in ("udp", ""):
        assert "probe_kind" in errors(post(administrator, url(domain), opened(domain) | {"probe_kind": kind}))
    assert Domain.objects.get().probe_kind == ProbeKind.TCP


def test_what_is_not_sent_stays_as_it_is(administrator: Client) -> None:
    domain = pair(probe_kind=ProbeKind.GIOP, object_key="Names")
    posted = opened(domain) | {"unique_anonymous": "on"}
    del posted["probe_kind"], posted["object_key"]
    assert post(administrator, url(domain), posted).status_code == 302
    stored = Domain.objects.get()
    assert (stored.probe_kind, stored.object_key, stored.unique_anonymous) == (ProbeKind.GIOP, "Names", True)


def test_a_new_domain_is_checked_by_connection_unless_said_otherwise(administrator: Client) -> None:
    post(administrator, NEW, new(name="Szeged"))
    post(administrator, NEW, new(name="Wien", probe_kind="giop", object_key="Names"))
    assert list(Domain.objects.values_list("probe_kind", "object_key")) == [("tcp", "NameService"), ("giop", "Names")]


def test_who_changed_it_in_between_is_told_in_the_words_of_the_form(administrator: Client) -> None:
    domain = pair()
    mine = opened(domain) | {"object_key": "Mine"}
    anna = Client()
    anna.force_login(user_with_role("Administrators", "anna"))
    post(anna, url(domain), opened(domain) | {"probe_kind": "giop", "object_key": "Names"})
    answer = post(administrator, url(domain), mine)
    assert {(d.label, d.before, d.after) for d in answer.context["differences"]} == {
        ("Health check", "“Connection only (TCP)”", "“Answer of the naming service (GIOP)”"),
        ("Object key", "“NameService”", "“Names”"),
    }
    assert "anna set this to “Names”. Submit replaces that with what is here." in answer.content.decode()
    texts = answer.context["sheet"].texts()
    assert (texts["probe_kind"], texts["object_key"]) == ("giop", "Mine")


def test_the_history_keeps_what_it_was_and_who_changed_it(administrator: Client) -> None:
    domain = pair()
    post(administrator, url(domain), opened(domain) | {"probe_kind": "giop", "object_key": "Names"})
    latest = domain.history.latest()
    assert (latest.probe_kind, latest.object_key, latest.history_user.username) == ("giop", "Names", "administrator")


@pytest.mark.parametrize(("kind", "shown"), [("tcp", False), ("giop", True)])
def test_the_properties_show_the_key_of_a_check_that_uses_it(support: Client, kind: str, shown: bool) -> None:
    domain = pair(probe_kind=kind, object_key="Names")
    html = support.get(url(domain, "detail")).content.decode()
    assert ProbeKind(kind).label in html
    assert ("Names" in html) is shown


@pytest.mark.parametrize(
    "values",
    [
        {"probe_kind": "udp"},
        {"object_key": ""},
        {"object_key": " x"},
        {"object_key": "x "},
        {"object_key": "x\n"},
        {"object_key": "Namé"},
    ],
)
def test_the_database_refuses_what_the_form_refuses(values: dict[str, Any]) -> None:
    domain = pair()
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.filter(pk=domain.pk).update(**values)
