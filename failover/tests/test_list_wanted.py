"""What the list's address can want: filters, order, columns, length; what means nothing is told, never a fault."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import User
from alarms.selectors import tally_lately
from appservers.models import Domain, ProbeKind
from appservers.testing import DomainFactory, pair
from failover.decision import Code, State
from failover.health import Status
from failover.models import HoldKind
from failover.observation import Reason
from failover.testing import (
    HoldFactory,
    MonitorFactory,
    PauseFactory,
    ServerHealthFactory,
    StandingFactory,
    SwitchEventFactory,
)
from failover.tests.test_list_page import LIST, names, page
from failover.wanted import USUAL_COLUMNS, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> None:
    """Domains of every kind."""
    MonitorFactory.create()
    healthy = pair(name="Healthy", slug="healthy", auto_failover_interval=timedelta(minutes=9))
    StandingFactory.create(domain=healthy, state=State.STEADY, code=Code.ALL_UP)
    held = pair(name="Held", slug="held", outsource=True)
    StandingFactory.create(domain=held, state=State.HELD, code=Code.STANDBY_DOWN)
    counting = pair(name="Counting", slug="counting", active_role="secondary", probe_kind=ProbeKind.GIOP)
    StandingFactory.create(domain=counting, state=State.COUNTING_DOWN, code=Code.INTERVAL_RUNNING)
    SwitchEventFactory.create(domain=counting)
    flapping = pair(name="Flapping", slug="flapping")
    StandingFactory.create(domain=flapping, state=State.STEADY, code=Code.ALL_UP)
    HoldFactory.create(domain=flapping, kind=HoldKind.ANTI_FLAP)
    unresolved = pair(name="Nameless", slug="nameless")
    StandingFactory.create(domain=unresolved, state=State.STEADY, code=Code.ALL_UP)
    ServerHealthFactory.create(
        server=unresolved.servers.get(role="primary"), status=Status.UNKNOWN, reason=Reason.UNRESOLVED
    )
    alone = DomainFactory.create(name="Alone", slug="alone", emergency=True)
    PauseFactory.create(domain=alone, until=None)
    PauseFactory.create(domain=healthy, started_at=timezone.now() - timedelta(2), until=timezone.now() - timedelta(1))


FILTERED = {
    "state=attention": {"Held", "Counting", "Flapping", "Nameless"},
    "state=held": {"Held", "Flapping"},
    "state=counting_down": {"Counting"},
    "state=exposed": set(),
    "state=healthy": {"Healthy"},
    "state=unknown": {"Alone"},
    "active=secondary": {"Counting"},
    "outsource=yes": {"Held"},
    "outsource=no&active=primary": {"Healthy", "Flapping", "Nameless", "Alone"},
    "emergency=yes": {"Alone"},
    "paused=yes": {"Alone"},
    "paused=no&state=healthy": {"Healthy"},
    "probe=giop": {"Counting"},
    "q=HELD-secondary": {"Held"},
}


def shown(client: Client, query: str) -> list[str]:
    response = client.get(f"{LIST}?{query}")
    assert response.status_code == 200, query
    return names(response.content.decode())


def poll_of(text: str) -> str:
    """The address that the list asks for news."""
    return text.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")


def test_each_filter_lets_through_what_it_says(support: Client, site: None) -> None:
    assert {query: set(shown(support, query)) for query in FILTERED} == FILTERED


def test_the_list_is_sorted_by_each_column_and_back(support: Client, site: None) -> None:
    assert shown(support, "") == ["Flapping", "Held", "Counting", "Nameless", "Alone", "Healthy"]
    by_name = ["Alone", "Counting", "Flapping", "Healthy", "Held", "Nameless"]
    assert shown(support, "sort=name") == by_name
    assert shown(support, "sort=-name") == by_name[::-1]
    assert shown(support, "sort=-interval")[0] == "Healthy"
    assert shown(support, "sort=switched")[0] == shown(support, "sort=-switched")[0] == "Counting"
    assert shown(support, "sort=-probe")[-1] == "Counting"
    assert shown(support, "sort=-primary")[0] == "Nameless"
    assert shown(support, "sort=secondary")[-1] == "Alone"  # has none


def test_pages_of_what_comes_first_and_of_the_rest_hold_every_domain_once(support: Client, site: None) -> None:
    for number in range(60):
        DomainFactory.create(name=f"Site {number:02}", slug=f"s-{number}")
    found = [name for number in (1, 2, 3) for name in shown(support, f"size=25&page={number}")]
    assert len(found) == len(set(found)) == 66
    assert found[:6] == ["Flapping", "Held", "Counting", "Nameless", "Alone", "Healthy"]
    assert shown(support, "size=25&page=77") == shown(support, "size=25&page=3")


@pytest.mark.parametrize(
    "query",
    [
        "state=broken",
        "active=both",
        "probe=%00",
        "sort=password",
        "sort=-urgency",
        "size=7",
        "size=99999999999999999999",
        "page=-1",
        "page=%D9%A3",
        "page=99999999999999999999999",
        "columns=primary,password",
    ],
)
def test_a_word_that_means_nothing_is_told_and_left_out(support: Client, site: None, query: str) -> None:
    assert len(shown(support, query)) == 6
    assert "means nothing under" in support.get(f"{LIST}?{query}").content.decode()
    assert support.get(f"{reverse('failover:rows')}?{query}&seen=x").status_code == 200


def test_what_is_wanted_survives_the_way_into_the_address_and_back() -> None:
    words = {"q": "Győr & co", "state": "held", "paused": "no", "sort": "-name", "size": "100", "columns": "none"}
    wanted, wrong = read(words)
    assert not wrong
    assert read({"q": "x", "page": "3"})[0].address() == "q=x"
    assert read(QueryDict(wanted.here).dict())[0] == wanted


def test_columns_and_length_are_remembered_with_the_person(support: Client, site: None) -> None:
    sent = {"column": ["epoch", "interval"], "size": "100", "here": "state=held"}
    response = support.post(reverse("failover:columns"), sent)
    assert response["Location"] == f"{LIST}?state=held"
    text = page(support)
    assert 'data-label="Epoch"' in text
    assert 'data-label="Primary"' not in text
    assert User.objects.get(username="support").preferences == {"columns": ["interval", "epoch"], "size": 100}
    assert 'data-label="Primary"' in page(support, columns="primary")
    back = support.post(reverse("failover:columns"), sent | {"here": "size=25&columns=primary&sort=name"})
    assert back["Location"] == f"{LIST}?sort=name"


def test_an_address_leaves_out_only_what_its_reader_gets_anyway() -> None:
    mine = {"columns": ["epoch"], "size": 100}
    assert read({"q": "x"}, **mine)[0].address() == "q=x"
    usual = {"size": "50", "columns": ",".join(USUAL_COLUMNS)}
    other = read(usual, **mine)[0]
    assert read(QueryDict(other.here).dict(), **mine)[0].columns == USUAL_COLUMNS
    whole = read({"q": "x"}, **mine)[0].whole
    assert read(QueryDict(whole).dict())[0].columns == ("epoch",)
    assert read(QueryDict(whole).dict())[0].size == 100


def test_a_changed_server_or_order_is_sent_and_an_unchanged_list_is_not(support: Client, site: None) -> None:
    poll = poll_of(page(support))
    assert support.get(poll).status_code == 204
    server = Domain.objects.get(slug="healthy").servers.get(role="secondary")
    health = ServerHealthFactory.create(server=server)
    changed = support.get(poll)
    assert changed.status_code == 200
    poll = poll_of(changed.content.decode())
    type(health).objects.update(latency=77, checked_at=timezone.now())  # not shown
    assert support.get(poll).status_code == 204
    PauseFactory.create(domain=Domain.objects.get(slug="held"))
    assert support.get(poll).status_code == 200


def test_the_list_takes_six_queries_whatever_is_shown(
    administrator: Client, site: None, settings: Any, django_assert_max_num_queries: Any
) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    for query in ("", "q=held", "state=attention", "paused=yes", "sort=-switched", "size=25&page=1"):
        tally_lately()  # once in five seconds
        with django_assert_max_num_queries(6):
            administrator.get(f"{LIST}?{query}")
    poll = poll_of(page(administrator))
    with django_assert_max_num_queries(6):
        assert administrator.get(poll).status_code == 204
