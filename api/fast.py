"""The shortest way to an answer: a thin layer before Django for questions that memory alone can answer.

It takes a well-formed question of a known caller, answers it by the same functions as the API, from what watching.py
keeps fresh, and leaves everything else to Django: what is wrong, what is new, what waits, what is due to be looked up,
and every kind of answer until it has seen which headers Django puts on it.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from api.auth import CALLERS, Callers
from api.directory import DIRECTORY, Kept
from api.questions import QUESTIONS, Environ, Ground, Reply, Sources, plain
from api.seen import note
from api.snapshot import WATCHED, Watched
from api.throttling import too_soon
from api.visitors import Visitor, Visitors
from api.watching import start

StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Headers = list[tuple[str, str]]

PATH = re.compile(rf"/api/v1/domains/([-a-zA-Z0-9_]+)/({'|'.join(QUESTIONS)})")
OURS = ("ETag", "Contact-Expert-Epoch")  # of the headers that an answer sets itself, those that differ each time
EACH_ITS_OWN = {"content-length", "x-request-id", "set-cookie", *(name.lower() for name in OURS)}
SPACE = 1000  # bytes that a remembered answer takes beside what it consists of
SHORT = 16_384  # bytes of an answer that whoever serves all connections may send: any buffer takes it
LINES = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Given(NamedTuple):
    """A reply as it was given; `headers` are None until Django has shown them."""

    kind: str
    reply: Reply
    line: str
    headers: Headers | None


# What memory answers to a well-formed question of somebody who may ask, the agent that asks, and the moment.
Known = tuple[Given, Visitor, str, datetime]


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
        self._visitors = Visitors(callers)
        self._learned: dict[tuple[str, HTTPStatus], Headers] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        known = self._known(environ)
        if known is None:
            return self.application(environ, start_response)
        body = self._answered(known, environ, start_response)
        return self.application(environ, self._learning(known, start_response)) if body is None else body

    def at_once(self, environ: Environ, start_response: StartResponse) -> list[bytes] | None:
        """A short answer, if memory has it; None where a thread has to answer, and then nothing was started."""
        known = self._known(environ)
        if known is None or len(known[0].reply.told.body) > SHORT:
            return None
        return self._answered(known, environ, start_response)

    def _known(self, environ: Environ) -> Known | None:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        kind = QUESTIONS.get(path[path.rfind("/") + 1 :])
        if kind is None or (method != "GET" and method != "HEAD"):
            return None
        visitor, ground = self._visitors.known(environ), kind.ground(self._sources)
        if visitor is None or ground is None:
            self._start()
            return None
        _, memory, now = ground
        shared, agent = kind.parts(environ.get("QUERY_STRING", ""))
        # Nothing else of a request makes a difference to its answer.
        asked = (path, shared, visitor.place, environ.get("HTTP_IF_NONE_MATCH", ""))
        given = memory.known.get(asked) or self._given(environ, ground, asked)
        return None if given is None else (given, visitor, given.reply.agent if agent is None else agent, now)

    def _given(self, environ: Environ, ground: Ground[Any], asked: tuple[str, ...]) -> Given | None:
        """Answer what was not asked before, and remember it if it is whole."""
        path = PATH.fullmatch(asked[0])
        if path is None or not plain(asked[1]):
            return None
        slug, name = path.groups()
        reply = QUESTIONS[name].answer(environ, ground, slug, asked[1])
        if reply is None:
            return None
        told = reply.told
        line, headers = LINES[told.status], self._learned.get((name, told.status))
        if headers is None:
            return Given(name, reply, line, None)
        own = [(header, told.headers[header]) for header in OURS if header in told.headers]
        given = Given(name, reply, line, [*headers, *own, ("Content-Length", str(len(told.body)))])
        ground[1].keep(asked, given, SPACE + len(told.body) + sum(map(len, asked)))
        return given

    def _answered(self, known: Known, environ: Environ, start_response: StartResponse) -> list[bytes] | None:
        """What memory answers; None where it lacks the headers, or the caller asks too often."""
        (_, (told, question, _), line, headers), visitor, agent, now = known
        if headers is None or too_soon(visitor.client, 1):
            return None
        if question is not None:
            note(question, agent, now)
        start_response(line, [*headers])
        return [told.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _learning(self, known: Known, start_response: StartResponse) -> StartResponse:
        """Keep the headers that middleware puts on each such answer, if Django gives the one that we would."""

        (kind, (told, _, _), line, _), *_ = known

        def learn(status: str, headers: Headers, *rest: Any) -> Any:
            if status == line and dict(headers).get("Content-Type", "") == told.media_type:
                self._learned[kind, told.status] = [one for one in headers if one[0].lower() not in EACH_ITS_OWN]
            return start_response(status, headers, *rest)

        return learn
