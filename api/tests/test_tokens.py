"""Who gets in: tokens, their scopes, their end; and that they appear nowhere."""

import io
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.utils import timezone

from api import conf
from api.auth import CALLERS, FAILURES, Bearer, Callers
from api.logs import WithoutTokens, without_tokens
from api.models import ApiToken
from api.problems import Problem
from api.services import note_use, revoke_token
from api.testing import bearer, token_of
from api.tests.asking import ROOT, Asking, code
from api.tokens import Scope, digest, new_token, redacted
from appservers.models import Domain
from appservers.testing import pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(db: None) -> str:
    return f"{ROOT}/{pair().slug}/active"


def test_a_token_is_stored_as_its_digest_alone() -> None:
    token, secret = token_of()
    assert secret.startswith(f"cet_{token.prefix}_")
    assert token.digest == digest(secret)
    assert secret.rpartition("_")[2] not in str(ApiToken.objects.values().get())


def test_tokens_are_long_and_never_the_same() -> None:
    made = {new_token()[0] for _ in range(1000)}
    assert len(made) == 1000
    assert {len(secret) for secret in made} == {4 + 8 + 1 + 40}


@pytest.mark.parametrize(
    ("header", "told"),
    [
        pytest.param(None, "Send a token", id="none"),
        pytest.param("", "Send a token", id="empty"),
        pytest.param("Bearer", "Send a token", id="no token"),
        pytest.param("Basic YTpi", "Send a token", id="another kind"),
        pytest.param("Bearer cet_abcdefgh_nobody", "Nobody was given this token.", id="unknown"),
        pytest.param("Bearer \xe9\xe8", "Nobody was given this token.", id="not even ASCII"),
    ],
)
def test_without_a_good_token_nobody_gets_in(where: str, header: str | None, told: str) -> None:
    asking = Asking(secret="")
    answer = asking.get(where, headers={} if header is None else {"Authorization": header})
    assert code(answer) == (401, "invalid-token")
    assert told in answer.json()["detail"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_the_kind_is_read_in_any_case(where: str, asking: Asking) -> None:
    assert Client().get(where, headers={"Authorization": f"bEARER  {asking.secret}"}).status_code == 200


def test_a_token_opens_what_its_scopes_say_and_nothing_else(where: str) -> None:
    answer = Asking(secret=token_of(Scope.REPORTS)[1]).get(where)
    assert code(answer) == (403, "missing-scope")
    assert answer.json()["scope"] == "components"


def test_an_expired_token_is_refused(where: str) -> None:
    _, secret = token_of(expires_at=timezone.now() - timedelta(seconds=1))
    answer = Asking(secret=secret).get(where)
    assert (code(answer), answer.json()["detail"]) == ((401, "invalid-token"), "This token has expired.")


class Ticking:
    """A clock that stands until it is told to go."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_revoked_token_is_refused_within_two_seconds(django_assert_num_queries: Any) -> None:
    token, secret = token_of()
    clock = Ticking()
    callers = Callers(clock)
    first = callers.find(secret)
    assert first is not None
    assert not first.revoked
    with django_assert_num_queries(0):
        assert callers.find(secret) is first
    assert revoke_token(token=token, actor_name="anna", at=timezone.now())
    clock.now += conf.TOKEN_KEPT
    after = callers.find(secret)
    assert after is not None
    assert after.revoked
    assert not revoke_token(token=token, actor_name="bela", at=timezone.now())
    token.refresh_from_db()
    assert token.revoked_by_name == "anna"


def test_a_token_that_was_known_stays_in_use_while_the_database_is_away(caplog: pytest.LogCaptureFixture) -> None:
    _, secret = token_of()
    _, stranger = token_of()
    clock = Ticking()
    callers = Callers(clock)
    first = callers.find(secret)
    clock.now += conf.TOKEN_KEPT * 100
    with connection.execute_wrapper(away):
        assert callers.find(secret) is first
        assert callers.known(secret) is first
        with pytest.raises(OperationalError):
            callers.find(stranger)
    assert "The database does not answer" in caplog.text
    ApiToken.objects.all().delete()
    clock.now += conf.TOKEN_KEPT
    assert callers.find(secret) is None
    assert callers.known(secret) is None


def away(*_: Any) -> Any:
    """A database that does not answer."""
    raise OperationalError("gone")


def test_a_revoked_token_is_refused_over_http(where: str) -> None:
    token, secret = token_of()
    revoke_token(token=token, actor_name="anna", at=timezone.now())
    answer = Asking(secret=secret).get(where)
    assert (code(answer), answer.json()["detail"]) == ((401, "invalid-token"), "This token was revoked.")


def test_the_last_use_is_noted_at_most_once_a_minute(django_assert_num_queries: Any) -> None:
    token, secret = token_of()
    at = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    note_use(token=token, at=at)
    token.refresh_from_db()
    assert token.last_used_at == at
    with django_assert_num_queries(0):
        note_use(token=token, at=at + timedelta(seconds=59))
    note_use(token=token, at=at + timedelta(seconds=60))
    token.refresh_from_db()
    assert token.last_used_at == at + timedelta(seconds=60)
    assert CALLERS.find(secret) is not None


def test_who_guesses_is_slowed_down_before_the_database_is_asked(where: str, django_assert_num_queries: Any) -> None:
    asking = Asking(secret="cet_abcdefgh_guessed")
    for _ in range(int(conf.FAILURES)):
        assert asking.get(where).status_code == 401
    with django_assert_num_queries(0):
        answer = asking.get(where)
    assert code(answer) == (429, "too-many-requests")
    assert int(answer["Retry-After"]) >= 1
    assert Asking(secret="cet_abcdefgh_guessed").get(where, REMOTE_ADDR="203.0.113.7").status_code == 401


def test_a_bad_token_does_not_keep_its_neighbours_out(where: str, asking: Asking) -> None:
    bad = Asking(secret="cet_abcdefgh_old")
    for _ in range(int(conf.FAILURES)):
        assert bad.get(where).status_code == 401
    assert bad.get(where).status_code == 429
    assert asking.get(where).status_code == 200


def guessed(times: int) -> None:
    """One address has tried so many tokens, and nothing is forgiven for a minute."""
    for number in range(times):
        FAILURES.count("127.0.0.1", f"cet_abcdefgh_{number}", time.monotonic() + 60)


def test_who_tries_many_tokens_is_slowed_down(where: str, asking: Asking) -> None:
    assert asking.get(where).status_code == 200
    guessed(int(conf.GUESSES))
    assert Asking(secret="cet_abcdefgh_another").get(where).status_code == 429
    assert asking.get(where).status_code == 200


def test_a_token_that_was_good_a_moment_ago_is_looked_up_however_many_others_were_refused() -> None:
    token, secret = token_of()
    clock = Ticking()
    callers = Callers(clock)
    request = RequestFactory().get("/", headers=bearer(secret))
    lock = Bearer(Scope.COMPONENTS, callers=callers)
    assert not callers.remembers(secret)
    lock.identify(request)
    guessed(int(conf.GUESSES) - 1)
    clock.now += conf.TOKEN_KEPT * 10
    assert lock.identify(request).key == token.pk
    assert revoke_token(token=token, actor_name="anna", at=timezone.now())
    clock.now += conf.TOKEN_KEPT
    with pytest.raises(Problem, match="This token was revoked"):
        lock.identify(request)
    assert not callers.remembers(secret)
    guessed(int(conf.GUESSES))
    with pytest.raises(Problem, match="too often"):
        lock.identify(request)


def test_component_endpoints_can_be_opened_and_nothing_else(where: str, settings: Any) -> None:
    settings.API_OPEN = True
    assert Asking(secret="").get(where).status_code == 200
    assert Asking(secret="cet_abcdefgh_nobody").get(where).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("token={}", id="by the name token"),
        pytest.param("access_token=whatever", id="by the name access_token"),
        pytest.param("API_KEY=whatever", id="in capitals"),
        pytest.param("epoch={}", id="in any parameter"),
        pytest.param("next=https%3A%2F%2Fa.example%2F%3Ftoken%3D{}", id="in an address within it"),
        pytest.param("next=%253D{}", id="encoded twice"),
    ],
)
def test_a_token_in_an_address_is_refused_and_does_not_get_in(where: str, asking: Asking, query: str) -> None:
    answer = Asking(secret="").get(f"{where}?{query.format(asking.secret)}")
    assert code(answer) == (400, "token-in-address")
    assert "Revoke this one" in answer.json()["detail"]
    assert asking.secret not in answer.content.decode()
    assert code(asking.get(f"/api/v1/{asking.secret}")) == (400, "token-in-address")


def logged(log: Callable[[logging.Logger], None]) -> str:
    """What the project's handler writes of it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(WithoutTokens())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    log(logger)
    return stream.getvalue()


def fail(logger: logging.Logger, secret: str) -> None:
    try:
        raise ValueError(f"asked with {secret}")
    except ValueError:
        logger.exception("failed")


def test_no_log_holds_a_token() -> None:
    token, secret = token_of()
    texts = [
        logged(lambda logger: logger.warning("GET /api/v1/?token=%s", secret)),
        logged(lambda logger: logger.warning(f"GET {secret}")),
        logged(lambda logger: fail(logger, secret)),
    ]
    for text in texts:
        assert secret not in text
        assert f"cet_{token.prefix}_[secret]" in text
    assert "'filters': ['tokens']" in str(project.LOGGING["handlers"])


def test_no_log_of_a_web_server_holds_one_either() -> None:
    token, secret = token_of()
    stream = io.StringIO()
    logger = logging.getLogger("of a web server")
    without_tokens(["of a web server"])
    logger.addHandler(logging.StreamHandler(stream))
    logger.warning("%(r)s", {"r": f"GET /api/v1/x?next=https%3A%2F%2Fa%3Ft%3D{secret} HTTP/1.1"})
    assert secret not in stream.getvalue()
    assert f"cet_{token.prefix}_[secret]" in stream.getvalue()
    assert redacted("nothing to hide") == "nothing to hide"


def test_a_token_is_not_in_an_answer(asking: Asking, where: str) -> None:
    Domain.objects.update(epoch=1)
    for there in (where, f"{where}?epoch=9", f"{ROOT}/nowhere/active"):
        assert asking.secret not in asking.get(there).content.decode()
    assert bearer("x") == {"Authorization": "Bearer x"}
