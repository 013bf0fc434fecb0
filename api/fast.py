"""The shortest way to an answer: a thin layer before Django for questions that memory alone can answer.

It takes a well-formed question of a known caller, answers it by the same functions as the API, from what watching.py
keeps fresh, and leaves everything else to Django: what is wrong, what is new, what waits, what is due to be looked up,
and every kind of answer until it has seen which headers Django puts on it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from api import conf
from api.auth import CALLERS, Callers, admitted
from api.callers import address_in
from api.directory import DIRECTORY, Kept
from api.questions import QUESTIONS, Environ, Reply, Sources
from api.seen import note
from api.snapshot import WATCHED, Watched
from api.throttling import too_soon
from api.tokens import ANYBODY, Caller, Scope
from api.watching import start
from common.kept import until_settings_change

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

PATH = re.compile(rf"/api/v1/domains/([-a-zA-Z0-9_]+)/({'|'.join(QUESTIONS)})")
OURS = ("ETag", "Contact-Expert-Epoch")  # of the headers that an answer sets itself, those that differ each time
EACH_ITS_OWN = {"content-length", "x-request-id", "set-cookie", *(name.lower() for name in OURS)}
LONGEST_HOST = 300
LINES = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Known(NamedTuple):
    """A well-formed question, its kind of answer, who asks, and what memory answers."""

    kind: tuple[str, HTTPStatus]
    caller: Caller
    reply: Reply


class Fast:
    """The WSGI application in front of Django's."""

    def __init__(
        self,
        application: Application,
        watched: Watched = WATCHED,
        callers: Callers = CALLERS,
        directory: Kept = DIRECTORY,
        start: Callable[[], None] = start,
    ) -> None:
        self.application, self.callers = application, callers
        self._sources, self._start = Sources(watched, directory), start
        self._learned: dict[tuple[str, HTTPStatus], Headers] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        known = self._known(environ)
        if known is None:
            return self.application(environ, start_response)
        body = self._answered(known, environ, start_response)
        return self.application(environ, self._learning(known, start_response)) if body is None else body

    def at_once(self, environ: Environ, start_response: StartResponse) -> list[bytes] | None:
        """The answer, if memory has it; None where Django must be asked, and then nothing was started."""
        known = self._known(environ)
        return None if known is None else self._answered(known, environ, start_response)

    def _known(self, environ: Environ) -> Known | None:
        method = environ["REQUEST_METHOD"]
        asked = PATH.fullmatch(environ.get("PATH_INFO", "")) if method == "GET" or method == "HEAD" else None
        if asked is None:
            return None
        self._start()
        caller = self._caller(environ)
        if caller is None or not _reached_rightly(environ):
            return None
        reply = QUESTIONS[asked[2]](environ, self._sources, asked[1])
        return None if reply is None else Known((asked[2], reply.told.status), caller, reply)

    def _answered(self, known: Known, environ: Environ, start_response: StartResponse) -> list[bytes] | None:
        """What memory answers; None where it lacks the headers, or the caller asks too often."""
        headers = self._learned.get(known.kind)
        if headers is None or too_soon(known.caller.key or address_in(environ), 1):
            return None
        told, report = known.reply.told, known.reply.report
        if report is not None:
            note(report)
        own = [(name, told.headers[name]) for name in OURS if name in told.headers]
        start_response(LINES[told.status], [*headers, *own, ("Content-Length", str(len(told.body)))])
        return [told.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _learning(self, known: Known, start_response: StartResponse) -> StartResponse:
        """Keep the headers that middleware puts on each such answer, if Django gives the one that we would."""

        def learn(status: str, headers: Headers, *rest: Any) -> Any:
            media_type = dict(headers).get("Content-Type", "")
            if status == LINES[known.kind[1]] and media_type == known.reply.told.media_type:
                self._learned[known.kind] = [one for one in headers if one[0].lower() not in EACH_ITS_OWN]
            return start_response(status, headers, *rest)

        return learn

    def _caller(self, environ: Environ) -> Caller | None:
        header = environ.get("HTTP_AUTHORIZATION", "")
        if not header and conf.open_to_components():
            return ANYBODY
        kind, _, token = header.partition(" ")
        caller = self.callers.known(token.strip()) if kind.lower() == "bearer" else None
        return caller if caller is not None and admitted(caller, Scope.COMPONENTS) else None


@dataclass(frozen=True, slots=True)
class Door:
    """How requests must come in; `said_by` is the variable, with its value, by which a proxy says that it was HTTPS."""

    https: bool
    said_by: tuple[str, str]
    hosts: tuple[str, ...]


@until_settings_change
def door() -> Door:
    """The door as the settings have it."""
    said_by = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) or ("", "")
    return Door(settings.SECURE_SSL_REDIRECT, said_by, tuple(settings.ALLOWED_HOSTS))


def _reached_rightly(environ: Environ) -> bool:
    """Whether Django would neither refuse the host nor redirect to HTTPS."""
    rules = door()
    if rules.https and environ.get("wsgi.url_scheme") != "https":
        name, value = rules.said_by
        if not name or environ.get(name) != value:
            return False
    host = environ.get("HTTP_HOST", "")
    return len(host) <= LONGEST_HOST and _is_ours(host, rules.hosts)


@lru_cache(maxsize=256)
def _is_ours(host: str, allowed: tuple[str, ...]) -> bool:
    name, _ = split_domain_port(host)
    return bool(name) and validate_host(name, allowed)
