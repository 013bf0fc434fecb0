"""A form that is sent twice is done once, and leads twice to the same page."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.http import urlencode

from access.models import User
from api.models import ApiToken
from appservers.models import Domain
from appservers.testing import pair
from appservers.tests.posting import NEW, new, opened, url
from common.once import Once
from dialrules.testing import DialRuleFactory
from failover.models import Subscriber

pytestmark = pytest.mark.django_db

COPY = {"csrfmiddlewaretoken": "of-this-copy-of-the-page"}


def send(client: Client, where: str, **typed: str) -> tuple[int, str]:
    """The status, and where it leads."""
    body = urlencode({name: text for name, text in typed.items() if text})
    response = client.post(where, body, "application/x-www-form-urlencoded")
    return response.status_code, response.get("Location", "")


def test_pressed_twice_it_makes_one_row_and_no_error(administrator: Client) -> None:
    made = reverse("appservers:detail", args=["szeged"])
    assert [send(administrator, NEW, **new(), **COPY) for _ in range(3)] == [(302, made)] * 3
    assert Domain.objects.count() == 1


def test_the_twin_of_one_that_is_done_meanwhile_leads_there_too(rf: RequestFactory, operator: Client) -> None:
    """Both read the session before either has written it; the second finds that the name is taken."""

    def sent() -> HttpRequest:
        request = rf.post("/new/", urlencode({"name": "x"} | COPY), "application/x-www-form-urlencoded")
        request.session, request.user = SessionStore(operator.session.session_key), User.objects.get()
        return request

    def taken(_: HttpRequest) -> HttpResponse:
        first = sent()
        Once(lambda _: HttpResponseRedirect("/made/"))(first)
        first.session.save()
        return HttpResponse("The name is taken.")

    assert Once(taken)(sent())["Location"] == "/made/"


def test_sent_again_after_the_way_back_it_changes_nothing_and_is_no_conflict(administrator: Client) -> None:
    domain = pair(name="Győr")
    typed = opened(domain) | {"auto_failover_interval": "5"} | COPY
    first = send(administrator, url(domain), **typed)
    revision = Domain.objects.get().revision
    assert send(administrator, url(domain), **typed) == first == (302, url(domain, "detail"))
    assert Domain.objects.get().revision == revision


def test_what_differs_is_done(administrator: Client, operator: Client) -> None:
    """Another text, another copy of the page, and another person."""
    assert send(administrator, NEW, **new(), **COPY)[0] == 302
    assert send(administrator, NEW, **new(name="Pécs"), **COPY)[0] == 302
    assert send(administrator, NEW, **new(), csrfmiddlewaretoken="of-the-next-copy")[0] == 200  # the name is taken
    assert send(operator, NEW, **new(), **COPY)[0] == 403
    assert Domain.objects.count() == 2


def test_a_button_on_the_next_page_is_no_repetition(administrator: Client) -> None:
    domain = pair()
    first, *_ = rules = [DialRuleFactory.create(domain=domain) for _ in range(3)]
    for copy in ("one", "one", "two"):
        send(administrator, reverse("dialrules:move", args=[first.pk]), down="Down", csrfmiddlewaretoken=copy)
    assert list(domain.dial_rules.order_by("position")) == [*rules[1:], first]


def test_what_is_shown_once_is_not_made_twice(administrator: Client) -> None:
    token = {"name": "Exchange", "scopes": "components", "lifetime": "30"} | COPY
    hook = {"name": "Duty", "channel": "webhook", "address": "https://hook.corp.example/", "all_domains": "on"} | COPY
    for app, typed in (("api:new_token", token), ("subscribers:new", hook | {"tell_switched": "on"})):
        answers = [send(administrator, reverse(app), **typed) for _ in range(2)]
        assert [status for status, _ in answers] == [200, 302], app
    assert (ApiToken.objects.count(), Subscriber.objects.count()) == (1, 1)
