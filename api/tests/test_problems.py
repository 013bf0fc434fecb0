"""Every error is a problem by RFC 9457, wherever it comes from."""

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from api import conf
from api.handling import answer, as_problem
from api.limits import Buckets
from api.middleware import Problems
from api.problems import KINDS, Problem
from api.tests.asking import ROOT, Asking, code
from api.throttling import buckets
from appservers.testing import pair

pytestmark = pytest.mark.django_db


def test_a_problem_has_what_the_rfc_asks_for() -> None:
    body = Problem("unknown-domain", "There is none.", parameter="slug").body()
    assert body == {
        "type": "urn:contact-expert:problem:unknown-domain",
        "title": "There is no such domain",
        "status": 404,
        "detail": "There is none.",
        "code": "unknown-domain",
        "parameter": "slug",
    }
    assert all(400 <= kind.status < 600 for kind in KINDS.values())


@pytest.mark.parametrize(
    ("method", "path", "problem"),
    [
        pytest.param("get", "/api/v1/", (404, "not-found"), id="the root"),
        pytest.param("get", "/api/v1/nowhere", (404, "not-found"), id="an address that is not there"),
        pytest.param("get", "/api/v1/domains/x/nowhere/", (404, "not-found"), id="with a slash"),
        pytest.param("get", "/api/v2/domains", (404, "not-found"), id="another version"),
        pytest.param("post", f"{ROOT}/x/active", (405, "method-not-allowed"), id="POST to what is read"),
        pytest.param("get", f"{ROOT}/x/anonymous-contacts", (405, "method-not-allowed"), id="GET of what is made"),
        pytest.param("get", f"{ROOT}/x/active?{'x' * 4001}", (400, "bad-request"), id="endless query"),
        pytest.param("get", f"{ROOT}/x/active?{'a&' * 1900}", (400, "bad-request"), id="query of endless fields"),
    ],
)
def test_what_is_not_there_is_a_problem_too(asking: Asking, method: str, path: str, problem: tuple[int, str]) -> None:
    found = getattr(asking, method)(path)
    assert code(found) == problem
    assert found["Cache-Control"] == "no-store"
    if problem[0] == 405:
        assert found["Allow"] in ("GET", "POST")


@pytest.mark.parametrize("path", ["/api/v2/domains", f"{ROOT}/x/anonymous-contacts", f"{ROOT}/x/active?{'x' * 4001}"])
def test_a_problem_has_no_body_for_head(path: str) -> None:
    found = Problems(lambda _: HttpResponse("Not here", status=404))(RequestFactory().head(path))
    assert (found.content, found["Content-Type"]) == (b"", "application/problem+json")
    assert int(found["Content-Length"]) > 100


def test_a_host_that_is_not_ours_is_a_problem_too(asking: Asking) -> None:
    assert code(asking.get("/api/v1/openapi.json", headers={"Host": "evil.example"})) == (400, "bad-request")


def test_the_console_keeps_its_own_pages(administrator: Client) -> None:
    assert administrator.get("/infrastructure/nowhere/")["Content-Type"].startswith("text/html")


def test_a_fault_of_ours_is_told_without_its_details_and_logged_with_them(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().get("/api/v1/x")
    found = answer(request, ZeroDivisionError("secret detail"))
    assert found.status_code == 500
    assert b"secret detail" not in found.content
    assert "secret detail" in caplog.text


def test_a_database_that_does_not_answer_is_told_with_when_to_ask_again(caplog: pytest.LogCaptureFixture) -> None:
    found = answer(RequestFactory().get("/api/v1/x"), OperationalError("gone"))
    assert (found.status_code, found["Retry-After"]) == (503, "5")
    assert "gone" in caplog.text
    assert as_problem(OperationalError()).code == "unavailable"


def test_who_asks_too_often_is_told_when_to_ask_again(settings: Any) -> None:
    settings.API_RATE = 3 / conf.BURST
    slug = pair().slug
    often, other = Asking(), Asking()
    for _ in range(3):
        assert often.get(f"{ROOT}/{slug}/active").status_code == 200
    refused = often.get(f"{ROOT}/{slug}/active")
    assert code(refused) == (429, "too-many-requests")
    assert 1 <= int(refused["Retry-After"]) <= conf.BURST / 3 + 1
    assert other.get(f"{ROOT}/{slug}/active").status_code == 200
    settings.API_RATE = 0
    assert often.get(f"{ROOT}/{slug}/active").status_code == 200


def test_a_bucket_fills_again_and_never_above_its_size() -> None:
    bucket = Buckets(size=2, rate=1)
    assert [bucket.take("a", 1, 0) for _ in range(3)] == [0, 0, 1]
    assert bucket.take("a", 1, 0.5) == 0.5
    assert bucket.take("a", 1, 1) == 0
    assert [bucket.take("a", 1, 100) for _ in range(3)] == [0, 0, 1]
    assert bucket.wait("a", 2, 101) == 1
    assert bucket.take("b", 2, 100) == 0
    assert [bucket.take("c", cost, 100) for cost in (50, 1)] == [0, 1], "what costs more than a full bucket takes all"


def test_a_flood_of_clients_costs_bounded_memory_and_hides_nobody_who_asks_too_often() -> None:
    bucket = Buckets(size=10, rate=1, most=100)
    assert bucket.take("often", 10, 0) == 0
    for client in range(10_000):
        bucket.take(client, 1, 0)
    assert len(bucket._full_at) <= 100
    assert bucket.take("often", 1, 0) == 1
    for client in range(10_000, 10_200):
        bucket.take(client, 1, 50)
    assert "often" not in bucket._full_at, "it is full again"
    assert bucket.wait("often", 10, 50) == 0
    assert buckets() is buckets()
