"""What was told: the list with its states and filters, trying a dead letter again, and the same as a command."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from appservers.testing import DomainFactory
from failover.models import Notice, Subscriber
from failover.testing import NoticeFactory, SubscriberFactory

pytestmark = pytest.mark.django_db

PAGE = "/maintenance/notices/"


def words(client: Client, query: str = "") -> str:
    response = client.get(PAGE + query)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.fixture
def notices() -> dict[str, Notice]:
    """One of each state, of the domains with that name."""
    now, desk = timezone.now(), SubscriberFactory.create(name="Shift desk")
    failed = {"attempts": 5, "last_error": "It answered 500.", "next_try_at": now + timedelta(minutes=5)}
    return {
        "Waits": NoticeFactory.create(subscriber=desk, domain_name="Waits"),
        "Fails": NoticeFactory.create(subscriber=desk, domain_name="Fails", **failed),
        "Done": NoticeFactory.create(domain_name="Done", attempts=1, delivered_at=now),
        "Dead": NoticeFactory.create(subscriber=desk, domain_name="Dead", dead_at=now, **failed),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", {"Waits", "Fails", "Done", "Dead"}, id="all"),
        pytest.param("?state=waiting", {"Waits"}, id="waiting"),
        pytest.param("?state=failing", {"Fails"}, id="failing"),
        pytest.param("?state=delivered", {"Done"}, id="delivered"),
        pytest.param("?state=dead", {"Dead"}, id="dead"),
        pytest.param("?domain=ai", {"Waits", "Fails"}, id="domain"),
        pytest.param("?state=nonsense&subscriber=x", {"Waits", "Fails", "Done", "Dead"}, id="nonsense"),
    ],
)
def test_the_filters_stand_in_the_address(
    operator: Client, notices: dict[str, Notice], query: str, found: set[str]
) -> None:
    text = words(operator, query)
    assert {name for name in notices if f"{name}: " in text} == found


def test_one_subscribers_notices_can_be_looked_at(operator: Client, notices: dict[str, Notice]) -> None:
    text = words(operator, f"?subscriber={notices['Waits'].subscriber_id}")
    assert "Waits: " in text
    assert "Done: " not in text


def test_states_errors_and_dead_letters_are_said(support: Client, notices: dict[str, Notice]) -> None:
    text = words(support)
    for part in (
        "Waiting",
        "Failing",
        "Delivered",
        "Dead letter",
        "It answered 500.",
        "1 notice could not be delivered",
    ):
        assert part in text
    assert "Retry" not in text


def test_a_notice_leads_to_its_domain_while_that_exists(operator: Client) -> None:
    domain = DomainFactory.create(name="Wien", slug="wien")
    NoticeFactory.create(domain=domain, domain_name="Wien")
    assert "/infrastructure/application-servers/wien/high-availability/" in words(operator)
    Notice.objects.update(domain=None)
    assert "Wien: " in words(operator)


def test_an_administrator_tries_a_dead_letter_again(administrator: Client, notices: dict[str, Notice]) -> None:
    dead = notices["Dead"]
    assert f"{PAGE}{dead.pk}/retry/" in words(administrator)
    assert "is tried again" in administrator.post(f"{PAGE}{dead.pk}/retry/", follow=True).content.decode()
    dead.refresh_from_db()
    assert (dead.dead_at, dead.attempts) == (None, 0)
    again = administrator.post(f"{PAGE}{dead.pk}/retry/", follow=True).content.decode()
    assert "no dead letter any more" in again
    assert administrator.get(f"{PAGE}{dead.pk}/retry/").status_code == 405


def test_empty_lists_say_why(administrator: Client) -> None:
    assert "Nobody is told" in words(administrator)
    subscriber = SubscriberFactory.create()
    assert "Nothing was told yet" in words(administrator)
    assert "No notice like that" in words(administrator, f"?subscriber={subscriber.pk}")


def printed(*words: str) -> str:
    out = StringIO()
    call_command("failover", "notices", *words, stdout=out)
    return out.getvalue()


def test_the_command_lists_the_same(notices: dict[str, Notice]) -> None:
    rows = json.loads(printed("--format", "json"))
    assert {row["subject"].partition(":")[0]: row["state"] for row in rows} == {
        "Waits": "waiting",
        "Fails": "failing",
        "Done": "delivered",
        "Dead": "dead",
    }
    assert [row["id"] for row in json.loads(printed("--dead", "--format", "json"))] == [notices["Dead"].pk]
    assert Subscriber.objects.get(name="Shift desk").secret not in printed("--format", "json")


def test_the_command_tries_a_dead_letter_again_and_nothing_else(notices: dict[str, Notice]) -> None:
    assert "is tried again" in printed("--retry", str(notices["Dead"].pk))
    with pytest.raises(CommandError, match="no dead letter") as refused:
        printed("--retry", str(notices["Dead"].pk))
    assert refused.value.returncode == 20
    with pytest.raises(CommandError, match="There is no notice") as wrong:
        printed("--retry", "999999")
    assert wrong.value.returncode == 2
