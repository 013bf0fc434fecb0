"""The thin layer before Django gives Django's answers, only sooner."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import conf, questions
from api.auth import Callers
from api.directory import Kept
from api.fast import SHORT, Fast
from api.memory import MOST, MOST_BYTES, Memory
from api.seen import BUFFER
from api.services import revoke_token
from api.snapshot import WATCHED, Watched, compiled
from api.testing import token_of
from api.tests.asking import ROOT
from api.tokens import Scope
from appservers.models import Domain
from appservers.testing import pair
from updatelinks.testing import UpdateLinkFactory
from versioncontrol import revision
from versioncontrol.models import Component
from versioncontrol.testing import VersionRuleFactory

pytestmark = pytest.mark.django_db

Answer = tuple[str, dict[str, str], bytes]
DJANGO = get_wsgi_application()
QUESTION = {"component": "Agent Application", "version": "10.1.7"}


class Counted:
    """Django, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked += 1
        return DJANGO(environ, start_response)


@pytest.fixture
def connection_kept(db: None) -> Iterator[None]:
    """What is asked goes through WSGI, where Django closes connections behind a request; the test's must stay open."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


@pytest.fixture
def secret(connection_kept: None) -> str:
    """An outsourced domain with rules and links, and a token for it."""
    domain = pair(slug="budapest-east", outsource=True)
    component = Component.objects.get(name="Agent Application")
    for pattern in ("10.2.*", "10.3.?"):
        VersionRuleFactory.create(domain=domain, component=component, pattern=pattern)
    UpdateLinkFactory.create(domain=domain, component=component, version="10.2.10")
    return token_of()[1]


def ask(
    application: Any,
    secret: str,
    query: str,
    slug: str = "budapest-east",
    endpoint: str = "admission",
    method: str = "GET",
    **environ: str,
) -> Answer:
    """Status, headers and body of what the application answers."""
    request = RequestFactory().generic(method, f"{ROOT}/{slug}/{endpoint}?{query}")
    given_environ = request.environ | {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_HOST": "testserver"} | environ
    told: list[Any] = []
    body = b"".join(application(given_environ, lambda status, headers, *rest: told.append((status, headers))))
    ((status, headers),) = told
    return status, {name.lower(): value for name, value in headers if name.lower() != "x-request-id"}, body


def standing() -> float:
    """A clock that stands: what was looked at counts as looked at just now."""
    return 0.0


def fast(secret: str) -> tuple[Fast, Counted, Watched]:
    """The layer when it knows the token, the rules, the servers, and one answer of Django."""
    django, watched, callers = Counted(), Watched(compiled, revision.current, standing), Callers(standing)
    directory = Kept(clock=standing)
    watched.look()
    directory.look()
    callers.find(secret)
    layer = Fast(django, watched, callers, directory, start=lambda: None)
    ask(layer, secret, urlencode(QUESTION))
    assert django.asked == 1
    return layer, django, watched


VERSIONS = st.sampled_from(["10.1.7", "10.2.4", " 10.2.10 ", "10.3.7", "10.*", "", "nightly", "1" * 65, "é", "11"])
COMPONENTS = st.sampled_from(["Agent Application", "AGENT application", "Recorder", "Nothing", "", "\0"])
QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "component": COMPONENTS,
        "version": VERSIONS | st.text(max_size=20),
        "network": st.sampled_from(["public", "private", "dmz", ""]),
        "agent": st.text(max_size=80),
        "token": st.just("x"),
        "other": st.just("y"),
    },
)
ENVIRONS = st.fixed_dictionaries(
    {},
    optional={
        "REMOTE_ADDR": st.sampled_from(["10.1.2.3", "203.0.113.9", "::1", "", "nonsense"]),
        "HTTP_X_FORWARDED_FOR": st.sampled_from(["10.1.2.3", "203.0.113.9, 10.0.0.1"]),
        "HTTP_HOST": st.sampled_from(["testserver", "testserver:8000", "localhost", "evil.example", ""]),
    },
)


@pytest.fixture
def layer(secret: str) -> Fast:
    """The layer, which remembers from one example to the next."""
    return fast(secret)[0]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(query=QUERIES, environ=ENVIRONS, slug=st.sampled_from(["budapest-east", "nowhere", "%62udapest-east"]))
def test_it_answers_as_django_does(
    layer: Fast, secret: str, query: dict[str, str], environ: dict[str, str], slug: str
) -> None:
    text = urlencode(query)
    expected = ask(DJANGO, secret, text, slug, **environ)
    for _ in range(2):
        assert ask(layer, secret, text, slug, **environ) == expected


@pytest.mark.parametrize("network", ["", "&network=public"])
def test_what_it_remembers_is_for_those_who_ask_from_the_same_place(secret: str, settings: Any, network: str) -> None:
    settings.CORPORATE_NETWORKS = ["10.0.0.0/8"]
    layer, django, _ = fast(secret)
    text = f"{urlencode(QUESTION)}{network}"
    for where in ("10.1.2.3", "203.0.113.9") * 2:
        asked = {"REMOTE_ADDR": where}
        assert ask(layer, secret, text, **asked) == ask(DJANGO, secret, text, **asked)
    assert django.asked == 1


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("component=Recorder&version=1&version=2", id="twice"),
        pytest.param("component=Recorder&version=1;2", id="semicolon"),
        pytest.param("component=Agent+Application&version=10.2.4", id="plus for a blank"),
        pytest.param("component=Recorder&version=%FF", id="not UTF-8"),
        pytest.param("component=Recorder&version=1&&", id="empty parts"),
        pytest.param("component=Recorder&version", id="no equals sign"),
        pytest.param("component=Recorder&version=1&agent=cet_abcdefgh_x", id="a token"),
        pytest.param(f"component=Recorder&version=1&agent={'x' * 3000}", id="a long id"),
        pytest.param(quote("component=Recorder&version=1"), id="all quoted"),
    ],
)
def test_it_reads_queries_as_django_does(secret: str, query: str) -> None:
    layer, _, _ = fast(secret)
    assert ask(layer, secret, query) == ask(DJANGO, secret, query)


def test_what_memory_can_answer_does_not_reach_django(secret: str, django_assert_num_queries: Any) -> None:
    layer, django, _ = fast(secret)
    with django_assert_num_queries(0):
        for number in range(20):
            status, headers, body = ask(layer, secret, urlencode(QUESTION | {"version": f"10.1.{number}"}))
            assert (status, json.loads(body)["decision"]) == ("200 OK", "deny")
            assert headers["x-content-type-options"] == "nosniff"
    assert django.asked == 1


def test_at_once_it_gives_what_memory_has_and_nothing_else(secret: str) -> None:
    layer, django, _ = fast(secret)
    text = urlencode(QUESTION)
    assert ask(layer.at_once, secret, text) == ask(layer, secret, text)
    asked = RequestFactory().get(f"{ROOT}/nowhere/admission?{text}").environ
    assert layer.at_once(asked | {"HTTP_AUTHORIZATION": f"Bearer {secret}"}, pytest.fail) is None
    assert django.asked == 1


def test_at_once_it_gives_no_long_answer_and_charges_nobody_for_one(secret: str, settings: Any) -> None:
    settings.API_RATE = 1  # and ten at once
    component = Component.objects.get(name="Agent Application")
    domain = Domain.objects.get(slug="budapest-east")
    for number in range(SHORT // 60):
        VersionRuleFactory.create(domain=domain, component=component, pattern=f"9.{number}.{'0' * 55}")
    layer, _, _ = fast(secret)
    text = urlencode(QUESTION)
    asked = RequestFactory().get(f"{ROOT}/budapest-east/admission?{text}", HTTP_HOST="testserver").environ
    for _ in range(30):
        assert layer.at_once(asked | {"HTTP_AUTHORIZATION": f"Bearer {secret}"}, pytest.fail) is None
    status, _, body = ask(layer, secret, text)
    assert (status, len(body) > SHORT) == ("200 OK", True)


def test_who_asked_is_noted_all_the_same(secret: str, noting: None, settings: Any) -> None:
    layer, _, _ = fast(secret)
    BUFFER.forget()
    ask(layer, secret, urlencode(QUESTION | {"agent": "a"}))
    assert len(BUFFER) == 1
    settings.API_SIGHTINGS_EVERY = 0
    ask(layer, secret, urlencode(QUESTION | {"agent": "b"}))
    assert len(BUFFER) == 1


@pytest.mark.parametrize(
    "query",
    [
        "{}&agent=Desk+7",
        "agent=a%26b&{}",
        "{}&agent=a&agent=b",
        "agent=a&{}&agent=b",
        "{}&agent=",
        "agent=a&{}&agent=",
        "{}&agent=a&network=public",
    ],
)
def test_the_agent_is_read_as_django_reads_it(secret: str, noting: None, query: str) -> None:
    layer, django, _ = fast(secret)
    noted = []
    for application in (layer, DJANGO):
        BUFFER.forget()
        ask(application, secret, query.format(urlencode(QUESTION)))
        BUFFER.gather()
        noted.append(list(BUFFER._waiting))
    assert noted[0] == noted[1] != []
    assert django.asked == 1


@pytest.mark.parametrize("scope", [Scope.REPORTS, None], ids=["another scope", "no token"])
def test_who_may_not_ask_is_refused_by_django(secret: str, scope: Scope | None) -> None:
    layer, django, _ = fast(secret)
    other = token_of(scope)[1] if scope else "nonsense"
    layer.callers.find(other)
    for _ in range(2):
        assert ask(layer, other, urlencode(QUESTION))[0].startswith("40")
    assert django.asked == 3


def test_a_revoked_token_goes_no_further_than_with_django(secret: str) -> None:
    layer, _, _ = fast(secret)
    token, other = token_of()
    revoke_token(token=token, actor_name="anna", at=timezone.now())
    layer.callers.find(other)
    assert ask(layer, other, urlencode(QUESTION))[0] == "401 Unauthorized"
    assert ask(layer, other, urlencode(QUESTION))[0] == "401 Unauthorized"


def test_a_changed_rule_reaches_it(secret: str) -> None:
    layer, django, watched = fast(secret)
    component = Component.objects.get(name="Agent Application")
    VersionRuleFactory.create(domain=Domain.objects.get(), component=component, pattern="10.1.*")
    WATCHED.forget()
    watched.forget()
    assert json.loads(ask(layer, secret, urlencode(QUESTION))[2])["decision"] == "allow"
    assert django.asked == 2
    watched.current()
    assert json.loads(ask(layer, secret, urlencode(QUESTION))[2])["decision"] == "allow"
    assert django.asked == 2


def test_a_client_that_asks_too_often_is_told_by_django(secret: str, settings: Any) -> None:
    settings.API_RATE = 5 / conf.BURST
    layer, _, _ = fast(secret)
    statuses = [ask(layer, secret, urlencode(QUESTION))[0] for _ in range(8)]
    assert statuses[-1] == "429 Too Many Requests"


def test_without_https_it_leaves_the_redirection_to_django(secret: str, settings: Any) -> None:
    layer, django, _ = fast(secret)
    settings.SECURE_SSL_REDIRECT = True
    ask(layer, secret, urlencode(QUESTION))
    assert django.asked == 2
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ask(layer, secret, urlencode(QUESTION), HTTP_X_FORWARDED_PROTO="https")
    assert django.asked == 2


def test_open_endpoints_are_fast_too(secret: str, settings: Any) -> None:
    layer, django, _ = fast(secret)
    settings.API_OPEN = True
    assert ask(layer, secret, urlencode(QUESTION), HTTP_AUTHORIZATION="")[0] == "200 OK"
    assert django.asked == 1


def test_a_flood_of_questions_is_remembered_in_bounded_space() -> None:
    answers = Memory[bytes]()
    for number in range(MOST + 10):
        answers.keep((number,), b"short", 5)
    assert len(answers.known) == 10
    for number in range(1700):
        answers.keep((-number,), b"x" * 10_000, 10_000)
        assert sum(map(len, answers.known.values())) <= MOST_BYTES
    assert len(answers.known) < 200


def test_a_flood_of_queries_is_read_in_bounded_space(secret: str) -> None:
    layer, _, _ = fast(secret)
    before = questions._parsed.cache_info().currsize
    for query in ("x" * 1001, "&".join(f"a{number}=" for number in range(10))):
        assert ask(layer, secret, query)[0] == "400 Bad Request"
    assert questions._parsed.cache_info().currsize == before
