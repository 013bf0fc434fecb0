"""How the monitors vote, for people: as the leader counts them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appservers.models import Domain, Role
from appservers.testing import DomainFactory, pair
from failover.ballots import poll
from failover.health import Status
from failover.models import Finding, Monitor
from failover.testing import MonitorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    return pair(auto_failover_interval=timedelta(minutes=2))


def monitor(name: str, **properties: object) -> Monitor:
    return MonitorFactory.create(identity=name, **{"leads": False, "ready": True, "revision": 10**9} | properties)


def finds(monitor: Monitor, domain: Domain, role: Role, status: Status, counted: float, **properties: object) -> None:
    server = domain.servers.get(role=role)
    values = {"configuration": server.configuration, "counting": False, "published_at": monitor.heartbeat_at}
    Finding.objects.create(monitor=monitor, server=server, status=status, counted=counted, **values | properties)


def test_each_live_monitor_says_what_it_sees_and_the_leader_comes_first(domain: Domain) -> None:
    one, two = monitor("one"), monitor("two", leads=True)
    finds(one, domain, Role.PRIMARY, Status.DOWN, 130.0)
    found = poll(domain, timezone.now())
    assert [(voice.monitor, voice.leads, voice.active.status, voice.agrees) for voice in found.voices] == [
        (two.identity, True, Status.UP, False),
        (one.identity, False, Status.DOWN, True),
    ]
    assert (found.votes.live, found.votes.needed, found.votes.agreeing) == (2, 2, 1)
    assert found.telling


def test_a_count_that_runs_grows_by_the_monitors_own_clock_and_one_that_stands_does_not(domain: Domain) -> None:
    one = monitor("one", uptime=500.0)
    set_back = one.heartbeat_at + timedelta(hours=1)  # its time of day was set since: that is not what counts
    finds(one, domain, Role.PRIMARY, Status.DOWN, 30.0, counting=True, uptime=400.0, published_at=set_back)
    (voice,) = poll(domain, timezone.now()).voices
    assert voice.active.seconds == pytest.approx(130.0)
    assert voice.active.since == one.heartbeat_at - timedelta(seconds=130)
    assert voice.agrees
    Finding.objects.update(counting=False)
    (voice,) = poll(domain, timezone.now()).voices
    assert (voice.active.seconds, voice.active.since, voice.agrees) == (30.0, None, False)


@pytest.mark.parametrize(
    ("properties", "role", "status"),
    [
        pytest.param({"ready": False}, None, None, id="it has not judged every server yet"),
        pytest.param({"revision": 0}, None, None, id="it has read an older configuration"),
        pytest.param({}, Role.SECONDARY, Status.DOWN, id="it sees the standby down"),
        pytest.param({}, Role.SECONDARY, Status.UNKNOWN, id="it does not know of the standby"),
    ],
)
def test_who_does_not_see_the_standby_up_does_not_agree(
    domain: Domain, properties: dict[str, object], role: Role | None, status: Status | None
) -> None:
    one = monitor("one", **properties)
    finds(one, domain, Role.PRIMARY, Status.DOWN, 500.0)
    if role is not None and status is not None:
        finds(one, domain, role, status, 0.0)
    assert not poll(domain, timezone.now()).voices[0].agrees


def test_a_finding_about_another_configuration_says_nothing(domain: Domain) -> None:
    finds(monitor("one"), domain, Role.PRIMARY, Status.DOWN, 500.0, configuration=99)
    assert poll(domain, timezone.now()).voices[0].active.status is Status.UNKNOWN


def test_who_is_silent_or_stopped_has_no_vote(domain: Domain) -> None:
    monitor("silent", heartbeat_at=timezone.now() - timedelta(minutes=1))
    monitor("stopped", stopped_at=timezone.now())
    assert poll(domain, timezone.now()).voices == []


def test_a_domain_with_one_server_has_no_standby_to_see() -> None:
    monitor("one")
    found = poll(DomainFactory.create(), timezone.now())
    assert found.voices[0].standby is None
    assert not found.telling
