"""Parts of a page that refresh themselves: sent when they say something new, and only then."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from common.live import PLACEHOLDER, answer_poll, render_part

PART = "live_part_of_a_test.html"


@pytest.fixture(autouse=True)
def part(settings: Any) -> None:
    """A part as an app would write it."""
    source = '<div hx-get="/part/?seen={{ fingerprint }}">{{ said }}</div>'
    loaders = [("django.template.loaders.locmem.Loader", {PART: source})]
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [], "APP_DIRS": False, "OPTIONS": engine["OPTIONS"] | {"loaders": loaders}}]


def request(**query: str) -> HttpRequest:
    return RequestFactory().get("/part/", query)


def fingerprint(html: str) -> str:
    found = re.search(r"seen=([0-9a-f]{16})\"", html)
    assert found is not None, html
    return found[1]


def poll(said: str, seen: str) -> HttpResponse:
    return answer_poll(request(seen=seen), PART, {"said": said})


def test_the_page_and_the_poll_agree_on_the_fingerprint() -> None:
    shown = fingerprint(render_part(request(), PART, {"said": "up"}))
    assert poll("up", shown).status_code == 204
    assert poll("up", shown).content == b""


def test_what_changed_is_sent_with_a_fingerprint_of_its_own() -> None:
    shown = fingerprint(render_part(request(), PART, {"said": "up"}))
    response = poll("down", shown)
    assert response.status_code == 200
    assert "down" in response.content.decode()
    assert fingerprint(response.content.decode()) != shown


@pytest.mark.parametrize("seen", ["", "0" * 16, "nonsense", '"><script>'])
def test_who_comes_without_a_fingerprint_or_with_another_gets_everything(seen: str) -> None:
    response = poll("up", seen)
    assert response.status_code == 200
    assert "<script>" not in response.content.decode()


def test_no_answer_is_kept_by_a_cache() -> None:
    shown = fingerprint(render_part(request(), PART, {"said": "up"}))
    assert {poll("up", shown)["Cache-Control"], poll("down", shown)["Cache-Control"]} == {"no-store"}


def test_what_people_typed_stays_escaped() -> None:
    assert "<b>" not in render_part(request(), PART, {"said": "<b>"})


def test_a_text_that_holds_the_placeholder_breaks_nothing() -> None:
    shown = fingerprint(render_part(request(), PART, {"said": PLACEHOLDER}))
    assert poll(PLACEHOLDER, shown).status_code == 204
