"""What the page says of links: what is offered to whom, what nobody is offered, and whether a URL answers."""

import socket
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appservers.models import Domain
from appservers.testing import DomainFactory
from updatelinks import overview
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.models import Component
from versioncontrol.testing import VersionRuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent() -> Component:
    return Component.objects.get(name="Agent Application")


def site(agent: Component, *, outsource: bool) -> Domain:
    domain = DomainFactory.create(outsource=outsource)
    VersionRuleFactory.create(domain=domain, component=agent, pattern="10*")
    UpdateLinkFactory.create(domain=domain, component=agent, version="10.2")
    UpdateLinkFactory.create(domain=domain, component=agent, version="10.10", public_url="")
    UpdateLinkFactory.create(domain=domain, component=agent, version="11")
    UpdateLinkFactory.create(domain=domain, component=Component.objects.get(name="Recorder"), version="beta")
    return domain


def said(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_each_side_gets_its_newest(agent: Component) -> None:
    section = overview.sections(site(agent, outsource=True))[0]
    assert section.inside is not None
    assert section.outside is not None
    assert (section.inside.version, section.outside.version) == ("10.10", "10.2")
    assert overview.sections(site(agent, outsource=False))[0].outside is None


def test_links_that_somebody_is_not_offered_are_marked(agent: Component) -> None:
    first, second = overview.sections(site(agent, outsource=True))
    marks = {line.link.version: line.marks for line in (*first.lines, *second.lines)}
    assert marks == {
        "10.2": (),
        "10.10": (overview.NOT_OUTSIDE,),
        "11": (overview.NOT_ADMITTED,),
        "beta": (overview.NOT_ORDERED,),
    }


def test_without_an_outside_no_public_url_is_missed(agent: Component) -> None:
    first, _ = overview.sections(site(agent, outsource=False))
    assert [line.marks for line in first.lines] == [(), (), (overview.NOT_ADMITTED,)]


def test_the_page_says_it(operator: Client, agent: Component) -> None:
    text = said(operator.get(reverse("updatelinks:list", args=[site(agent, outsource=True).slug])))
    assert 'Offered now inside: <span class="mono">10.10</span>; outside: <span class="mono">10.2</span>' in text
    assert "No URL for outside" in text
    assert "No rule admits it" in text
    assert ">Check<" not in text  # operators may not


@pytest.mark.parametrize("htmx", [pytest.param(True, id="as a part"), pytest.param(False, id="without script")])
def test_a_link_is_checked(htmx: bool, administrator: Client, agent: Component) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    link = UpdateLinkFactory.create(private_url=f"http://127.0.0.1:{port}/", public_url="")
    there = reverse("updatelinks:check", args=[link.domain.slug, link.pk])
    headers = {"HX-Request": "true"} if htmx else {}
    text = said(administrator.post(there, headers=headers))
    assert "Private URL: It cannot be asked" in text
    assert ("<html" in text) is not htmx
    assert administrator.get(there).status_code == 405


def test_checking_too_often_is_refused_with_words(administrator: Client) -> None:
    link = UpdateLinkFactory.create(private_url="http://0.0.0.0/", public_url="")
    there = reverse("updatelinks:check", args=[link.domain.slug, link.pk])
    statuses = [administrator.post(there).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert "That was 10 checks within a minute" in said(administrator.post(there))


def test_a_link_that_is_gone_is_not_checked(administrator: Client) -> None:
    link = UpdateLinkFactory.create()
    there = reverse("updatelinks:check", args=[DomainFactory.create().slug, link.pk])
    assert "This link was deleted in the meantime." in said(administrator.post(there))
