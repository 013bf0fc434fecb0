"""Tokens as lines of the audit trail: who made which, and who revoked it. Never the token, nor its digest."""

from collections.abc import Callable

from django.utils.timezone import localtime

from api.models import ApiToken
from api.tokens import from_words
from audit import entry
from audit.entry import Change
from audit.events import Events, Telling
from common.status import Look


def _made(token: ApiToken) -> Telling:
    opens = ", ".join(sorted(scope.label for scope in from_words(token.scopes)))
    expires = f"{localtime(token.expires_at):%Y-%m-%d %H:%M}" if token.expires_at else "never"
    return Telling("API token", str(token), changes=(Change("Opens", "", opens), Change("Expires", "", expires)))


def _revoked(token: ApiToken) -> Telling:
    return Telling("API token", str(token), f"It was made by {token.created_by_name}.")


def _of_tokens(at: str, who: str, look: Look, tell: Callable[[ApiToken], Telling], tie: str) -> Events:
    return Events("apitoken", "API tokens", ApiToken, at, who, look, tell, tie, of_domain=False)


EVENTS = (
    _of_tokens("created_at", "created_by_name", entry.CREATED, _made, "request_id"),
    _of_tokens("revoked_at", "revoked_by_name", entry.REVOKED, _revoked, "revoke_request_id"),
)
