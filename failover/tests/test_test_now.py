"""Test now: what the servers typed into the form answer, by both kinds of check, before anything is saved."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from appservers.models import Domain
from failover.tests.listeners import HERE, answering, closed_port, listening

pytestmark = pytest.mark.django_db


def asked(client: Client, **typed: Any) -> Any:
    given = {"primary-server_port": 9999, "secondary-server_port": 9999} | typed
    return client.post(reverse("failover:test_now"), given)


def words(response: HttpResponse, role: str) -> str:
    """The part about one server, as words."""
    match = re.search(rf'aria-label="{role} tested">(.*?)</section>', response.content.decode(), re.DOTALL)
    assert match is not None
    return " ".join(re.sub(r"<[^>]+>", " ", match[1]).split())


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
    assert re.search(r"Up Connection only \(TCP\): answers \(\d+\.\d ms\)", primary)
    assert "Down Answer of the naming service (GIOP): does not answer in time" in primary
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


def test_nobody_uses_it_as_a_port_scanner(administrator: Client) -> None:
    for _ in range(10):
        assert asked(administrator).status_code == 200
    response = asked(administrator)
    assert response.status_code == 429
    assert "That was 10 tests within a minute." in response.content.decode()


def test_a_refused_port_is_refused_for_both_kinds(administrator: Client) -> None:
    response = asked(administrator, **{"primary-server_fqdn": "127.0.0.1", "primary-server_port": closed_port()})
    assert words(response, "Primary").count("refuses connections") == 2
