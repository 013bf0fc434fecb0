"""The thin layer before Django, asked which server is active and where calls go."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.auth import Callers
from api.directory import ANYWAY, FRESH, Directory, Kept
from api.directory import compiled as compiled_directory
from api.fast import Fast
from api.snapshot import Watched, compiled
from api.tests.test_fast import DJANGO, ENVIRONS, Counted, ask, connection_kept, secret, standing
from api.watching import Watch
from appservers.models import ApplicationServer, Domain, Role
from appservers.testing import pair
from common.news import News
from dialrules.models import DialRule
from dialrules.services import delete_rule, set_enabled
from dialrules.testing import DialRuleFactory
from versioncontrol import revision

__all__ = ["connection_kept", "secret"]
pytestmark = pytest.mark.django_db

LEARNT = {
    "active": ["", "epoch=0", "network=public"],
    "is-active": ["role=primary", "role=secondary"],
    "route": ["direction=inbound&number=1"],
}


def layer_over(directory: Kept, secret: str) -> tuple[Fast, Counted]:
    """The layer when it has seen Django's headers on each kind of answer."""
    django, watched, callers = Counted(), Watched(compiled, revision.current, standing), Callers(standing)
    directory.look()
    callers.find(secret)
    layer = Fast(django, watched, callers, directory, start=lambda: None)
    for endpoint, queries in LEARNT.items():
        for query in queries:
            for tag in ("", "*"):
                ask(layer, secret, query, endpoint=endpoint, HTTP_IF_NONE_MATCH=tag)
    django.asked = 0
    return layer, django


@pytest.fixture
def calls(secret: str) -> str:
    """Beside the outsourced domain one in an emergency, with rules; the token."""
    vienna = pair(slug="vienna", emergency=True, epoch=3)
    DialRuleFactory.create(domain=vienna, name="Hotline", pattern="+361*", position=1)
    DialRuleFactory.create(domain=vienna, name="Off", pattern="*", position=2, enabled=False)
    return secret


@pytest.fixture
def warm(calls: str) -> Fast:
    """The layer over it."""
    return layer_over(Kept(clock=standing), calls)[0]


QUERIES = {
    "active": {
        "epoch": st.sampled_from(["0", "3", "4", "007", "-1", "+0", "x", "9" * 19, " 0", "1_0"]),
        "wait": st.sampled_from(["0", "00", "x", "-1"]),
        "network": st.sampled_from(["public", "private", "dmz", ""]),
        "other": st.just("y"),
    },
    "is-active": {"role": st.sampled_from(["primary", "secondary", "Primary", "", "\0"]), "other": st.just("y")},
    "route": {
        "direction": st.sampled_from(["inbound", "outbound", "in", ""]),
        "number": st.sampled_from(["+36 1 234", "112", "0-0.0/(1)", "+", "a*#", "é", "1" * 65, ""])
        | st.text(max_size=9),
        "network": st.just("public"),
    },
}
ASKED = st.sampled_from(sorted(QUERIES)).flatmap(
    lambda endpoint: st.tuples(st.just(endpoint), st.fixed_dictionaries({}, optional=QUERIES[endpoint]))
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    asked=ASKED,
    environ=ENVIRONS,
    slug=st.sampled_from(["budapest-east", "vienna", "nowhere"]),
    method=st.sampled_from(["GET", "HEAD", "POST"]),
    tag=st.sampled_from(["", "*", '"x"', "its own"]),
)
def test_it_answers_as_django_does(
    warm: Fast, calls: str, asked: tuple[str, dict[str, str]], environ: dict[str, str], slug: str, method: str, tag: str
) -> None:
    layer, endpoint, query = warm, *asked
    text = urlencode(query)
    if tag == "its own":
        tag = ask(DJANGO, calls, text, slug, endpoint, **environ)[1].get("etag", "")
    environ = environ | {"HTTP_IF_NONE_MATCH": tag}
    expected = ask(DJANGO, calls, text, slug, endpoint, method, **environ)
    for _ in range(2):
        assert ask(layer, calls, text, slug, endpoint, method, **environ) == expected


def test_what_memory_can_answer_reaches_neither_django_nor_the_database(
    calls: str, django_assert_num_queries: Any
) -> None:
    layer, django = layer_over(Kept(clock=standing), calls)
    with django_assert_num_queries(0):
        for endpoint, queries in LEARNT.items():
            for query in queries:
                for method in ("GET", "HEAD"):
                    ask(layer, calls, query, endpoint=endpoint, method=method)
    assert django.asked == 0


def test_whatever_changes_an_answer_is_found_at_the_next_look(calls: str) -> None:
    directory = Kept(clock=standing)
    layer, _ = layer_over(directory, calls)
    east = Domain.objects.filter(slug="budapest-east")
    hotline = DialRule.objects.get(name="Hotline")
    changes: tuple[Callable[[], object], ...] = (
        lambda: east.update(active_role=Role.SECONDARY, epoch=9),
        lambda: ApplicationServer.objects.filter(domain__in=east).update(server_port=1234),
        lambda: east.update(emergency=True),
        lambda: east.update(emergency=False),
        lambda: set_enabled(rule=hotline, enabled=False),
        lambda: set_enabled(rule=hotline, enabled=True),
        lambda: delete_rule(rule=hotline),
    )
    questions = (
        ("budapest-east", "active", ""),
        *((slug, "route", "direction=inbound&number=%2B361") for slug in ("budapest-east", "vienna")),
    )
    before = [ask(layer, calls, query, slug, endpoint) for slug, endpoint, query in questions]
    for change in changes:
        change()
        directory.look()
        after = [ask(layer, calls, query, slug, endpoint) for slug, endpoint, query in questions]
        assert after == [ask(DJANGO, calls, query, slug, endpoint) for slug, endpoint, query in questions]
        assert after != before
        before = after


def test_who_knows_a_later_switch_than_memory_asks_the_database(calls: str) -> None:
    layer, _ = layer_over(Kept(clock=standing), calls)
    Domain.objects.filter(slug="budapest-east").update(active_role=Role.SECONDARY, epoch=1)
    assert b'"epoch": 1' in ask(layer, calls, "epoch=1", endpoint="active")[2]
    assert ask(layer, calls, "epoch=2", endpoint="active")[0] == "409 Conflict"


def test_what_was_not_looked_at_just_now_serves_nobody(calls: str) -> None:
    now = [100.0]
    directory = Kept(clock=lambda: now[0])
    layer, django = layer_over(directory, calls)
    now[0] += FRESH * 0.9
    ask(layer, calls, "", endpoint="active")
    assert django.asked == 0
    now[0] += FRESH * 0.2
    ask(layer, calls, "", endpoint="active")
    assert django.asked == 1
    directory.look()
    ask(layer, calls, "", endpoint="active")
    assert django.asked == 1


def test_it_is_compiled_anew_now_and_then_even_if_nothing_counts(calls: str) -> None:
    now = [100.0]
    loads: list[float] = []

    def load() -> Directory:
        loads.append(now[0])
        return compiled_directory(lambda: now[0])

    directory = Kept(load, clock=lambda: now[0])
    for _ in range(3):
        directory.look()
    now[0] += ANYWAY
    directory.look()
    assert len(loads) == 2


def test_the_watch_survives_whatever_goes_wrong_and_looks_again(calls: str) -> None:
    looked = []

    def look() -> None:
        looked.append(1)
        if len(looked) == 1:
            raise ValueError("a fault of ours")

    watch = Watch("a test", look, lambda: None)
    assert [watch.run_once(), watch.run_once()] == [False, True]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's connection in memory is never closed")
def test_after_a_fault_of_ours_the_watch_begins_with_another_connection() -> None:
    def look() -> None:
        raise ValueError("of the connection, perhaps")

    connection.ensure_connection()
    assert not Watch("a test", look, lambda: None).run_once()
    assert connection.connection is None


def test_without_news_the_watch_looks_all_the_same(calls: str, caplog: pytest.LogCaptureFixture) -> None:
    looked = []

    def gone() -> None:
        raise OperationalError("gone")

    watch = Watch("a test", lambda: looked.append(1), gone)
    assert [watch.run_once(), watch.run_once()] == [False, False]
    assert (len(looked), caplog.text.count("The database does not answer")) == (2, 1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_switch_is_heard_of_at_once() -> None:
    domain = pair(slug="budapest-east")
    directory, looked, known, stop = Kept(clock=lambda: 0.0), Event(), Event(), Event()

    def watch() -> None:
        news = News(wait=60)
        while not stop.is_set():
            news.wait()
            directory.look()
            looked.set()
            found = directory.fresh()
            if found and found.entries["budapest-east"].epoch == 1:
                known.set()
        connection.close()

    thread = Thread(target=watch)
    thread.start()
    assert looked.wait(10)
    Domain.objects.filter(pk=domain.pk).update(active_role=Role.SECONDARY, epoch=1)
    assert known.wait(10)
    stop.set()
    Domain.objects.filter(pk=domain.pk).update(epoch=2)  # is heard, too
    thread.join(5)
    Domain.objects.update(active_role="")
    domain.delete()
