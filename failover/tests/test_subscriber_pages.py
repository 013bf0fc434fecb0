"""Who is told: the pages of subscribers, the secret that is shown once, the test notice, and the trail of changes."""

import logging
from typing import Any

import pytest
from django.test import Client

from appservers.models import Domain
from appservers.testing import DomainFactory
from failover.models import Channel, Notice, Subscriber
from failover.testing import NoticeFactory, SubscriberFactory
from failover.tests.listeners import closed_port
from failover.tests.test_sending import answering

pytestmark = pytest.mark.django_db

PAGE = "/maintenance/subscribers/"
HOOK = "https://hooks.corp.example/contact-expert"


def typed(**values: Any) -> dict[str, Any]:
    """The form, filled in."""
    filled = {"name": "Shift desk", "channel": "webhook", "address": HOOK, "tell_switched": "on", "tell_held": "on"}
    return filled | {"all_domains": "on", "enabled": "on"} | values


def words(client: Client, where: str) -> str:
    response = client.get(where)
    assert response.status_code == 200
    return str(response.content.decode())


def test_where_nobody_is_told_it_says_so_and_leads_on(administrator: Client, support: Client) -> None:
    assert f'href="{PAGE}new/"' in words(administrator, PAGE)
    assert "Nobody is told" in words(support, PAGE)
    assert f'href="{PAGE}new/"' not in words(support, PAGE)


def test_a_webhooks_secret_is_shown_when_it_is_made_and_never_again(
    administrator: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    response = administrator.post(f"{PAGE}new/", typed())
    stored = Subscriber.objects.get()
    assert stored.secret.startswith("whsec_")
    assert stored.secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    NoticeFactory.create(subscriber=stored)
    pages = [PAGE, f"{PAGE}{stored.pk}/edit/", f"{PAGE}{stored.pk}/delete/", "/maintenance/notices/"]
    pages += ["/maintenance/audit/", "/maintenance/audit/csv/"]
    pages += [f"/admin/failover/subscriber/{stored.pk}/{end}" for end in ("change/", "history/")]
    for where in (*pages, "/admin/failover/subscriber/"):
        assert stored.secret not in words(administrator, where), where
    assert stored.secret not in caplog.text
    assert not hasattr(stored.history.latest(), "secret")


def test_a_new_secret_replaces_the_old_one_and_is_shown_once(administrator: Client) -> None:
    row = SubscriberFactory.create()
    assert "Make a new secret?" in words(administrator, f"{PAGE}{row.pk}/renew/")
    assert Subscriber.objects.get().secret == row.secret, "it asks first"
    form, kind = f"csrfmiddlewaretoken={'a' * 64}", "application/x-www-form-urlencoded"
    response = administrator.post(f"{PAGE}{row.pk}/renew/", form, content_type=kind)
    after = Subscriber.objects.get()
    assert after.secret != row.secret
    assert after.secret in response.content.decode()
    assert after.history.count() == 2
    again = administrator.post(f"{PAGE}{row.pk}/renew/", form, content_type=kind)
    assert again["Location"] == PAGE, "a reload makes no other one"
    assert Subscriber.objects.get().secret == after.secret


def test_an_email_has_no_secret_to_show_or_to_renew(administrator: Client) -> None:
    response = administrator.post(f"{PAGE}new/", typed(channel="email", address=" shift@corp.example "))
    assert response["Location"] == PAGE
    row = Subscriber.objects.get()
    assert (row.secret, row.address) == ("", "shift@corp.example")
    assert "Make a new secret" not in words(administrator, f"{PAGE}{row.pk}/edit/")
    assert administrator.get(f"{PAGE}{row.pk}/renew/")["Location"] == PAGE
    assert administrator.post(f"{PAGE}{row.pk}/renew/")["Location"] == PAGE
    assert Subscriber.objects.get().secret == ""


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param({"name": ""}, "Give the subscriber a name.", id="no name"),
        pytest.param({"name": "Taken"}, "exists already", id="a name that is taken"),
        pytest.param({"address": ""}, "Give the URL of the webhook", id="no address"),
        pytest.param({"address": "hooks.corp.example"}, "Give the whole URL", id="no URL"),
        pytest.param({"address": "https://a:geheim@h/"}, "before “@”", id="a password"),
        pytest.param({"channel": "email"}, "Give one e-mail address", id="no e-mail address"),
        pytest.param({"tell_switched": "", "tell_held": ""}, "at least one kind", id="nothing to tell"),
        pytest.param({"all_domains": ""}, "at least one domain", id="no domain"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    administrator: Client, values: dict[str, str], says: str
) -> None:
    SubscriberFactory.create(name="Taken")
    response = administrator.post(f"{PAGE}new/", typed(**values))
    assert says in response.content.decode()
    assert typed(**values)["address"] in response.content.decode()
    assert Subscriber.objects.count() == 1


@pytest.fixture
def domain() -> Domain:
    return DomainFactory.create(name="Budapest East")


def test_it_can_be_told_of_chosen_domains_only(administrator: Client, domain: Domain) -> None:
    administrator.post(f"{PAGE}new/", typed(all_domains="", domains=domain.name.upper()))
    assert list(Subscriber.objects.get().domains.all()) == [domain]
    assert "Budapest East" in words(administrator, PAGE)


def test_domains_are_chosen_by_name_however_many_there_are(administrator: Client, domain: Domain) -> None:
    wien = DomainFactory.create(name="Wien")
    administrator.post(f"{PAGE}new/", typed(all_domains="", domains="\r\n wien \r\nBudapest  East\r\nWIEN\r\n"))
    row = Subscriber.objects.get()
    assert set(row.domains.all()) == {domain, wien}
    assert ">\nBudapest East\nWien</textarea>" in words(administrator, f"{PAGE}{row.pk}/edit/")
    answer = administrator.post(f"{PAGE}{row.pk}/edit/", typed(all_domains="", domains="Wien\nGraz")).content.decode()
    assert "There is no domain “Graz”." in answer
    assert "Wien\nGraz</textarea>" in answer
    assert row.domains.count() == 2


def test_an_edit_keeps_the_secret_and_how_it_is_reached(administrator: Client) -> None:
    row = SubscriberFactory.create()
    administrator.post(f"{PAGE}{row.pk}/edit/", typed(name="Night desk", channel="email"))
    after = Subscriber.objects.get()
    assert (after.name, after.channel, after.secret) == ("Night desk", Channel.WEBHOOK, row.secret)


def test_two_who_edit_at_once_do_not_overwrite_each_other(administrator: Client) -> None:
    row = SubscriberFactory.create()
    seen = row.history.latest().history_id
    administrator.post(f"{PAGE}{row.pk}/edit/", typed(name="first", seen=seen))
    again = administrator.post(f"{PAGE}{row.pk}/edit/", typed(name="second", seen=seen))
    assert "It was changed by administrator" in again.content.decode()
    assert Subscriber.objects.get().name == "first"


@pytest.mark.parametrize("page", ["edit", "delete", "renew", "try"])
def test_what_was_typed_for_a_subscriber_that_is_gone_is_repeated(administrator: Client, page: str) -> None:
    row = SubscriberFactory.create()
    Subscriber.objects.all().delete()
    filled = typed(name="Night desk", all_domains="", domains="Wien\nGraz") if page == "edit" else {}
    answer = administrator.post(f"{PAGE}{row.pk}/{page}/", filled, follow=True)
    text = answer.content.decode()
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "The subscriber does not exist any more" in text
    for part in ("Name: “Night desk”", "Wien\nGraz", HOOK):
        assert (part in text) is (page == "edit")
    if page != "try":
        assert administrator.get(f"{PAGE}{row.pk}/{page}/")["Location"] == PAGE


def test_a_subscriber_goes_with_what_waits_for_it(administrator: Client) -> None:
    row = NoticeFactory.create().subscriber
    assert '<dd class="number">1</dd>' in words(administrator, f"{PAGE}{row.pk}/delete/")
    administrator.post(f"{PAGE}{row.pk}/delete/")
    assert not Subscriber.objects.exists()
    assert not Notice.objects.exists()


def test_a_test_notice_says_whether_it_was_taken_and_is_not_kept(administrator: Client) -> None:
    with answering(204) as (address, got):
        row = SubscriberFactory.create(name="Shift desk", address=address)
        response = administrator.post(f"{PAGE}{row.pk}/try/", follow=True)
    assert "Shift desk took the test notice." in response.content.decode()
    assert b"administrator sent this from the console" in got[0][1]
    Subscriber.objects.update(address=f"http://127.0.0.1:{closed_port()}/")
    response = administrator.post(f"{PAGE}{row.pk}/try/", follow=True)
    assert "Shift desk did not take the test notice. It cannot be reached" in response.content.decode()
    assert not Notice.objects.exists()


def test_that_email_is_not_set_up_is_said_where_somebody_waits_for_it(administrator: Client, settings: Any) -> None:
    settings.EMAIL_IS_SET_UP = False
    SubscriberFactory.create()
    assert "E-mail is not set up" not in words(administrator, PAGE)
    SubscriberFactory.create(channel=Channel.EMAIL, address="shift@corp.example")
    assert "E-mail is not set up" in words(administrator, PAGE)
    assert "E-mail is not set up" in words(administrator, "/maintenance/notices/")


def test_the_trail_shows_who_changed_a_subscriber_and_its_domains(administrator: Client, domain: Domain) -> None:
    administrator.post(f"{PAGE}new/", typed(all_domains="", domains=domain.name.upper()))
    text = words(administrator, "/maintenance/audit/")
    for part in ("Shift desk", "administrator", HOOK, "Chosen domains", "Budapest East"):
        assert part in text
    assert "ecret" not in text
