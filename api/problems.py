"""Problems as the API tells them: RFC 9457, each with a code of its own and the parameter that it is about."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its HTTP status and what it is called."""

    status: int
    title: str


KINDS = {
    "bad-request": Kind(400, "The request cannot be understood"),
    "malformed-body": Kind(400, "The body is not a JSON object"),
    "missing-parameter": Kind(400, "A parameter is missing"),
    "token-in-address": Kind(400, "A token does not belong into an address"),
    "invalid-token": Kind(401, "A valid token is needed"),
    "missing-scope": Kind(403, "The token does not open this"),
    "denied": Kind(403, "This version may not connect"),
    "forbidden": Kind(403, "This is not allowed"),
    "not-found": Kind(404, "There is nothing here"),
    "unknown-component": Kind(404, "There is no such component"),
    "unknown-domain": Kind(404, "There is no such domain"),
    "method-not-allowed": Kind(405, "This method is not offered here"),
    "duplicate-link": Kind(409, "Two links are for the same version"),
    "duplicate-rule": Kind(409, "Two rules admit the same versions"),
    "history-went-back": Kind(409, "The epoch is lower than the one you know"),
    "address-too-long": Kind(414, "The address is too long"),
    "acknowledgement-required": Kind(422, "There are warnings to acknowledge"),
    "invalid-number": Kind(422, "This is not a number"),
    "invalid-parameter": Kind(422, "A parameter is not valid"),
    "invalid-pattern": Kind(422, "This is not a pattern"),
    "invalid-url": Kind(422, "This is not a URL of an update"),
    "invalid-version": Kind(422, "This is not a version"),
    "too-many-requests": Kind(429, "Too many requests"),
    "headers-too-long": Kind(431, "The headers are too long"),
    "internal-error": Kind(500, "Something went wrong here"),
    "unavailable": Kind(503, "The database does not answer"),
}
BY_STATUS = {
    400: "bad-request",
    401: "invalid-token",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    503: "unavailable",
}


class Problem(Exception):
    """Why a request got no answer."""

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        parameter: str = "",
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.parameter = code, detail, parameter
        self.headers, self.more = headers or {}, more or {}

    def body(self) -> dict[str, Any]:
        """The problem as JSON has it."""
        kind = KINDS[self.code]
        named = {"parameter": self.parameter} if self.parameter else {}
        return {
            "type": f"urn:contact-expert:problem:{self.code}",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "code": self.code,
            **named,
            **self.more,
        }

    def response(self) -> HttpResponse:
        """The problem as an answer; nobody keeps it."""
        headers = {"Cache-Control": "no-store", **self.headers}
        response = HttpResponse(
            json.dumps(self.body(), ensure_ascii=False).encode(errors="replace"),  # a caller may send half a character
            status=KINDS[self.code].status,
            content_type=MEDIA_TYPE,
            headers=headers,
        )
        # A caller's mistake is the caller's to read, and handling.py logs ours: a flood of them fills no log.
        response._has_been_logged = True  # type: ignore[attr-defined]
        return response


def for_status(status: int) -> str:
    """The code of a problem that only its HTTP status is known of."""
    return BY_STATUS.get(status, "bad-request" if status < 500 else "internal-error")
