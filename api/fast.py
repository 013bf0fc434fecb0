"""The shortest way to an answer: a thin layer before Django for questions that memory alone can answer.

It takes a well-formed question of a known caller, answers it by the same functions as the API, from what watching.py
keeps fresh, and leaves everything else to Django: what is wrong, what is new, what waits, what is due to be looked up,
and every kind of answer until it has seen which headers Django puts on it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from api import conf
from api.auth import CALLERS, Callers, admitted
from api.callers import address_in, place_in
from api.directory import DIRECTORY, Kept
from api.questions import QUESTIONS, Environ, Ground, Reply, Sources, plain
from api.remembering import report_of
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
SPACE = 1000  # bytes that a remembered answer takes beside what it consists of
LINES = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Given(NamedTuple):
    """A reply as it was given; `headers` are None until Django has shown them."""

    reply: Reply
    line: str
    headers: Headers | None


class Known(NamedTuple):
    """A well-formed question of somebody who may ask, and what memory answers."""

    kind: str
    given: Given
    caller: Caller
    agent: str
    now: datetime


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
        method, path, query = environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        name = path[path.rfind("/") + 1 :]
        if name not in QUESTIONS or (method != "GET" and method != "HEAD"):
            return None
        self._start()
        kind, caller = QUESTIONS[name], self._caller(environ)
        if caller is None or not plain(query) or not _reached_rightly(environ):
            return None
        ground = kind.ground(self._sources)
        if ground is None:
            return None
        shared, agent = kind.parts(query)
        # Nothing else of a request makes a difference to its answer.
        asked = (path, shared, place_in(environ), environ.get("HTTP_IF_NONE_MATCH", ""))
        given = ground.memory.known.get(asked) or self._given(name, environ, ground, asked)
        if given is None:
            return None
        return Known(name, given, caller, given.reply.agent if agent is None else agent, ground.now)

    def _given(self, name: str, environ: Environ, ground: Ground[Any], asked: tuple[str, ...]) -> Given | None:
        """Answer what was not asked before, and remember it if it is whole."""
        slug = PATH.fullmatch(asked[0])
        reply = QUESTIONS[name].answer(environ, ground, slug[1], asked[1]) if slug else None
        if reply is None:
            return None
        told = reply.told
        line, headers = LINES[told.status], self._learned.get((name, told.status))
        if headers is None:
            return Given(reply, line, None)
        own = [(header, told.headers[header]) for header in OURS if header in told.headers]
        given = Given(reply, line, [*headers, *own, ("Content-Length", str(len(told.body)))])
        ground.memory.keep(asked, given, SPACE + len(told.body) + sum(map(len, asked)))
        return given

    def _answered(self, known: Known, environ: Environ, start_response: StartResponse) -> list[bytes] | None:
        """What memory answers; None where it lacks the headers, or the caller asks too often."""
        (told, question, _), line, headers = known.given
        if headers is None or too_soon(known.caller.key or address_in(environ), 1):
            return None
        if question is not None:
            note(report_of(question, known.agent, known.now))
        start_response(line, [*headers])
        return [told.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _learning(self, known: Known, start_response: StartResponse) -> StartResponse:
        """Keep the headers that middleware puts on each such answer, if Django gives the one that we would."""

        def learn(status: str, headers: Headers, *rest: Any) -> Any:
            media_type = dict(headers).get("Content-Type", "")
            told = known.given.reply.told
            if status == known.given.line and media_type == told.media_type:
                self._learned[known.kind, told.status] = [one for one in headers if one[0].lower() not in EACH_ITS_OWN]
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
