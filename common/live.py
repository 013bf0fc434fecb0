"""Parts of a page that refresh themselves by polling.

A part is rendered with a placeholder where its own fingerprint belongs; the page that includes it and the address that
refreshes it render it the same way, so both agree on the fingerprint.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Telling = Callable[[HttpRequest], dict[str, str]]

told: list[Telling] = []  # what other apps tell with every answer, as headers
PLACEHOLDER = "fingerprint-of-this-part"


def render_part(request: HttpRequest, template: str, context: dict[str, Any]) -> SafeString:
    """The part's HTML; its template writes `seen={{ fingerprint }}` into the address it polls."""
    html = render_to_string(template, context | {"fingerprint": PLACEHOLDER}, request)
    return mark_safe(html.replace(PLACEHOLDER, _fingerprint(html)))  # noqa: S308  rendered by Django, escaped there


def answer_poll(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """204 while the browser shows this very content, the new content otherwise."""
    html = render_part(request, template, context)
    seen = request.GET.get("seen")
    response = HttpResponse(status=204) if seen and f"seen={seen}" in html else HttpResponse(html)
    return _telling(request, response)


def answer_stamped(request: HttpRequest, stamp: str, render: Callable[[], str]) -> HttpResponse:
    """The same for a part with a stamp, which differs when the part does: unchanged, it is not rendered."""
    response = HttpResponse(status=204) if request.GET.get("seen") == stamp else HttpResponse(render())
    return _telling(request, response)


def _telling(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    for telling in told:
        for name, value in telling(request).items():
            response[name] = value
    return response


def _fingerprint(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()[:16]
