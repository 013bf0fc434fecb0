"""The list of domains: what is wrong comes first, and it refreshes itself."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appservers.models import ApplicationServer, Domain
from appservers.testing import DomainFactory, pair
from failover.decision import Code, State
from failover.health import Status
from failover.models import Monitor, Standing
from failover.observation import Reason
from failover.testing import MonitorFactory, ServerHealthFactory, StandingFactory

pytestmark = pytest.mark.django_db

LIST = "/infrastructure/application-servers/"


def page(client: Client, **query: str) -> str:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return response.content.decode()


def names(text: str) -> list[str]:
    """The domains in the order of their rows."""
    return re.findall(r'class="row-name"[^>]*>([^<]*)<', text)


def standing(state: State, code: Code, **domain: Any) -> Domain:
    made = pair(**domain)
    StandingFactory.create(domain=made, state=state, code=code)
    return made


def test_an_empty_list_says_what_a_domain_is_and_offers_the_one_thing_to_do(
    administrator: Client, operator: Client
) -> None:
    assert "No domain yet" in page(administrator)
    assert reverse("appservers:new") in page(administrator)
    assert reverse("appservers:new") not in page(operator)
    assert "An administrator can register one." in page(operator)


def test_each_row_offers_what_the_person_may_do(administrator: Client, operator: Client) -> None:
    domain = pair(name="Wien", slug="wien")
    edit, delete = (reverse(f"appservers:{action}", args=[domain.slug]) for action in ("edit", "delete"))
    shown = page(administrator)
    assert edit in shown
    assert delete in shown
    assert "More Actions" in shown
    for target in ("failover:high_availability", "versioncontrol:list", "updatelinks:list"):
        assert reverse(target, args=[domain.slug]) in page(operator)
    assert edit not in page(operator)
    assert delete not in page(operator)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("GYŐR", ["Győr"], id="name in other letters"),
        pytest.param("ien", ["Wien"], id="part of a name"),
        pytest.param("WIEN-b.corp", ["Wien"], id="part of an FQDN"),
        pytest.param("  wien ", ["Wien"], id="blanks around"),
        pytest.param("nowhere", [], id="nothing"),
        pytest.param("%", [], id="no wildcard"),
    ],
)
def test_the_search_looks_at_names_and_host_names(administrator: Client, words: str, found: list[str]) -> None:
    pair(name="Győr", slug="gyor")
    wien = pair(name="Wien", slug="wien")
    ApplicationServer.objects.filter(domain=wien, role="secondary").update(server_fqdn="wien-b.corp.example")
    text = page(administrator, q=words)
    assert names(text) == found
    assert f'value="{words.strip()}"' in text
    assert ("No domain matches" in text) is (not found)


def test_what_fails_comes_first_and_the_rest_by_name(administrator: Client) -> None:
    MonitorFactory.create()
    unresolved = standing(State.STEADY, Code.NOT_JUDGED, name="Z unresolved")
    nameless = {"status": Status.UNKNOWN, "reason": Reason.UNRESOLVED}
    ServerHealthFactory.create(server=unresolved.servers.get(role="primary"), **nameless)
    standing(State.UNKNOWN, Code.NOT_JUDGED, name="A not judged")
    standing(State.STEADY, Code.STANDBY_UNKNOWN, name="Z standby unknown")
    standing(State.STEADY, Code.ALL_UP, name="B steady")
    standing(State.STEADY, Code.ALL_UP, name="A steady")
    standing(State.STEADY, Code.STANDBY_DOWN, name="Z standby down")
    standing(State.CONFIRMING, Code.OUTAGE_SUSPECTED, name="Z confirming")
    standing(State.COUNTING_DOWN, Code.INTERVAL_RUNNING, name="Z counting")
    standing(State.EXPOSED, Code.NO_STANDBY, name="Z exposed")
    standing(State.HELD, Code.STANDBY_DOWN, name="Z held")
    assert names(page(administrator)) == [
        "Z held",
        "Z exposed",
        "Z counting",
        "Z confirming",
        "Z standby down",
        "Z standby unknown",
        "Z unresolved",
        "A not judged",
        "A steady",
        "B steady",
    ]


def test_a_domain_whose_server_cannot_be_checked_is_marked(administrator: Client) -> None:
    MonitorFactory.create()
    domain = standing(State.STEADY, Code.NOT_JUDGED)
    assert "needs-attention" not in page(administrator)
    ServerHealthFactory.create(
        server=domain.servers.get(role="primary"), status=Status.UNKNOWN, reason=Reason.NO_RESOURCES
    )
    text = page(administrator)
    assert "needs-attention tone-warn" in text
    assert text.partition("data-rows")[2].count("Cannot be checked") == 1


def test_a_long_list_comes_in_pages_that_keep_the_search(administrator: Client) -> None:
    for number in range(51):
        DomainFactory.create(name=f"Site {number:03}", slug=f"long-{number}")
    assert len(names(page(administrator, q="site"))) == 50
    assert "?q=site&amp;page=2" in page(administrator, q="site")
    assert names(page(administrator, q="site", page="2")) == ["Site 050"]
    assert names(page(administrator, page="no number"))[0] == "Site 000"
    assert len(names(page(administrator, page="999"))) == 1


def test_nobody_watching_is_said_and_nothing_is_shown_as_healthy(administrator: Client) -> None:
    domain = standing(State.STEADY, Code.ALL_UP)
    ServerHealthFactory.create(server=domain.servers.get(role="primary"))
    text = page(administrator)
    assert "No monitor is running." in text
    assert "Not watched" in text
    assert "</svg>Healthy" not in text
    MonitorFactory.create()
    text = page(administrator)
    assert "No monitor is running." not in text
    assert "Healthy" in text


def test_a_monitor_that_is_late_is_said(administrator: Client) -> None:
    MonitorFactory.create(lateness=3.2)
    assert "Checks start up to 3.2 s after their time" in page(administrator)


def test_the_part_is_sent_again_only_when_something_changed(administrator: Client) -> None:
    MonitorFactory.create()
    domain = standing(State.STEADY, Code.ALL_UP)
    match = re.search(r'hx-get="([^"]+)"', page(administrator))
    assert match is not None
    poll = match[1].replace("&amp;", "&")
    assert administrator.get(poll).status_code == 204
    Standing.objects.filter(domain=domain).update(state=State.HELD, code=Code.STANDBY_DOWN)
    response = administrator.get(poll)
    assert response.status_code == 200
    assert "Held" in response.content.decode()
    assert poll not in response.content.decode().replace("&amp;", "&")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "مجال ‏الشرق", "🏢 Contact 🏢", "a & b"])
def test_names_of_any_kind_are_shown_as_text(administrator: Client, name: str) -> None:
    DomainFactory.create(name=name)
    text = page(administrator)
    assert "<script>alert" not in text
    assert name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in text


def test_a_search_with_a_nul_finds_nothing_and_breaks_nothing(administrator: Client) -> None:
    pair(name="Wien")
    assert names(page(administrator, q="wi\x00en")) == ["Wien"]


def test_the_number_of_queries_does_not_grow_with_the_list(administrator: Client) -> None:
    counts = []
    for number in (1, 20):
        for _ in range(number):
            standing(State.STEADY, Code.ALL_UP)
        with CaptureQueriesContext(connection) as queries:
            page(administrator)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_row_is_drawn_once_for_what_it_shows_and_for_whom(administrator: Client, operator: Client) -> None:
    MonitorFactory.create()
    for name in ("Wien", "Linz"):
        standing(State.STEADY, Code.ALL_UP, name=name)

    def drawn(client: Client, **query: str) -> int:
        return [template.name for template in client.get(LIST, query).templates].count("failover/list_row.html")

    assert (drawn(administrator), drawn(administrator)) == (2, 0)
    Standing.objects.filter(domain__name="Wien").update(state=State.HELD, code=Code.PAUSED, sentence="It is paused.")
    assert (drawn(administrator), drawn(administrator)) == (1, 0)
    assert "It is paused." in page(administrator)
    assert drawn(operator) == 2
    assert drawn(administrator, sort="name") == 0
    Monitor.objects.update(heartbeat_at=timezone.now() - timedelta(hours=1))
    assert drawn(administrator) == 2
    assert page(administrator).count("Not watched") == 2


def test_the_windows_title_says_the_worst_of_the_page(administrator: Client) -> None:
    def title() -> str:
        return page(administrator).split('data-title="')[1].split('"')[0]

    standing(State.STEADY, Code.ALL_UP)
    assert title() == "Application Servers: not watched · Contact Expert"
    MonitorFactory.create()
    assert title() == "Application Servers: nothing amiss · Contact Expert"
    standing(State.HELD, Code.STANDBY_DOWN)
    assert title() == "Application Servers: 1 needs attention · Contact Expert"
    assert "icon-bad.svg" in page(administrator).split("data-icon=")[1].split(">")[0]


def test_the_windows_title_says_nothing_of_domains_that_the_page_leaves_out(administrator: Client) -> None:
    def title(**query: str) -> str:
        return page(administrator, **query).split('data-title="Application Servers: ')[1].split(" · ")[0]

    MonitorFactory.create()
    for number in range(26):
        down = number != 3
        state, code = (State.HELD, Code.STANDBY_DOWN) if down else (State.STEADY, Code.ALL_UP)
        StandingFactory.create(domain=pair(name=f"Site {number:02}", slug=f"s-{number}"), state=state, code=code)
    assert title() == "25 need attention"
    assert title(size="25") == "25 or more need attention"
    assert title(size="25", page="2") == "nothing amiss among those shown"
    assert title(q="site 03") == "nothing amiss among those shown"
    assert title(q="site 04") == "1 of those shown needs attention"
    assert title(size="25", sort="name") == "24 of those shown need attention"
