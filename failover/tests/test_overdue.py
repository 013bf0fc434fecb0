"""A switch that is due and that the database does not take: it is said loudly, once, without waiting for anybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from alarms.conditions import of_domains
from alarms.kinds import Kind as Alarm
from alarms.services import record
from appservers.models import Domain, Role
from appservers.testing import pair
from failover.decision import Code, State
from failover.models import Notice, SwitchEvent, SwitchRefusal
from failover.observation import Reason
from failover.overdue import PATIENCE
from failover.overview import overview
from failover.signs import signs
from failover.testing import MonitorFactory, StandingFactory, SubscriberFactory
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

LATE, EARLY = PATIENCE + timedelta(seconds=1), PATIENCE - timedelta(seconds=5)


def refusing(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.startswith('INSERT INTO "failover_switchevent"'):
        raise OperationalError("the disk is full")
    return execute(sql, params, many, context)


def counting_down(past: timedelta) -> Domain:
    MonitorFactory.create()
    domain = pair()
    StandingFactory.create(
        domain=domain, state=State.COUNTING_DOWN, code=Code.INTERVAL_RUNNING, switch_at=timezone.now() - past
    )
    return domain


def test_a_switch_that_the_database_takes_back_every_time_is_told_once_and_stands_among_the_refusals() -> None:
    SubscriberFactory.create()
    site = Site()
    domain = site.pair(auto_failover_interval=timedelta(seconds=20))
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    with connection.execute_wrapper(refusing):
        site.run(24)
        assert not Notice.objects.exists()  # it may be over in a moment
        site.run(60)
        (notice,), (refusal,) = Notice.objects.all(), SwitchRefusal.objects.all()
    assert (notice.kind, notice.domain, notice.payload["data"]["domain_id"]) == ("held", None, domain.pk)
    assert (refusal.code, refusal.domain, refusal.domain_name) == ("not_committed", None, domain.name)
    assert "cannot be committed" in refusal.sentence
    standing = site.standing(domain)
    assert (standing.state, standing.code, standing.switch_at) == (State.HELD, Code.INTERVAL_OVER, None)
    site.run(6)
    assert SwitchEvent.objects.count() == 1
    assert list(Notice.objects.order_by("pk").values_list("kind", flat=True)) == ["held", "switched"]


@pytest.mark.parametrize(("past", "alarms"), [(LATE, 1), (EARLY, 0)])
def test_a_switch_that_was_due_long_ago_is_an_alarm_that_needs_no_lock(past: timedelta, alarms: int) -> None:
    domain = counting_down(past)
    found = list(of_domains(timezone.now()))
    assert [(one.kind, one.subject) for one in found] == [(Alarm.HELD, str(domain.pk))] * alarms
    assert all(one.domain == (None, domain.name) for one in found)
    record(found, kinds=[Alarm.HELD], now=timezone.now())


@pytest.mark.parametrize(("past", "state"), [(LATE, State.HELD), (EARLY, State.COUNTING_DOWN)])
def test_the_pages_and_the_metrics_say_so_in_place_of_a_moment_that_is_past(past: timedelta, state: State) -> None:
    domain = counting_down(past)
    (row,) = overview(now=timezone.now(), only=domain.pk).rows
    assert row.state is state
    assert (row.switch_at is None) is (state is State.HELD)
    assert ("cannot be committed" in row.sentence) is (state is State.HELD)
    assert signs(timezone.now()).states == {**dict.fromkeys(signs(timezone.now()).states, 0), state.value: 1}


def test_the_list_says_so_too(operator: Client) -> None:
    counting_down(LATE)
    assert "Held: not committed" in operator.get("/infrastructure/application-servers/").content.decode()
