"""The laboratory: a network, a PostgreSQL, naming services, monitors and the sites that they watch."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psutil
from django.core.management import call_command
from django.db import connection

from appservers.models import ApplicationServer, Domain, Role
from appservers.services import delete_domain
from appservers.testing import pair
from failover.models import Channel, Subscriber
from failover.subscribers import delete_subscriber, save_subscriber
from tests.faults.database import Database
from tests.faults.network import Host, Network
from tests.faults.observer import Observer
from tests.processes import BASE_DIR, DEPLOYED, environment, until

PACE = {"FAILOVER_PERIOD": "0.5", "FAILOVER_QUICK_PERIOD": "0.2", "FAILOVER_TIMEOUT": "0.5"}
QUIET = 6  # sites that stay well, so that what fails is never half of all
NOWHERE = "http://192.0.2.1/"  # what is told of waits in the outbox
GOOD = ("up", "slow")
RISES = "11"  # in a pattern: it answers RISE times in a row now and then
MANAGE = (sys.executable, "manage.py", "failover", "run")


class Service:
    """One naming service: an address of its own, its manners, and since when it has had them."""

    def __init__(self, tell: Callable[[str, str], None], address: str) -> None:
        self.address, self._tell = address, tell
        self.history: list[tuple[float, str]] = []

    def be(self, manners: str) -> float:
        """Behave like that from now on; returns the moment from which that is so for certain."""
        began = time.monotonic()
        self._tell(self.address, manners)
        self.note(manners, began)
        return began

    def note(self, manners: str, moment: float | None = None) -> None:
        """Write down what callers find from now on, when it is not the service's own doing."""
        self.history.append((time.monotonic() if moment is None else moment, manners))

    def good(self, began: float, ended: float, *, throughout: bool = True) -> bool:
        """Whether it answered throughout that time, or at some moment of it."""
        spans = zip(self.history, [*self.history[1:], (float("inf"), "")], strict=True)
        found = [manners for (start, manners), (stop, _) in spans if start < ended and stop > began]
        if throughout:
            return all(manners in GOOD for manners in found)
        return any(manners in GOOD or RISES in manners for manners in found)


class Names:
    """The name server of the monitors' hosts."""

    def __init__(self, host: Host) -> None:
        self.host = host
        command = host.inside(sys.executable, "-m", "tests.faults.nameserver", host.address)
        self._process = start(command)

    def tell(self, mode: str) -> None:
        """Answer like that from now on."""
        say(self._process, mode)

    def close(self) -> None:
        end(self._process)


def start(command: list[str]) -> "subprocess.Popen[str]":
    """A process that obeys lines."""
    return subprocess.Popen(
        command, cwd=BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment()
    )


def say(process: "subprocess.Popen[str]", line: str) -> None:
    """Say a line and wait until it is done."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"


def end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()


class Farm:
    """The process of the naming services of one host."""

    def __init__(self, host: Host) -> None:
        self.host, self._numbers, self._lock = host, count(1), threading.Lock()
        self._process = start(host.inside(sys.executable, "-m", "tests.faults.service"))

    def service(self) -> Service:
        """One more."""
        one = Service(self.tell, self.address())
        one.be("up")
        return one

    def address(self) -> str:
        """One that nothing listens on."""
        address = f"{self.host.addresses}.{next(self._numbers)}"
        self.tell(address, "refused")
        return address

    def free(self, kept: int) -> None:
        """Give away again all addresses but the first."""
        self._numbers = count(kept + 1)

    def tell(self, address: str, manners: str) -> None:
        with self._lock:
            say(self._process, f"{address} {manners}")

    def close(self) -> None:
        end(self._process)


class Watcher:
    """A monitor as a real process on a host of its own."""

    def __init__(self, host: Host, url: str, folder: Path, *, command: tuple[str, ...] = MANAGE, **more: str) -> None:
        self.host, self._command = host, command
        self.output = folder / f"{host.name}.log"
        self._variables = (
            DEPLOYED | PACE | {"DATABASE_URL": url, "VAR_DIR": str(folder), "PYTHONUNBUFFERED": "1"} | more
        )
        self.start()

    def start(self) -> None:
        with self.output.open("a") as log:
            self.process = subprocess.Popen(
                self.host.inside(*self._command), cwd=BASE_DIR, env=environment(**self._variables),
                stdout=log, stderr=log,
            )  # fmt: skip
        self._proc = psutil.Process(self.process.pid)

    @property
    def family(self) -> list[psutil.Process]:
        """The monitor and its engine."""
        return [self._proc, *self._proc.children(recursive=True)] if self._proc.is_running() else []

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def text(self) -> str:
        return self.output.read_text()

    def signal(self, number: signal.Signals) -> None:
        for one in self.family:
            with suppress(psutil.NoSuchProcess):  # a monitor that goes on replaces an engine that hangs
                one.send_signal(number)

    def kill(self) -> None:
        """End it and its engine as a machine that loses its power does."""
        for one in self.family:
            one.kill()
        self.process.wait()


@dataclass
class Site:
    """A domain with its two services; `inject` says since when the fault has been there."""

    pk: int
    name: str
    interval: float
    primary: Service
    secondary: Service
    at: float = 0.0
    notes: list[str] = field(default_factory=list)

    def service(self, role: str) -> Service:
        return self.primary if role == Role.PRIMARY else self.secondary

    def fail(self, manners: str = "refused", role: str = "primary") -> float:
        """A service fails; the first time is when the fault begins."""
        moment = self.service(role).be(manners)
        self.at = self.at or moment
        return moment

    def stored(self) -> Domain:
        return Domain.objects.get(pk=self.pk)


class Lab:
    """All of it; EMPTY is a database with the tables, one domain and a subscriber, for trials that need their own."""

    EMPTY = "empty"

    def __init__(self, folder: Path) -> None:
        self.folder, self.network = folder, Network()
        self.watchers: list[Watcher] = []
        self.sites: list[Site] = []
        self.database = Database(self.network.host("database"), folder)
        self.east, self.west = Farm(self.network.host("east")), Farm(self.network.host("west"))
        self.names, self.crashes = Names(self.network.host("names")), self.network.host("crashes")
        self._tables()
        self.observer = Observer(self.database)
        self._names = count(1)

    def monitors(self, number: int) -> list[Watcher]:
        """So many more monitors, each on a host of its own."""
        first = len(self.watchers) + 1
        asked = self.names.host.address
        hosts = [self.network.host(f"monitor-{index}", asked) for index in range(first, first + number)]
        new = [Watcher(host, self.database.url(), self.folder) for host in hosts]
        self.watchers += new
        return new

    def site(self, *, interval: float = 2.0, kind: str = "giop", where: str = "") -> Site:
        """A domain whose two services answer; `where` is what the primary is known by if not by its address."""
        name, east, west = f"Site {next(self._names)}", self.east.service(), self.west.service()
        with orm():
            domain = pair(
                name=name, slug=name.lower().replace(" ", "-"), probe_kind=kind,
                auto_failover_interval=timedelta(seconds=interval),
            )  # fmt: skip
            for role, one in ((Role.PRIMARY, east), (Role.SECONDARY, west)):
                place = where if where and role is Role.PRIMARY else one.address
                ApplicationServer.objects.filter(domain=domain, role=role).update(server_fqdn=place)
        site = Site(domain.pk, name, interval, east, west)
        self.sites.append(site)
        return site

    def named_site(self, interval: float = 2.0) -> Site:
        """A site whose primary server is known by a name."""
        site = self.site(interval=interval, where=f"ce-{next(self._names)}.fault.test")
        self.names.tell(site.primary.address)
        return site

    def nameless_site(self) -> Site:
        """A site of whose two servers there are but names, for which no name server answers."""
        name, nobody = f"Dead {next(self._names)}", Service(lambda address, manners: None, "")
        with orm():
            domain = pair(name=name, slug=name.lower().replace(" ", "-"))
            for server in domain.servers.all():
                where = f"{domain.slug}-{server.role}.fault.test"
                ApplicationServer.objects.filter(pk=server.pk).update(server_fqdn=where)
        site = Site(domain.pk, name, 2.0, nobody, nobody)
        self.sites.append(site)
        return site

    def retire(self) -> None:
        """Delete the sites that were played with, and give what they stood on to the next ones."""
        with orm():
            for site in self.sites[QUIET:]:
                for domain in Domain.objects.filter(pk=site.pk):
                    delete_domain(domain=domain, typed_name=domain.name)
        del self.sites[QUIET:]
        self.network.heal()
        for farm in (self.east, self.west):
            farm.free(QUIET)

    def _tables(self) -> None:
        with orm():
            call_command("migrate", verbosity=0)
            domain = pair(name="Trial", slug="trial", probe_kind="giop", auto_failover_interval=timedelta(seconds=2))
            desk = Subscriber(name="Desk", channel=Channel.WEBHOOK, address=NOWHERE)
            save_subscriber(subscriber=desk, domains=[])
        self.database.rows(f"CREATE DATABASE {self.EMPTY} TEMPLATE postgres", name="template1")
        with orm():
            Domain.objects.filter(pk=domain.pk).update(active_role="")
            domain.delete()
            delete_subscriber(subscriber=desk)

    def ready(self, sites: list[Site], seconds: float = 60.0) -> None:
        """Wait until the leading monitor sees every server of those sites up, and so do the others."""
        pks, found = [site.pk for site in sites], None

        def up() -> bool | None:
            nonlocal found
            found = self.rows(
                "SELECT count(*) FROM failover_serverhealth h JOIN appservers_applicationserver s ON s.id = h.server_id"
                " WHERE h.status = 'up' AND h.configuration = s.configuration AND s.domain_id = ANY(%s)", pks,
            )[0][0]  # fmt: skip
            behind = self.rows(
                "SELECT count(*) FROM failover_finding f JOIN appservers_applicationserver s ON s.id = f.server_id"
                " JOIN failover_monitor m ON m.id = f.monitor_id"
                " WHERE m.heartbeat_at > now() - interval '3 s' AND s.domain_id = ANY(%s)", pks,
            )[0][0]  # fmt: skip
            return True if found == 2 * len(pks) and not behind else None

        if not until(up, seconds):
            raise AssertionError(f"{found} of {2 * len(pks)} servers are seen up")
        time.sleep(1.0)

    def leader(self) -> Watcher | None:
        """The monitor that holds the lease, if it is one of ours."""
        holder = self.rows("SELECT holder FROM failover_lease")[0][0]
        return next((one for one in self.watchers if holder.startswith(f"{one.host.name}:") and not one.ended), None)

    def led(self, seconds: float = 30.0) -> Watcher:
        """The same, waited for."""
        found = until(self.leader, seconds)
        assert found is not None, "nobody leads"
        return found

    def wait(self, look: Callable[[], bool], seconds: float) -> bool:
        return bool(until(lambda: look() or None, seconds))

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        return self.database.rows(statement, *values)

    def close(self) -> None:
        """End and remove everything."""
        for one in self.watchers:
            one.kill()
        for part in (self.observer, self.east, self.west, self.names):
            part.close()
        self.database.stop()
        self.network.close()


@contextmanager
def lab(folder: Path) -> Iterator[Lab]:
    """A laboratory, removed afterwards."""
    one = Lab(folder)
    try:
        yield one
    finally:
        one.close()


@contextmanager
def orm() -> Iterator[None]:
    """Django's own connection, kept for this alone: the database comes and goes here."""
    try:
        yield
    finally:
        connection.close()
