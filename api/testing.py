"""Tokens for tests, demos and benchmarks."""

from typing import Any

from api.models import ApiToken
from api.services import create_token
from api.tokens import Scope


def token_of(*scopes: Scope, **named: Any) -> tuple[ApiToken, str]:
    """A token with these scopes; with that of components unless others are named."""
    return create_token(name="Agents", scopes=scopes or [Scope.COMPONENTS], actor_name="a test", **named)


def bearer(secret: str) -> dict[str, str]:
    """The headers that carry a token, as Django's test client takes them."""
    return {"Authorization": f"Bearer {secret}"}
