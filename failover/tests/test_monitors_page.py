"""Who watches: every monitor, what is wrong with it, and what to do when there is none."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from failover.models import Lease, Monitor
from failover.testing import MonitorFactory

pytestmark = pytest.mark.django_db

PAGE = "/maintenance/monitors/"


def page(client: Client) -> str:
    response = client.get(PAGE)
    assert response.status_code == 200
    return response.content.decode()


def row(text: str) -> str:
    """The first row of the table, as words."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<tbody>")[2].partition("</tr>")[0]).split())


def test_where_none_has_run_it_says_how_to_start_one(operator: Client) -> None:
    text = page(operator)
    assert "No monitor has run yet" in text
    assert "manage.py failover run" in text


@pytest.mark.parametrize(
    ("monitor", "state", "says"),
    [
        pytest.param({}, "Leads", "", id="leads"),
        pytest.param({"leads": False}, "Stands by", "", id="stands by"),
        pytest.param({"lateness": 3.24}, "Late leads", "up to 3.2 s after their time", id="late"),
        pytest.param({"heartbeat_at": timedelta(minutes=-2)}, "Silent", "No sign of life", id="silent"),
        pytest.param({"heartbeat_at": timedelta(hours=1)}, "Clock ahead", "lie in the future", id="clock ahead"),
        pytest.param({"stopped_at": timedelta(minutes=-2)}, "Stopped", "", id="stopped"),
    ],
)
def test_it_says_how_each_monitor_is(operator: Client, monitor: dict[str, Any], state: str, says: str) -> None:
    times = {name: timezone.now() + value for name, value in monitor.items() if isinstance(value, timedelta)}
    MonitorFactory.create(**{"identity": "host:42", "servers": 7, "version": "1.2.3"} | monitor | times)
    text = row(page(operator))
    assert text.startswith(state)
    for fact in ("host:42", " 7 ", "1.2.3", says):
        assert fact in text


def test_who_leads_comes_first_and_who_stopped_last(operator: Client) -> None:
    MonitorFactory.create(identity="stopped", leads=False, stopped_at=timezone.now())
    MonitorFactory.create(identity="silent", leads=False, heartbeat_at=timezone.now() - timedelta(hours=1))
    MonitorFactory.create(identity="by", leads=False)
    MonitorFactory.create(identity="leads", heartbeat_at=timezone.now() - timedelta(seconds=2))
    assert re.findall(r'data-copy="(\w+)"', page(operator)) == ["leads", "by", "silent", "stopped"]


def test_that_nobody_leads_is_said_at_the_top(operator: Client) -> None:
    MonitorFactory.create(leads=False)
    assert "No monitor is running." in page(operator)
    Lease.objects.update(holder="host:42", term=9)
    Monitor.objects.update(leads=True)
    text = page(operator)
    assert "No monitor is running." not in text
    assert "host:42</span> holds it, term <span" in text


@pytest.mark.parametrize(
    ("monitors", "says", "icon"),
    [
        pytest.param([], "nobody watches", "icon-bad", id="none"),
        pytest.param([{}], "all is well", "icon.svg", id="leads"),
        pytest.param([{"lateness": 3.0}], "1 needs attention", "icon-warn", id="late"),
    ],
)
def test_the_windows_title_and_icon_say_the_worst(
    operator: Client, monitors: list[dict[str, Any]], says: str, icon: str
) -> None:
    for monitor in monitors:
        MonitorFactory.create(**monitor)
    part = page(operator).partition("data-title=")[2].partition(">")[0]
    assert f"Monitors: {says} · Contact Expert" in part
    assert icon in part


def test_it_is_sent_again_only_when_something_changed(operator: Client) -> None:
    MonitorFactory.create()
    match = re.search(r'hx-get="([^"]+)"', page(operator))
    assert match is not None
    assert operator.get(match[1]).status_code == 204
    Monitor.objects.update(servers=99)
    assert operator.get(match[1]).status_code == 200


def test_the_side_bar_leads_there(operator: Client, nobody: Client) -> None:
    where = f'href="{PAGE}"'
    assert where in operator.get("/infrastructure/application-servers/").content.decode()
    assert where not in nobody.get("/accounts/password/").content.decode()
