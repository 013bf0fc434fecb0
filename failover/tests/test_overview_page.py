"""The overview and the wallboard: numbers of all domains, the worst of them, and nothing loud while all is well."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from appservers.models import Domain
from appservers.testing import pair
from common.status import Tone
from failover import looks
from failover.decision import Code, State
from failover.glance import glance
from failover.health import Status
from failover.models import HoldKind, Monitor
from failover.observation import Reason
from failover.testing import (
    HoldFactory,
    MonitorFactory,
    PauseFactory,
    ServerHealthFactory,
    StandingFactory,
    SwitchEventFactory,
)

pytestmark = pytest.mark.django_db

STANDINGS = {
    "Held": (State.HELD, Code.STANDBY_DOWN),
    "Exposed": (State.EXPOSED, Code.NO_STANDBY),
    "Later": (State.COUNTING_DOWN, Code.INTERVAL_RUNNING),
    "Sooner": (State.COUNTING_DOWN, Code.INTERVAL_RUNNING),
    "Confirming": (State.CONFIRMING, Code.OUTAGE_SUSPECTED),
    "Standby": (State.STEADY, Code.STANDBY_DOWN),
    "New": (State.STEADY, Code.NOT_JUDGED),
    "Well": (State.STEADY, Code.ALL_UP),
}


def site(name: str, **properties: object) -> Domain:
    state, code = STANDINGS[name]
    domain = pair(name=name, slug=name.lower(), **properties)
    left = {"Sooner": 10, "Later": 100}.get(name)
    due = timezone.now() + timedelta(seconds=left) if left else None
    StandingFactory.create(domain=domain, state=state, code=code, switch_at=due, sentence=f"Sentence of {name}.")
    return domain


def nameless(domain: Domain) -> Domain:
    """Its active server cannot be checked."""
    server = domain.servers.get(role="primary")
    ServerHealthFactory.create(server=server, status=Status.UNKNOWN, reason=Reason.UNRESOLVED)
    return domain


def watched() -> Monitor:
    """A monitor that leads, with a sign of life that lasts for a slow test."""
    return MonitorFactory.create(heartbeat_at=timezone.now() + timedelta(seconds=4))


def text(client: Client, address: str = "/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def tiles(page: str) -> dict[str, tuple[str, str]]:
    """The numbers and the links behind them, by their words."""
    found = re.findall(r'class="tile[^"]*" href="([^"]*)"><span[^>]*>(\d+)</span><span[^>]*>.*?</svg> ([^<]*)<', page)
    return {word: (number, link.partition("?")[2]) for link, number, word in found}


def test_without_a_domain_there_is_one_thing_to_do(administrator: Client, operator: Client) -> None:
    assert "New application server" in text(administrator)
    assert "An administrator can register one." in text(operator)
    for page in (text(administrator), text(administrator, "/wallboard/")):
        assert "No domain yet" in page
        assert "tile" not in page.partition("<main")[2].replace("data-title", "")


def test_each_domain_is_counted_once_and_each_number_leads_to_its_domains(operator: Client) -> None:
    watched()
    for name in STANDINGS:
        site(name, emergency=False)
    PauseFactory.create(domain=Domain.objects.get(name="Well"))
    PauseFactory.create(
        domain=Domain.objects.get(name="New"),
        started_at=timezone.now() - timedelta(hours=2),
        until=timezone.now() - timedelta(hours=1),
    )
    assert tiles(text(operator)) == {
        "Held": ("1", "state=held"),
        "Exposed": ("1", "state=exposed"),
        "Counting down": ("2", "state=counting_down"),
        "Confirming": ("1", "state=confirming"),
        "Standby not up": ("1", "state=standby"),
        "Not judged yet": ("1", "state=unknown"),
        "Healthy": ("1", "state=healthy"),
        "Paused": ("1", "paused=yes"),
        "Emergency": ("0", "emergency=yes"),
    }


def test_what_cannot_be_checked_is_amber_on_the_overview_and_on_the_wall_too(operator: Client) -> None:
    watched()
    nameless(site("New"))
    assert glance(timezone.now(), most=4).tone == Tone.WARN
    for page in (text(operator), text(operator, "/wallboard/")):
        assert "1 of 1 domain needs attention" in page
        assert "icon-warn" in page
    assert tiles(text(operator))["Cannot be checked"] == ("1", "state=unchecked")
    assert "Not judged yet" not in tiles(text(operator))


def test_what_waits_for_a_persons_word_is_held_and_never_shown_as_healthy(operator: Client) -> None:
    watched()
    HoldFactory.create(domain=site("Well"), kind=HoldKind.ANTI_FLAP)
    HoldFactory.create(domain=site("Standby"), kind=HoldKind.HISTORY_WENT_BACK)
    found = tiles(text(operator))
    assert (found["Held"][0], found["Healthy"][0]) == ("2", "0")
    assert "Standby not up" not in found
    assert escape(looks.FLAPPING.means) in text(operator).partition("What is the matter")[2]
    rows = text(operator, "/wallboard/").partition('class="wall-rows"')[2]
    assert "</svg>Flapping" in rows
    assert "</svg>Went back" in rows
    assert "</svg>Healthy" not in rows


def test_each_number_is_that_of_the_list_behind_it(operator: Client) -> None:
    watched()
    for name in STANDINGS:
        site(name, emergency=name == "Well")
    nameless(Domain.objects.get(name="New"))
    StandingFactory.create(domain=pair(), state=State.UNKNOWN, code=Code.NOT_JUDGED)
    HoldFactory.create(domain=Domain.objects.get(name="Confirming"))
    HoldFactory.create(domain=Domain.objects.get(name="Exposed"))
    for word, (number, query) in tiles(text(operator)).items():
        page = text(operator, f"/infrastructure/application-servers/?{query}")
        assert page.count("data-row>") == int(number), word


def test_every_number_says_what_its_word_means(operator: Client) -> None:
    watched()
    for name in STANDINGS:
        site(name)
    meanings = re.findall(r'title="([^"]+)" class="tile ', text(operator))
    assert len(set(meanings)) == 9


def test_the_list_of_keys_explains_every_state(operator: Client, nobody: Client) -> None:
    page = text(operator, "/states/")
    for look in looks.OF_DOMAINS:
        assert look.means
        assert escape(look.means) in page
    assert nobody.get("/states/").status_code == 403
    assert 'hx-get="/states/"' not in text(nobody, "/accounts/password/")


def test_a_wallboard_is_not_signed_out_and_other_pages_are(operator: Client) -> None:
    watched()
    site("Well")
    assert operator.get("/overview/part/").cookies == {}
    answer = operator.get("/wallboard/part/")
    assert answer.cookies["sessionid"]["max-age"] == 14 * 86400
    assert operator.get("/wallboard/part/").cookies == {}  # once a day


def test_the_worst_come_first_with_the_next_switch_before_later_ones(operator: Client) -> None:
    watched()
    for name in reversed(STANDINGS):
        site(name)
    HoldFactory.create(domain=Domain.objects.get(name="Well"))
    shown = glance(timezone.now(), most=4)
    assert [row.domain.name for row in shown.rows] == ["Well", "Held", "Exposed", "Sooner"]
    assert (shown.attention, shown.more) == (7, 3)
    page = text(operator)
    assert "Sentence of Sooner." in page
    assert "7 of 8 domains need attention" in page
    assert 'data-title="Overview: 7 of 8' in page
    assert "icon-bad" in page


def test_all_is_well_and_says_so_without_raising_its_voice(operator: Client) -> None:
    watched()
    domain = site("Well")
    SwitchEventFactory.create(domain=domain, domain_name=domain.name)
    for page in (text(operator), text(operator, "/wallboard/")):
        assert "The domain is healthy" in page
        assert "tone-bad" not in page.partition('id="live"')[2]
        assert "tone-warn" not in page.partition('id="live"')[2].partition("Latest switches")[0]


def test_what_nobody_watches_is_not_counted_as_last_seen(operator: Client) -> None:
    MonitorFactory.create(heartbeat_at=timezone.now() - timedelta(minutes=1))
    for name in STANDINGS:
        site(name)
    page = text(operator)
    assert "Sentence of Held." not in page
    assert tiles(page)["Not watched"] == ("8", "")
    assert "Healthy" not in tiles(page)
    assert "No monitor is running" in page
    assert "Nobody watches" in text(operator, "/wallboard/")


@pytest.mark.parametrize("address", ["/overview/part/", "/wallboard/part/"])
def test_the_part_is_sent_only_when_it_has_changed(operator: Client, address: str) -> None:
    monitor = watched()
    site("Held")
    seen = text(operator, address).partition("seen=")[2].partition('"')[0]
    monitor.heartbeat_at = timezone.now()
    monitor.save()
    assert operator.get(address, {"seen": seen}).status_code == 204
    site("Sooner")
    assert operator.get(address, {"seen": seen}).status_code == 200


def test_the_queries_do_not_grow_with_the_domains(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    watched()
    for name in STANDINGS:
        site(name)
    with django_assert_num_queries(15):
        glance(timezone.now(), most=2)
    with django_assert_num_queries(15):
        glance(timezone.now(), most=25)
