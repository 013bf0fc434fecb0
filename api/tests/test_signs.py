"""/healthz and /metrics: whether the console answers, and whether anybody decides."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from api.testing import bearer, token_of
from api.tokens import Scope
from appservers.testing import pair
from failover.decision import Code, State
from failover.models import Monitor
from failover.testing import HoldFactory, MonitorFactory, PauseFactory, StandingFactory, SwitchEventFactory

pytestmark = pytest.mark.django_db

WATCHED = Client()


def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    raise OperationalError("the database does not answer")


def measured() -> dict[str, float]:
    """The samples that Prometheus would take."""
    _, secret = token_of(Scope.REPORTS)
    answer = WATCHED.get("/metrics", headers=bearer(secret))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    lines = answer.content.decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_healthz_says_whether_anybody_decides_and_stays_up_without() -> None:
    answer = WATCHED.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "database": "ok", "deciding": False}
    MonitorFactory.create()
    assert WATCHED.get("/healthz").json() == {"status": "ok", "database": "ok", "deciding": True}
    Monitor.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert not WATCHED.get("/healthz").json()["deciding"]


def test_both_say_that_the_database_is_away_and_nobody_decides() -> None:
    with connection.execute_wrapper(away):
        answer = WATCHED.get("/healthz")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert answer.json() == {"status": "down", "database": "away", "deciding": False}
        answer = WATCHED.get("/metrics", headers=bearer("cet_00000000_" + "y" * 40))
        assert "contact_expert_database_up 0\n" in answer.content.decode()
        assert "contact_expert_deciding 0\n" in answer.content.decode()


def test_metrics_count_domains_monitors_and_switches() -> None:
    pair()
    held = pair()
    StandingFactory.create(domain=held, state=State.HELD, code=Code.ANTI_FLAP)
    SwitchEventFactory.create(domain=held)
    HoldFactory.create(domain=held)
    PauseFactory.create(domain=held)
    MonitorFactory.create(lateness=0.25)
    found = measured()
    assert found["contact_expert_database_up"] == found["contact_expert_deciding"] == 1
    assert found["contact_expert_check_lateness_seconds"] == 0.25
    assert found['contact_expert_domains{state="held"}'] == found['contact_expert_domains{state="unknown"}'] == 1
    assert found['contact_expert_domains{state="exposed"}'] == 0
    assert found['contact_expert_switches_total{cause="automatic"}'] == 1
    assert found["contact_expert_monitors"] == found["contact_expert_paused_domains"] == 1
    assert found["contact_expert_waiting_holds"] == 1
