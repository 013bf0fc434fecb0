"""What the leader decided and the database did not take, or lost again: it is written as soon as it can be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection

from appservers.models import Domain, Role
from appservers.services import delete_domain
from failover.decision import Code, State
from failover.models import Countdown, Ending, Standing
from failover.observation import Reason
from failover.tests.site import Site

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

STANDING = 'INSERT INTO "failover_standing"'
LEASE = 'UPDATE "failover_lease"'


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def domain(site: Site) -> Iterator[Domain]:
    """A domain whose countdown runs, as is written."""
    domain = site.pair(auto_failover_interval=timedelta(minutes=1))
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(20)
    assert site.standing(domain).state == State.COUNTING_DOWN
    yield domain
    delete_domain(domain=domain, typed_name=domain.name)  # the emptying of the tables cannot remove an active server


@contextmanager
def failing(statement: str, error: DatabaseError) -> Iterator[None]:
    """Statements that begin like this one fail."""

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(statement):
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


@contextmanager
def failing_at_commit(patch: pytest.MonkeyPatch, statement: str, error: DatabaseError) -> Iterator[None]:
    """Transactions with such a statement fail at their end."""
    commit, made = connection.commit, []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        made.extend([sql] if sql.startswith(statement) else [])
        return execute(sql, params, many, context)

    def fail() -> None:
        if made:
            made.clear()
            raise error
        commit()

    with connection.execute_wrapper(note), patch.context() as patched:
        patched.setattr(connection, "commit", fail)
        yield


@pytest.mark.parametrize(
    ("at_commit", "cut"),
    [
        pytest.param(False, True, id="cut off in the write"),
        pytest.param(True, True, id="cut off at the commit"),
        pytest.param(False, False, id="write refused"),
        pytest.param(True, False, id="commit refused"),
    ],
)
def test_what_settled_in_a_round_that_could_not_be_written_is_written_later(
    site: Site, domain: Domain, monkeypatch: pytest.MonkeyPatch, at_commit: bool, cut: bool
) -> None:
    term = site.monitor.leadership.term
    error = OperationalError("server closed the connection") if cut else IntegrityError("a subscriber is gone")
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    with monkeypatch.context() as patched:
        if cut:
            patched.setattr(connection, "is_usable", lambda: False)
        with failing_at_commit(monkeypatch, STANDING, error) if at_commit else failing(STANDING, error):
            site.run(10)
    assert site.monitor.board.decisions[domain.pk].state is State.STEADY
    assert site.standing(domain).state == State.COUNTING_DOWN
    site.run(10)
    assert site.monitor.leadership.term == term
    assert site.standing(domain).state == State.STEADY
    assert Countdown.objects.get().ending == Ending.RECOVERED


def test_what_the_database_lost_while_it_was_away_is_written_again(site: Site, domain: Domain) -> None:
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    before = Standing.objects.values().get()
    site.run(10)
    assert site.standing(domain).state == State.STEADY
    term = site.monitor.leadership.term
    with failing(LEASE, OperationalError("server closed the connection")):
        site.run(4)
    Standing.objects.update(**before)  # a replica took over that did not know the latest
    Countdown.objects.update(ended_at=None, ending="")
    site.run(4)
    assert site.monitor.leadership.term == term
    assert (site.standing(domain).state, site.standing(domain).code) == (State.STEADY, Code.ALL_UP)
    assert Countdown.objects.get().ending == Ending.RECOVERED


def test_what_cannot_be_written_is_not_tried_in_every_round(
    site: Site, domain: Domain, caplog: pytest.LogCaptureFixture
) -> None:
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    with failing(STANDING, IntegrityError("what a bug elsewhere would do")):
        site.run(10, step=0.1)
    assert 3 <= caplog.text.count("could not be written") <= 10
    site.run(10)
    assert site.standing(domain).state == State.STEADY
