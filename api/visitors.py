"""Who comes in, and how: worked out once in a few seconds from what a request's headers tell of it, and remembered."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

from api import conf
from api.auth import Callers, LookedUp, admitted
from api.callers import address_in, place_in
from api.memory import Memory
from api.tokens import ANYBODY, Scope
from common.kept import until_settings_change
from updatelinks.networks import Place

LONGEST_HOST = 300
SPACE = 500  # bytes that a remembered visitor takes beside the headers


class Visitor(NamedTuple):
    """Somebody who may ask and came in rightly; `client` is whom the rate counts, `until` is by the callers' clock."""

    client: int | str
    place: Place
    until: float


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


class Visitors:
    """Those who came in a moment ago, by the headers that they came with."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers
        self._door = door()
        self._memory = Memory[Visitor]()

    def known(self, environ: dict[str, Any]) -> Visitor | None:
        """Who asks; None where memory does not know, or Django has to refuse or to redirect."""
        rules = door()
        if rules is not self._door:  # the settings changed
            self._door, self._memory = rules, Memory()
        get = environ.get
        # Nothing else of a request makes a difference to who asks.
        headers = (
            get("HTTP_AUTHORIZATION", ""), get("HTTP_HOST", ""), get("HTTP_X_FORWARDED_FOR", ""),
            get("REMOTE_ADDR", ""), get("wsgi.url_scheme", ""), get(rules.said_by[0], ""),
        )  # fmt: skip
        visitor = self._memory.known.get(headers)
        if visitor is None or visitor.until <= self._callers.clock():
            visitor = self._seen(environ, rules)
            if visitor is not None:
                self._memory.keep(headers, visitor, SPACE + sum(map(len, headers)))
        return visitor

    def _seen(self, environ: dict[str, Any], rules: Door) -> Visitor | None:
        found = self._looked_up(environ.get("HTTP_AUTHORIZATION", ""))
        if found is None or not admitted(found.caller, Scope.COMPONENTS) or not _reached_rightly(environ, rules):
            return None
        caller, until = found.caller, found.until
        if caller.expires_at is not None:
            until = min(until, self._callers.clock() + (caller.expires_at - timezone.now()).total_seconds())
        return Visitor(caller.key or address_in(environ), place_in(environ), until)

    def _looked_up(self, header: str) -> LookedUp | None:
        if not header and conf.open_to_components():
            return LookedUp(ANYBODY, self._callers.clock() + conf.TOKEN_KEPT)
        kind, _, token = header.partition(" ")
        return self._callers.looked_up(token.strip()) if kind.lower() == "bearer" else None


def _reached_rightly(environ: dict[str, Any], rules: Door) -> bool:
    """Whether Django would neither refuse the host nor redirect to HTTPS."""
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
