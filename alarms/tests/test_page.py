"""The page of alarms: what is pressing comes first with what to do, and somebody says that they care."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alarms.kinds import HINTS, Kind
from alarms.models import Alarm
from alarms.testing import AlarmFactory
from appservers.testing import pair
from failover.testing import MonitorFactory

pytestmark = pytest.mark.django_db

PAGE = "/maintenance/alarms/"
ACKNOWLEDGE = f"{PAGE}acknowledge/"


def text(client: Client, address: str = PAGE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_every_kind_says_what_it_means_and_what_to_do(operator: Client) -> None:
    MonitorFactory.create()
    assert set(HINTS) == set(Kind)
    for kind in Kind:
        AlarmFactory.create(kind=kind)
    page = text(operator)
    for kind in Kind:
        assert kind.label in page
        assert HINTS[kind].do[:40].split("'")[0] in page
    assert (
        page.index("Exposed</strong>")
        < page.index("Flapping</strong>")
        < page.index("Certificate expires soon</strong>")
    )
    assert f'title="not acknowledged">{len(Kind)}</span>' in page


def test_a_note_says_who_cares_and_the_side_bar_counts_the_rest(operator: Client, administrator: Client) -> None:
    MonitorFactory.create()
    domain = pair(name="Budapest East")
    alarm = AlarmFactory.create(domain=domain, domain_name=domain.name)
    AlarmFactory.create(kind=Kind.MONITOR_LATE, subject="host:1")
    where = f"{ACKNOWLEDGE}?alarm={alarm.pk}"
    assert "Say what you found" in operator.post(where, {"note": " ", "newest": alarm.pk}).content.decode()
    assert operator.post(where, {"note": "On it <b>now</b>", "newest": alarm.pk}).status_code == 302
    alarm.refresh_from_db()
    assert (alarm.acknowledged_by, alarm.note) == ("operator", "On it <b>now</b>")
    page = text(operator)
    assert "On it &lt;b&gt;now" in page
    assert 'title="not acknowledged">1</span>' in page
    second = administrator.post(where, {"note": "Me too", "newest": alarm.pk}, follow=True).content.decode()
    assert "somebody was faster. What you typed: Note: “Me too”." in second
    long = administrator.post(where, {"note": "m" * 501, "newest": alarm.pk}).content.decode()
    assert "m" * 501 in long, "also while there is nothing left to acknowledge"
    alarm.refresh_from_db()
    assert alarm.acknowledged_by == "operator"
    trail = text(administrator, "/maintenance/audit/?what=alarm")
    assert "Acknowledged" in trail
    assert "Budapest East" in trail


@pytest.mark.parametrize(
    ("kind", "word"),
    [(Kind.FLAPPING, "acknowledges the flapping"), (Kind.WENT_BACK, "confirms its active server"), (Kind.HELD, "")],
)
def test_where_a_hold_stays_it_is_said_with_the_way_to_the_page_that_ends_it(
    operator: Client, kind: Kind, word: str
) -> None:
    domain = pair(name="Wien <b>")
    alarm = AlarmFactory.create(kind=kind, domain=domain, domain_name=domain.name)
    way = (
        f'<a href="{reverse("failover:high_availability", args=[domain.slug])}">High Availability of Wien &lt;b&gt;</a>'
    )
    one = text(operator, f"{ACKNOWLEDGE}?alarm={alarm.pk}")
    assert ("This does not let the domain switch by itself again" in one, way in one) == (bool(word), bool(word))
    assert word in one
    assert (way in text(operator)) == bool(word)
    alarm.cleared_at = timezone.now()
    alarm.save()
    assert way not in text(operator, f"{PAGE}?show=over")


def test_where_all_are_acknowledged_it_is_said_for_those_beyond_the_first_ones_too(operator: Client) -> None:
    AlarmFactory.create_batch(5)
    assert "by itself again" not in text(operator, ACKNOWLEDGE)
    AlarmFactory.create_batch(2, kind=Kind.FLAPPING)
    page = text(operator, ACKNOWLEDGE)
    assert "This does not let any domain switch by itself again" in page
    assert page.count("acknowledges the flapping") == 1
    assert "confirms its active server" not in page


def test_all_that_the_filters_find_are_acknowledged_together(operator: Client) -> None:
    for number in range(60):
        AlarmFactory.create(domain_name=f"East {number}")
    AlarmFactory.create(domain_name="West")
    assert "Acknowledge 60 alarms" in text(operator, f"{ACKNOWLEDGE}?domain=east")
    newest = Alarm.objects.latest("pk").pk
    AlarmFactory.create(domain_name="East, raised since")
    operator.post(f"{ACKNOWLEDGE}?domain=east", {"note": "The data centre burns", "newest": newest})
    left = Alarm.objects.filter(acknowledged_at=None)
    assert {alarm.domain_name for alarm in left} == {"West", "East, raised since"}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"one", "two"}),
        ("priority=3", {"two"}),
        ("kind=held", {"one"}),
        ("domain=TWO", {"two"}),
        ("show=over", {"three"}),
        ("show=over&kind=stranded", set()),
        ("kind=nonsense&priority=x&alarm=-1&page=99", {"one", "two"}),
    ],
)
def test_the_address_says_which_are_shown(operator: Client, query: str, shown: set[str]) -> None:
    AlarmFactory.create(domain_name="site one")
    AlarmFactory.create(domain_name="site two", kind=Kind.CERTIFICATE_EXPIRING)
    AlarmFactory.create(domain_name="site three", cleared_at=timezone.now())
    page = text(operator, f"{PAGE}?{query}")
    assert {name for name in ("one", "two", "three") if f"site {name}<" in page or f"site {name}\n" in page} == shown


def test_that_nobody_leads_is_said_although_nobody_could_raise_it(operator: Client) -> None:
    assert "No monitor leads" not in text(operator).partition("<main")[2].partition('<div id="live"')[2]
    pair()
    MonitorFactory.create(heartbeat_at=timezone.now() - timedelta(minutes=5))
    assert "manage.py failover run" in text(operator)


def test_that_nobody_leads_counts_as_an_alarm(operator: Client) -> None:
    pair()
    assert 'title="not acknowledged">1</span>' in text(operator)
    assert 'data-title="Alarms: 1 alarm · Contact Expert"' in text(operator)
    assert "icon-bad" in text(operator).partition("<main")[2]
    MonitorFactory.create()
    assert 'title="not acknowledged" hidden>0</span>' in text(operator)


@pytest.mark.parametrize(
    ("fresh", "acknowledged", "words"),
    [(0, 0, "No alarm"), (1, 0, "1 alarm"), (2, 1, "2 alarms"), (0, 3, "No new alarm, 3 acknowledged")],
)
def test_the_overview_says_no_alarm_only_where_there_is_none(
    operator: Client, fresh: int, acknowledged: int, words: str
) -> None:
    MonitorFactory.create()
    pair()
    AlarmFactory.create_batch(fresh)
    AlarmFactory.create_batch(acknowledged, acknowledged_at=timezone.now(), acknowledged_by="anna", note="Mine.")
    assert f">{words}</a>" in text(operator, "/")


@pytest.mark.parametrize(
    "part", ["/infrastructure/application-servers/rows/", "/overview/part/", "/maintenance/monitors/part/"]
)
def test_every_answer_to_a_live_page_tells_the_side_bar_how_many_there_are(
    operator: Client, nobody: Client, part: str
) -> None:
    MonitorFactory.create()
    AlarmFactory.create()
    first = operator.get(part)
    assert first["Alarms"] == "1"
    seen = first.content.decode().partition("seen=")[2].partition('"')[0]
    unchanged = operator.get(part, {"seen": seen})
    assert (unchanged.status_code, unchanged["Alarms"]) == (204, "1")
    assert "Alarms" not in nobody.get(part)


def test_how_many_there_are_and_the_order_for_all_of_them_are_in_the_part_that_refreshes_itself(
    operator: Client,
) -> None:
    MonitorFactory.create()
    AlarmFactory.create(domain_name="East")
    part = text(operator, f"{PAGE}part/?domain=east")
    assert "1 active found" in part
    assert "Acknowledge all found…" in part
    Alarm.objects.update(acknowledged_at=timezone.now(), acknowledged_by="anna", note="Mine.")
    assert "Acknowledge all" not in text(operator, f"{PAGE}part/")


def test_the_part_is_sent_only_when_it_has_changed(operator: Client) -> None:
    MonitorFactory.create()
    AlarmFactory.create()
    seen = text(operator).partition("seen=")[2].partition('"')[0]
    assert operator.get(f"{PAGE}part/?seen={seen}").status_code == 204
    AlarmFactory.create()
    assert operator.get(f"{PAGE}part/?seen={seen}").status_code == 200
