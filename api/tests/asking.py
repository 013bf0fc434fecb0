"""Requests to the API as components send them."""

from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from api.testing import bearer, token_of
from api.tokens import Scope

ROOT = "/api/v1/domains"


@dataclass
class Asking:
    """Somebody with a token; every answer is checked for being a problem where it is an error."""

    secret: str = field(default_factory=lambda: token_of(*Scope)[1])
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, where: str, **options: Any) -> Any:
        return self._ask("get", where, options)

    def post(self, where: str, body: Any = None, **options: Any) -> Any:
        return self._ask(
            "post", where, {"data": {} if body is None else body, "content_type": "application/json"} | options
        )

    def _ask(self, method: str, where: str, options: dict[str, Any]) -> Any:
        headers = (bearer(self.secret) if self.secret else {}) | options.pop("headers", {})
        answer = getattr(self.client, method)(where, headers=headers, **options)
        if answer.status_code >= 400 and not answer["Content-Type"].startswith("text/plain"):
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code
        return answer


def code(answer: Any) -> tuple[int, str]:
    """Status and code of a problem."""
    return answer.status_code, answer.json()["code"]
