"""A real naming service, omniNames: it answers, is stopped, goes on, is killed, is asked for a key it does not know."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from appservers.models import ApplicationServer, Domain, Role
from appservers.testing import DomainFactory, pair
from failover.cli.words import Exit
from failover.clock import SystemClock
from failover.health import Status
from failover.models import ServerHealth, SwitchEvent
from failover.monitor import Identity, Monitor
from failover.observation import Kind, Observation, Reason, Target
from failover.pace import Pace
from failover.probes import Prober, sweep
from failover.tests.test_command import facts, run
from scripts import naming
from scripts.installation import ADDRESS, free_port
from tests import needs
from tests.processes import environment, until
from tests.test_responder import listens

PACE = Pace(period=0.1, quick=0.05, timeout=0.5)


class NamingService:
    """omniNames on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self.start()

    def start(self) -> None:
        """Also again, after it was killed."""
        command = naming.command(self.port, self._folder)
        self._process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert until(lambda: listens(self.port) or None, 20)

    def stop(self) -> None:
        """As a process that hangs: the kernel goes on accepting connections for it."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)


@contextmanager
def running(folder: Path) -> Iterator[NamingService]:
    needs.omninames()
    service = NamingService(folder)
    try:
        yield service
    finally:
        service.kill()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[NamingService]:
    with running(tmp_path) as one:
        yield one


def reasons(service: NamingService, key: bytes = b"NameService") -> dict[Kind, Reason]:
    """What one probe of each kind says."""
    return {kind: sweep([Target(1, 1, ADDRESS, service.port, kind, key)], pace=PACE)[1].reason for kind in Kind}


def test_one_that_runs_answers_both_kinds(service: NamingService) -> None:
    assert reasons(service) == {Kind.TCP: Reason.OK, Kind.GIOP: Reason.OK}


def test_one_that_is_stopped_still_accepts_connections_but_does_not_answer(service: NamingService) -> None:
    service.stop()
    assert reasons(service) == {Kind.TCP: Reason.OK, Kind.GIOP: Reason.TIMEOUT}
    service.go_on()
    assert reasons(service) == {Kind.TCP: Reason.OK, Kind.GIOP: Reason.OK}


def test_one_that_is_killed_refuses_both_kinds_until_it_is_started_again(service: NamingService) -> None:
    service.kill()
    assert reasons(service) == {Kind.TCP: Reason.REFUSED, Kind.GIOP: Reason.REFUSED}
    service.start()
    assert reasons(service) == {Kind.TCP: Reason.OK, Kind.GIOP: Reason.OK}


def test_another_object_key_is_told_from_a_server_that_is_out(service: NamingService) -> None:
    assert reasons(service, key=b"NameServ") == {Kind.TCP: Reason.OK, Kind.GIOP: Reason.NO_NAMING_SERVICE}


def test_the_engine_follows_one_through_its_troubles(service: NamingService) -> None:
    prober = Prober(pace=PACE)
    try:
        prober.watch([Target(1, 1, ADDRESS, service.port, Kind.GIOP)])
        assert until(lambda: latest(prober) is Reason.OK or None, 10)
        for act, expected in [
            (service.stop, Reason.TIMEOUT),
            (service.go_on, Reason.OK),
            (service.kill, Reason.REFUSED),
            (service.start, Reason.OK),
        ]:
            act()
            assert until(lambda: latest(prober) is expected or None, 10), expected  # noqa: B023  called at once
    finally:
        prober.close()


def latest(prober: Prober) -> Reason | None:
    seen: list[Observation] = prober.results()
    return seen[-1].reason if seen else None


@pytest.fixture
def _brief(settings: Any) -> None:
    settings.FAILOVER_QUICK_PERIOD, settings.FAILOVER_TIMEOUT = PACE.quick, PACE.timeout


def served(domain: Domain, **services: NamingService) -> Domain:
    """The domain with its servers where those services listen."""
    for role, one in services.items():
        servers = ApplicationServer.objects.filter(domain=domain, role=role)
        servers.update(server_fqdn=ADDRESS, server_port=one.port)
    return domain


@pytest.mark.django_db
@pytest.mark.usefixtures("_brief")
@pytest.mark.parametrize(
    ("act", "properties", "said"),
    [
        pytest.param(None, {}, {Kind.TCP: Reason.OK, Kind.GIOP: Reason.OK}, id="runs"),
        pytest.param("stop", {}, {Kind.TCP: Reason.OK, Kind.GIOP: Reason.TIMEOUT}, id="is stopped"),
        pytest.param("kill", {}, {Kind.TCP: Reason.REFUSED, Kind.GIOP: Reason.REFUSED}, id="is killed"),
        pytest.param(
            None,
            {"object_key": "Names"},
            {Kind.TCP: Reason.OK, Kind.GIOP: Reason.NO_NAMING_SERVICE},
            id="is asked for another key",
        ),
    ],
)
def test_the_command_says_what_it_does_and_leaves_with_the_exit_code(
    service: NamingService, act: str | None, properties: dict[str, str], said: dict[Kind, Reason]
) -> None:
    served(DomainFactory.create(name="Wien", **properties), primary=service)
    if act:
        getattr(service, act)()
    for kind, reason in said.items():
        (row,) = facts("check", "Wien", "--kind", kind)
        assert (row["kind"], row["result"], row["sentence"]) == (kind, reason, reason.sentence)
        assert run("check", "Wien", "--kind", kind)[1] == (Exit.DONE if reason is Reason.OK else Exit.NOT_ANSWERING)


@contextmanager
def watching() -> Iterator[Monitor]:
    """The real monitor with the real engine, at a quick pace."""
    clock = SystemClock()
    monitor = Monitor(identity=Identity("one", "0"), pace=PACE, prober=Prober(pace=PACE), clock=clock)
    try:
        yield monitor
    finally:
        monitor.stop()


def comes(monitor: Monitor, look: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes to this within the time; the monitor goes on meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(min(monitor.run_once(), PACE.quick))
        if look():
            return True
    return False


def all_up() -> bool:
    return [health.status for health in ServerHealth.objects.all()] == [Status.UP, Status.UP]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "act", "switches"),
    [
        pytest.param(Kind.GIOP, NamingService.stop, True, id="stopped, and asked for an answer"),
        pytest.param(Kind.TCP, NamingService.stop, False, id="stopped, and only connected to"),
        pytest.param(Kind.TCP, NamingService.kill, True, id="killed, and only connected to"),
    ],
)
def test_the_monitor_leaves_one_that_is_out_by_the_domains_own_check(
    tmp_path: Path, kind: Kind, act: Callable[[NamingService], None], switches: bool
) -> None:
    with ExitStack() as stack:
        primary = stack.enter_context(running(tmp_path / "primary"))
        secondary = stack.enter_context(running(tmp_path / "secondary"))
        domain = pair(probe_kind=kind, auto_failover_interval=timedelta(seconds=0.2))
        served(domain, primary=primary, secondary=secondary)
        monitor = stack.enter_context(watching())
        assert comes(monitor, all_up, 20)
        act(primary)
        assert comes(monitor, SwitchEvent.objects.exists, 20 if switches else 3) is switches
    domain.refresh_from_db()
    assert domain.active_role == (Role.SECONDARY if switches else Role.PRIMARY)
