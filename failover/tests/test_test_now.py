"""Test now: what the servers typed into the form answer, by both kinds of check, before anything is saved."""

import html
import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from access.models import User
from access.testing import user_with_role
from appservers.models import Domain
from appservers.tests.posting import NEW, new, post
from failover.tests.listeners import HERE, answering, closed_port, deaf, listening

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hurry(settings: Any) -> None:
    """A sweep spreads its probes over a quick period."""
    settings.FAILOVER_QUICK_PERIOD = 0.05


def asked(client: Client, **typed: Any) -> Any:
    given = {"primary-server_port": 9999, "secondary-server_port": 9999} | typed
    return client.post(reverse("failover:test_now"), given)


def words(response: HttpResponse, role: str) -> str:
    """The part about one server, as words."""
    match = re.search(rf'aria-label="{role} tested">(.*?)</section>', response.content.decode(), re.DOTALL)
    assert match is not None
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", match[1]).split()))


def test_it_tells_a_hung_naming_service_from_one_that_answers(administrator: Client) -> None:
    with listening() as hung, listening(answering(HERE)) as well:
        response = asked(
            administrator,
            **{
                "primary-server_fqdn": "127.0.0.1",
                "primary-server_port": hung,
                "secondary-server_fqdn": "127.0.0.1",
                "secondary-server_port": well,
            },
        )
    primary, secondary = words(response, "Primary"), words(response, "Secondary")
    assert re.search(r"Up Connection only \(TCP\): accepts connections \(\d+\.\d ms\)", primary)
    assert "Down Answer of the naming service (GIOP): accepts connections, but does not answer in time" in primary
    assert "The naming service hangs" in primary
    assert re.search(r"Up Answer of the naming service \(GIOP\): answers \(\d+\.\d ms\)", secondary)
    assert not Domain.objects.exists()


def test_it_asks_for_the_key_that_was_typed(administrator: Client) -> None:
    with listening(answering(HERE[:16] + bytes(4))) as port:
        response = asked(
            administrator,
            object_key="Other",
            **{"primary-server_fqdn": "127.0.0.1", "primary-server_port": port},
        )
    assert "does not know the object key" in words(response, "Primary")
    assert words(response, "Secondary") == "Secondary Nothing is typed here."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param({}, "Server FQDN: ", id="nothing typed"),
        pytest.param({"primary-server_fqdn": "https://ce"}, "This is a URL.", id="a URL"),
        pytest.param({"primary-server_fqdn": "ce", "primary-server_port": "0"}, "Server Port: ", id="port 0"),
        pytest.param({"primary-server_fqdn": "ce", "primary-server_port": "x"}, "Server Port: ", id="no port"),
    ],
)
def test_what_cannot_be_asked_is_said(administrator: Client, typed: dict[str, str], sentence: str) -> None:
    assert sentence in words(asked(administrator, **typed), "Primary")


def test_both_mistakes_of_a_section_are_said(administrator: Client) -> None:
    said = words(asked(administrator, **{"primary-server_fqdn": "a b", "primary-server_port": "0"}), "Primary")
    assert "Server FQDN: " in said
    assert "Server Port: " in said


def test_a_secondary_server_that_was_half_typed_is_not_taken_for_none(administrator: Client) -> None:
    said = words(asked(administrator, **{"secondary-private_web_fqdn": "web-b"}), "Secondary")
    assert "Give the secondary server's host name" in said


@pytest.mark.parametrize("key", ["", " ", "x" * 65, "Namé", "a\0b"])
def test_with_a_wrong_object_key_only_the_connection_is_tested(administrator: Client, key: str) -> None:
    with listening(answering(HERE)) as port:
        response = asked(
            administrator, object_key=key, **{"primary-server_fqdn": "127.0.0.1", "primary-server_port": port}
        )
    said = words(response, "Primary")
    assert "Up Connection only (TCP): accepts connections" in said
    assert "Not known Answer of the naming service (GIOP): not asked. Object key: " in said


def test_a_name_that_does_not_resolve_says_nothing_about_the_server(administrator: Client) -> None:
    said = words(asked(administrator, **{"primary-server_fqdn": "no-such-host.invalid"}), "Primary")
    assert said.count("Not known") == 2
    assert "has a name that does not resolve This says nothing about the server" in said
    assert " ms)" not in said


def test_the_page_waits_for_no_longer_than_the_timeout_the_names_and_the_spread(
    administrator: Client, settings: Any
) -> None:
    settings.FAILOVER_TIMEOUT, settings.FAILOVER_QUICK_PERIOD = 1, 0.1
    with deaf() as port:
        started = time.monotonic()
        response = asked(
            administrator,
            **{
                "primary-server_fqdn": "127.0.0.1",
                "primary-server_port": port,
                "secondary-server_fqdn": "no-such-host.invalid",
            },
        )
        waited = time.monotonic() - started
    assert words(response, "Primary").count("does not answer in time") == 2
    assert "hangs" in words(response, "Primary")
    assert waited < 1 + 1 + 0.1 + 1  # and a second for a machine that is busy


def test_nobody_uses_it_as_a_port_scanner(administrator: Client) -> None:
    for _ in range(10):
        assert asked(administrator).status_code == 200
    response = asked(administrator)
    assert response.status_code == 429
    assert "That was 10 tests within a minute." in response.content.decode()


def test_after_a_minute_one_may_test_again(administrator: Client) -> None:
    session = administrator.session
    session["tests"] = [time.time() - 61] * 10
    session.save()
    assert asked(administrator).status_code == 200
    session = administrator.session
    session["tests"] = [time.time() - 55] * 10
    session.save()
    assert asked(administrator).status_code == 429


def test_the_others_are_not_held_up_by_one_who_tests_too_often(administrator: Client) -> None:
    session = administrator.session
    session["tests"] = [time.time()] * 10
    session.save()
    other = Client()
    other.force_login(user_with_role("Administrators", "anna"))
    assert asked(other).status_code == 200


@pytest.mark.parametrize("permission", ["add_domain", "change_domain"])
def test_whoever_may_fill_in_one_of_the_forms_may_test(nobody: Client, permission: str) -> None:
    assert asked(nobody).status_code == 403
    User.objects.get(username="nobody").user_permissions.add(Permission.objects.get(codename=permission))
    assert asked(nobody).status_code == 200


def test_it_is_posted_to_and_not_followed(administrator: Client) -> None:
    assert administrator.get(reverse("failover:test_now")).status_code == 405


def test_no_domain_gets_an_address_that_is_the_tests(administrator: Client) -> None:
    post(administrator, NEW, new(name="Test"))
    assert Domain.objects.get().slug == "test-2"


def test_a_refused_port_is_refused_for_both_kinds(administrator: Client) -> None:
    response = asked(administrator, **{"primary-server_fqdn": "127.0.0.1", "primary-server_port": closed_port()})
    assert words(response, "Primary").count("refuses connections") == 2
