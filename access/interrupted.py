"""A form that is sent after the session has ended: once the person has signed in, what was typed is there again.

Until then the page that asks to sign in carries it, signed; from the sign-in to the next page the session does.
Passwords, tokens and files are not kept.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core import signing
from django.forms.utils import pretty_name
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views import csrf

from access.forms import SignInForm
from common.refill import TOKEN, refill

NAME = "interrupted"
LASTS = 86400  # seconds from the form to the sign-in
LONGEST = 100_000  # characters of one field
SECRET = re.compile("pass|secret|token", re.IGNORECASE)
NOTICES = '<div class="notices">'  # where base.html shows what the last action did

Kept = dict[str, Any]  # page, to, typed, secrets, files, too_long


class Interrupted:
    """Middleware: asks to sign in with what was typed kept, and shows it again afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_form(request) and _asks_to_sign_in(request, response.get("Location", "")):
            return ask_to_sign_in(request, keep(request))
        if request.method == "GET" and request.session.accessed and (kept := request.session.get(NAME)):
            return _shown_again(request, response, kept)
        return response


def keep(request: HttpRequest) -> Kept:
    """What was sent, without what must not be kept, and the page on which it was typed."""
    sent = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]
    open_words = [(name, value) for name, value in sent if not SECRET.search(name)]
    typed = [(name, value) for name, value in open_words if len(value) <= LONGEST]
    return {
        "page": _page(request),
        "to": request.get_full_path(),
        "typed": typed,
        "secrets": len(open_words) < len(sent),
        "files": bool(request.FILES),
        "too_long": [pretty_name(name.rpartition("-")[2]) for name, value in open_words if len(value) > LONGEST],
    }


def ask_to_sign_in(request: HttpRequest, kept: Kept) -> HttpResponse:
    """The page that asks to sign in; a button without any field is pressed again afterwards."""
    if not any(kept.get(part) for part in ("typed", "secrets", "files", "too_long")):
        return redirect(f"{_sign_in()}?{urlencode({'next': kept['page']})}")
    packed = signing.dumps(kept, salt=NAME, compress=True)
    context = {"form": SignInForm(request), "next": kept["page"], "interrupted": packed}
    response = render(request, "access/login.html", context)
    add_never_cache_headers(response)
    return response


def carried(request: HttpRequest) -> Kept | None:
    """What the page that asks to sign in carries."""
    try:
        kept: Kept = signing.loads(request.POST.get(NAME, ""), salt=NAME, max_age=LASTS)
    except signing.BadSignature:
        return None
    return kept


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of ours that was opened before somebody signed in anew is shown once more; the rest is refused."""
    ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    kept = carried(request) if request.path == _sign_in() else keep(request)
    if kept is None or not ours or not _is_form(request):
        return csrf.csrf_failure(request, reason)
    if not request.user.is_authenticated:
        return ask_to_sign_in(request, kept)
    request.session[NAME] = kept
    return redirect(kept["page"])


def _sign_in() -> str:
    return resolve_url(settings.LOGIN_URL)


def _asks_to_sign_in(request: HttpRequest, there: str) -> bool:
    """Whether it leads to the sign-in, and back to where the form was sent."""
    address = urlsplit(there)
    return address.path == _sign_in() and QueryDict(address.query).get("next") == request.get_full_path()


def _is_form(request: HttpRequest) -> bool:
    return request.method == "POST" and "HX-Request" not in request.headers


def _page(request: HttpRequest) -> str:
    """The page on which the form stands: whence it was sent."""
    told = request.headers.get("Referer", "")
    there = urlsplit(told)
    ours = url_has_allowed_host_and_scheme(told, {request.get_host()}, require_https=request.is_secure())
    if not (told and ours) or there.path in ("", _sign_in()):
        return request.get_full_path()
    return there._replace(scheme="", netloc="", fragment="").geturl()


def _shown_again(request: HttpRequest, response: HttpResponse, kept: Kept) -> HttpResponse:
    """The page with what was typed; where it leads elsewhere, that goes along."""
    if unquote(request.get_full_path()) != unquote(kept["page"]):
        return response
    if response.status_code == 405:
        response = redirect("home")
    if there := response.get("Location", ""):
        request.session[NAME] = {**kept, "page": there}
        return response
    html = "" if response.streaming else response.content.decode(errors="replace")
    typed = [(name, value) for name, value in kept["typed"]]
    filled = refill(html, page=request.path, sent_to=kept["to"], typed=typed)
    if filled is None and NOTICES not in html:
        return response
    del request.session[NAME]
    told = {"filled": filled is not None, "typed": [(name, value) for name, value in typed if value]}
    notice = render_to_string("access/interrupted.html", kept | told)
    response.content = (filled or html).replace(NOTICES, NOTICES + notice, 1)
    return response
