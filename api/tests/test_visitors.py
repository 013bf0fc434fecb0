"""Who comes in is remembered for as long as the token is, and by all that makes a difference."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from api import conf
from api.auth import Callers
from api.services import revoke_token
from api.testing import token_of
from api.visitors import Visitors
from updatelinks.networks import Place

pytestmark = pytest.mark.django_db


class Lobby:
    """Visitors, and a clock that is set."""

    def __init__(self) -> None:
        self.now = 100.0
        self.callers = Callers(lambda: self.now)
        self.visitors = Visitors(self.callers)

    def place(self, secret: str, **environ: str) -> Place | None:
        """Where somebody with that token is, if memory lets it in."""
        headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_HOST": "testserver", "REMOTE_ADDR": "10.1.2.3"}
        visitor = self.visitors.known(headers | environ)
        return visitor.place if visitor else None


@pytest.fixture
def lobby() -> Lobby:
    return Lobby()


def test_a_visitor_is_known_for_as_long_as_its_token_is(lobby: Lobby) -> None:
    token, secret = token_of()
    lobby.callers.find(secret)
    assert lobby.place(secret)
    revoke_token(token=token, actor_name="anna", at=timezone.now())
    lobby.now += conf.TOKEN_KEPT - 0.1
    assert lobby.place(secret), "another process may have revoked it: that takes as long"
    lobby.now += 0.1
    assert lobby.place(secret) is None
    lobby.callers.find(secret)
    assert lobby.place(secret) is None, "it is looked up, and revoked"


def test_a_token_that_expires_lets_nobody_in_a_moment_later(lobby: Lobby) -> None:
    token, secret = token_of()
    type(token).objects.filter(pk=token.pk).update(expires_at=timezone.now() + timedelta(seconds=1))
    lobby.callers.find(secret)
    assert lobby.place(secret)
    lobby.now += 1
    visitor = lobby.visitors._memory.known
    assert all(one.until <= lobby.now for one in visitor.values())


def test_the_same_token_elsewhere_is_somebody_else(lobby: Lobby, settings: Any) -> None:
    settings.CORPORATE_NETWORKS = ["10.0.0.0/8"]
    _, secret = token_of()
    lobby.callers.find(secret)
    for _ in range(2):
        assert lobby.place(secret) is Place.CORPORATE
        assert lobby.place(secret, REMOTE_ADDR="203.0.113.9") is Place.OUTSIDE
        assert lobby.place(secret, HTTP_HOST="evil.example") is None
        assert lobby.place(f"{secret}x") is None


def test_over_http_only_what_a_proxy_received_over_https_comes_in(lobby: Lobby, settings: Any) -> None:
    _, secret = token_of()
    lobby.callers.find(secret)
    assert lobby.place(secret)
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for _ in range(2):
        assert lobby.place(secret, HTTP_X_FORWARDED_PROTO="https")
        assert lobby.place(secret, HTTP_X_FORWARDED_PROTO="http") is None
        assert lobby.place(secret) is None
