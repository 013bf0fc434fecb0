"""Who asks: `Authorization: Bearer TOKEN`, looked up by its digest."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from api import conf
from api.callers import address
from api.handling import too_many
from api.limits import Buckets
from api.problems import Problem
from api.selectors import token_by_digest
from api.services import note_use
from api.throttling import too_soon
from api.tokens import ANYBODY, Caller, Scope, digest, from_words

log = logging.getLogger(__name__)

MOST_KEPT = 10_000
ASK_FOR_ONE = {"WWW-Authenticate": 'Bearer realm="contact-expert"'}
REFUSED = {"WWW-Authenticate": 'Bearer realm="contact-expert", error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A caller that was looked up, and until when that counts."""

    caller: Caller
    until: float


class Callers:
    """Finds the caller of a token, and asks the database at most once in TOKEN_KEPT seconds for each.

    While the database is away those who were known stay known: nobody can revoke a token either.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._kept: dict[str, LookedUp] = {}
        self._lock = Lock()

    def find(self, token: str) -> Caller | None:
        """The caller with this token, whether it is still good or not."""
        if (known := self.known(token)) is not None:
            return known
        key, before = digest(token), self._kept.get(digest(token))
        if before is not None:
            self._keep(key, before.caller)  # who asks meanwhile does not wait for a database that may be away
        try:
            caller = _looked_up(key)
        except (DatabaseError, InterfaceError):
            if before is None:
                raise
            log.warning("The database does not answer; tokens that it knew a moment ago stay in use.")
            return before.caller
        self._keep(key, caller)
        return caller

    def _keep(self, key: str, caller: Caller | None) -> None:
        with self._lock:
            self._kept.pop(key, None)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            if caller is not None:
                self._kept[key] = LookedUp(caller, self.clock() + conf.TOKEN_KEPT)

    def known(self, token: str) -> Caller | None:
        """The caller with this token, if it was looked up just now; asks nobody."""
        kept = self.looked_up(token)
        return kept.caller if kept is not None else None

    def looked_up(self, token: str) -> LookedUp | None:
        """The same, with the moment until which it counts."""
        kept = self._kept.get(digest(token))
        return kept if kept is not None and kept.until > self.clock() else None

    def remembers(self, token: str) -> bool:
        """Whether the token was good when it was looked up last, however long ago; asks nobody."""
        kept = self._kept.get(digest(token))
        return kept is not None and _good(kept.caller)


class Failures:
    """Slows down who sends tokens that are refused: each such token of an address, and all of them together."""

    def __init__(self) -> None:
        self._each = Buckets(size=conf.FAILURES, rate=conf.FAILURES_PER_SECOND)
        self._all = Buckets(size=conf.GUESSES, rate=conf.GUESSES_PER_SECOND)

    def wait(self, where: str, token: str, now: float) -> float:
        """The seconds until the address may send this token."""
        return max(self._each.wait((where, digest(token)), 1, now), self._all.wait(where, 1, now))

    def count(self, where: str, token: str, now: float) -> None:
        """The token was refused."""
        self._each.take((where, digest(token)), 1, now)
        self._all.take(where, 1, now)

    def forget(self) -> None:
        """Nobody sent anything."""
        self._each.forget()
        self._all.forget()


def _looked_up(key: str) -> Caller | None:
    stored = token_by_digest(key)
    if stored is None:
        return None
    note_use(token=stored, at=timezone.now())
    return Caller(stored.pk, from_words(stored.scopes), stored.expires_at, stored.revoked_at is not None)


CALLERS = Callers(time.monotonic)
FAILURES = Failures()


class Bearer(HttpBearer):
    """Lets in whose token has the scope; raises the problem otherwise."""

    openapi_description = "A token of Organization & Access > API Tokens, or of `manage.py apitoken create`."

    def __init__(self, scope: Scope, cost: float = 1, callers: Callers = CALLERS) -> None:
        super().__init__()
        self.scope, self.cost, self.callers = scope, cost, callers

    def __call__(self, request: HttpRequest) -> Caller:
        caller = self.identify(request)
        if wait := too_soon(caller.key or address(request), self.cost):
            raise too_many(wait)
        return caller

    def identify(self, request: HttpRequest) -> Caller:
        """Who asks, if that is somebody who may."""
        header = request.headers.get("Authorization", "")
        if not header and self.scope is Scope.COMPONENTS and conf.open_to_components():
            return ANYBODY
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Problem("invalid-token", "Send a token: Authorization: Bearer TOKEN.", headers=ASK_FOR_ONE)
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        where, now = address(request), time.monotonic()
        # Who had a good token a moment ago does not pay for a neighbour behind the same address.
        if not self.callers.remembers(token) and (wait := FAILURES.wait(where, token, now)):
            raise too_many(wait)
        caller = self.callers.find(token)
        if caller is None or not _good(caller):
            FAILURES.count(where, token, now)
            raise Problem("invalid-token", _why(caller), headers=REFUSED)
        if self.scope not in caller.scopes:
            raise Problem("missing-scope", f"The token lacks the scope “{self.scope}”.", more={"scope": self.scope})
        return caller


def admitted(caller: Caller, scope: Scope) -> bool:
    """Whether the caller's token is good and opens that."""
    return _good(caller) and scope in caller.scopes


def _good(caller: Caller) -> bool:
    return not caller.revoked and (caller.expires_at is None or caller.expires_at > timezone.now())


def _why(caller: Caller | None) -> str:
    if caller is None:
        return "Nobody was given this token. Mind that it is copied whole."
    return "This token was revoked." if caller.revoked else "This token has expired."


components = Bearer(Scope.COMPONENTS)
reports = Bearer(Scope.REPORTS, cost=conf.DEAR)
