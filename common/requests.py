"""The request that is being answered: its id ties together what one action changed, and where it came from."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from common.forwarded import Cidr, origin, parsed

LONGEST_CHAIN = 500  # characters of X-Forwarded-For

_current = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request that is being answered; empty outside of requests, as in commands and in the monitor."""
    return _current.get()


@contextmanager
def under_an_id() -> Iterator[None]:
    """A new id for what happens inside."""
    token = _current.set(uuid.uuid4().hex)
    try:
        yield
    finally:
        _current.reset(token)


class RequestId:
    """Gives every request an id of our own, which the answer carries as X-Request-ID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with under_an_id():
            response = self.get_response(request)
            response["X-Request-ID"] = request_id()
            return response


def client_address(request: HttpRequest) -> str:
    """Whence the request came; behind TRUSTED_PROXIES, what they say. Empty when nobody knows."""
    return client_address_in(request.META)


def client_address_in(environ: Mapping[str, Any]) -> str:
    """The same by the WSGI environment."""
    told = str(environ.get("HTTP_X_FORWARDED_FOR", ""))[-LONGEST_CHAIN:]  # the near end is the one that counts
    return _came_from(str(environ.get("REMOTE_ADDR", "")), told, tuple(settings.TRUSTED_PROXIES))


@lru_cache(maxsize=4096)
def _came_from(peer: str, told: str, trusted: tuple[str, ...]) -> str:
    return str(origin(peer, told, _proxies(trusted)) or "")


@lru_cache(maxsize=8)
def _proxies(trusted: tuple[str, ...]) -> tuple[Cidr, ...]:
    return parsed(trusted)
