"""Which server is active: the answer, its ETag, the long poll, and the endpoint for load balancers."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from api.testing import bearer
from api.tests.asking import ROOT, Asking, code
from api.waiting import Seats, seats, wait_for
from appservers.models import ApplicationServer, Domain, Role
from appservers.testing import DomainFactory, pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain(db: None) -> Domain:
    return pair(slug="budapest-east", epoch=7)


WHERE = f"{ROOT}/budapest-east/active"
BALANCER = f"{ROOT}/budapest-east/is-active"


def test_it_tells_the_active_server(domain: Domain, asking: Asking) -> None:
    assert asking.get(WHERE).json() == {
        "domain": "budapest-east",
        "active_role": "primary",
        "epoch": 7,
        "naming_service": {"host": "budapest-east-primary.corp.example", "port": 9999},
        "web": "web-primary.corp.example",
        "network": "private",
    }
    Domain.objects.update(active_role=Role.SECONDARY, epoch=8)
    answer = asking.get(WHERE).json()
    assert (answer["active_role"], answer["epoch"], answer["web"]) == ("secondary", 8, "web-secondary.corp.example")


@pytest.mark.parametrize(
    ("outsource", "peer", "query", "web"),
    [
        pytest.param(False, "203.0.113.9", "", "web-primary.corp.example", id="not outsourced, anywhere"),
        pytest.param(True, "10.1.2.3", "", "web-primary.corp.example", id="inside"),
        pytest.param(True, "203.0.113.9", "", "web-primary.example.net", id="outside"),
        pytest.param(True, "10.0.5.1", "", "web-primary.example.net", id="through a DMZ proxy"),
        pytest.param(True, "10.1.2.3", "?network=public", "web-primary.example.net", id="says that it is outside"),
        pytest.param(True, "203.0.113.9", "?network=private", "web-primary.example.net", id="says that it is inside"),
    ],
)
def test_the_web_address_is_that_of_the_callers_network(
    domain: Domain, asking: Asking, settings: Any, outsource: bool, peer: str, query: str, web: str
) -> None:
    settings.DMZ_PROXIES = ["10.0.5.0/29"]
    Domain.objects.update(outsource=outsource)
    assert asking.get(WHERE + query, REMOTE_ADDR=peer).json()["web"] == web


def test_a_forwarded_address_counts_through_trusted_proxies_alone(
    domain: Domain, asking: Asking, settings: Any
) -> None:
    Domain.objects.update(outsource=True)
    named = {"headers": {"X-Forwarded-For": "10.1.2.3"}, "REMOTE_ADDR": "198.51.100.1"}
    assert asking.get(WHERE, **named).json()["network"] == "public"
    settings.TRUSTED_PROXIES = ["198.51.100.1"]
    assert asking.get(WHERE, **named).json()["network"] == "private"


def test_a_server_without_a_web_address_has_none(domain: Domain, asking: Asking) -> None:
    ApplicationServer.objects.update(private_web_fqdn="", public_web_fqdn="")
    assert asking.get(WHERE).json()["web"] is None


def test_nothing_is_sent_twice(domain: Domain, asking: Asking) -> None:
    first = asking.get(WHERE)
    assert first["Vary"] == "Authorization, X-Forwarded-For"
    again = asking.get(WHERE, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert asking.get(WHERE, headers={"If-None-Match": f'W/{first["ETag"]}, "x"'}).status_code == 304
    Domain.objects.update(active_role=Role.SECONDARY, epoch=8)
    changed = asking.get(WHERE, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_head_answers_as_get_does_without_a_body(domain: Domain, asking: Asking) -> None:
    got = asking.get(WHERE)
    answer = Client().head(WHERE, headers=bearer(asking.secret))
    assert (answer.status_code, answer.content, answer["ETag"]) == (200, b"", got["ETag"])
    assert answer["Content-Length"] == str(len(got.content))


def test_who_knows_a_higher_epoch_is_told_that_history_went_back(domain: Domain, asking: Asking) -> None:
    answer = asking.get(f"{WHERE}?epoch=8&wait=30")
    assert code(answer) == (409, "history-went-back")
    assert (answer.json()["epoch"], answer.json()["parameter"]) == (7, "epoch")


def test_who_knows_a_lower_epoch_does_not_wait(domain: Domain, asking: Asking) -> None:
    assert asking.get(f"{WHERE}?epoch=6&wait=60").json()["epoch"] == 7


def test_when_no_more_may_wait_the_answer_comes_at_once(domain: Domain, asking: Asking, settings: Any) -> None:
    settings.API_WAITERS = 0
    answer = asking.get(f"{WHERE}?epoch=7&wait=60")
    assert (answer.status_code, answer["Retry-After"]) == (200, "5")
    assert "Retry-After" not in asking.get(f"{WHERE}?epoch=7")


def test_a_wait_that_is_over_gives_the_answer_as_it_is(domain: Domain, asking: Asking) -> None:
    assert asking.get(f"{WHERE}?epoch=7&wait=1").json()["epoch"] == 7


def test_seats_are_given_to_so_many_and_again() -> None:
    two = Seats(2)
    with two.taken() as first, two.taken() as second, two.taken() as third:
        assert (first, second, third) == (True, True, False)
    with two.taken() as again:
        assert again
    assert seats(2) is seats(2)


def test_a_seat_is_free_again_after_a_failure() -> None:
    one = Seats(1)
    with pytest.raises(ZeroDivisionError), one.taken():
        _ = 1 / 0
    with one.taken() as free:
        assert free


def test_it_waits_until_it_is_done_and_no_longer_than_it_may() -> None:
    now = [0.0]

    def pause(seconds: float) -> None:
        now[0] += seconds

    def clock() -> float:
        return now[0]

    assert wait_for(lambda: now[0], lambda seen: seen >= 3, 30, pause=pause, clock=clock) == 3
    now[0] = 0
    assert wait_for(lambda: "never", lambda seen: False, 5, pause=pause, clock=clock) == "never"
    assert now[0] == 5


def after_a_wait(epoch: int, role: Role) -> Any:
    """The answer to somebody who knows epoch 7 and waits, while the database comes to have another."""
    domain = pair(slug="budapest-east", epoch=7)
    asking = Asking()
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(asking.get(f"{WHERE}?epoch=7&wait=30"))
        finally:
            connection.close()  # this thread's own; the database is dropped after the last test

    waiting = threading.Thread(target=ask)
    waiting.start()
    waiting.join(0.6)
    assert waiting.is_alive()
    Domain.objects.update(active_role=role, epoch=epoch)
    waiting.join(10)
    assert not waiting.is_alive()
    Domain.objects.update(active_role="")
    domain.delete()
    return answers[0]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_waiting_request_is_answered_by_the_switch() -> None:
    answer = after_a_wait(8, Role.SECONDARY).json()
    assert (answer["active_role"], answer["epoch"]) == ("secondary", 8)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_waiting_request_is_told_that_the_database_went_back() -> None:
    answer = after_a_wait(6, Role.PRIMARY)
    assert (code(answer), answer.json()["epoch"]) == ((409, "history-went-back"), 6)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        pytest.param("epoch=-1", (422, "invalid-parameter"), id="negative epoch"),
        pytest.param("epoch=x", (422, "invalid-parameter"), id="epoch in words"),
        pytest.param(f"epoch={2**63}", (422, "invalid-parameter"), id="endless epoch"),
        pytest.param("wait=61", (422, "invalid-parameter"), id="long wait"),
        pytest.param("network=dmz", (422, "invalid-parameter"), id="unknown network"),
    ],
)
def test_a_bad_parameter_is_named(domain: Domain, asking: Asking, query: str, problem: tuple[int, str]) -> None:
    answer = asking.get(f"{WHERE}?{query}")
    assert code(answer) == problem
    assert answer.json()["parameter"] == query.partition("=")[0]


@pytest.mark.parametrize("slug", ["nowhere", "%00", "a%00b", "%F0%9F%8F%A2", "x" * 300])
def test_an_unknown_domain_is_told(domain: Domain, asking: Asking, slug: str) -> None:
    for endpoint in ("active", "is-active?role=primary", "route?direction=inbound&number=1"):
        answer = asking.get(f"{ROOT}/{slug}/{endpoint}")
        assert code(answer) == (404, "unknown-domain")
        assert answer.json()["parameter"] == "slug"


def test_a_load_balancer_is_told_by_the_status(domain: Domain, asking: Asking) -> None:
    yes, no = asking.get(f"{BALANCER}?role=primary"), asking.get(f"{BALANCER}?role=secondary")
    assert (yes.status_code, yes.content, no.status_code, no.content) == (200, b"active\n", 503, b"standby\n")
    for answer in (yes, no):
        assert (answer["Contact-Expert-Epoch"], answer["Cache-Control"]) == ("7", "private, max-age=1")
    assert Client().head(f"{BALANCER}?role=secondary", headers=bearer(asking.secret)).status_code == 503


def test_a_load_balancer_that_asks_wrongly_is_told_what_is_wrong(asking: Asking) -> None:
    DomainFactory.create(slug="budapest-east")
    assert code(asking.get(BALANCER)) == (400, "missing-parameter")
    assert code(asking.get(f"{BALANCER}?role=third")) == (422, "invalid-parameter")
    assert code(asking.get(f"{BALANCER}?role=secondary")) == (422, "invalid-parameter")
