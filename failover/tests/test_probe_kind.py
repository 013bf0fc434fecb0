"""What a domain's servers are judged by, from its row to the probe, the command and the page."""

import io
import json
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appservers.models import Domain, ProbeKind, Role
from appservers.selectors import servers_by_role
from appservers.services import save_domain
from appservers.testing import DomainFactory, pair
from failover.decision import State
from failover.health import Status
from failover.models import Countdown, Ending, ServerHealth, SwitchEvent
from failover.observation import Kind, Reason
from failover.selectors import watched_domains
from failover.tests.listeners import closed_port
from failover.tests.site import Site
from tests.processes import Running, until
from tests.test_responder import listens

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def responder(tmp_path: Path) -> Iterator[tuple[int, Running]]:
    """A naming service of ours as a process, and its port."""
    port = closed_port()
    running = Running("scripts.responder", tmp_path / "responder", str(port))
    assert until(lambda: listens(port) or None, 20)
    yield port, running
    running.process.send_signal(signal.SIGCONT)
    running.clear()


def rejudge(domain: Domain, **properties: Any) -> None:
    """Save the domain with other properties, as the form does."""
    stored = Domain.objects.get(pk=domain.pk)
    for name, value in properties.items():
        setattr(stored, name, value)
    servers = servers_by_role(stored)
    save_domain(domain=stored, primary=servers[Role.PRIMARY], secondary=servers.get(Role.SECONDARY))


def check(*words: str) -> dict[str, tuple[str, str]]:
    """What `failover check` says of each role: the kind and the result."""
    out = io.StringIO()
    with suppress(SystemExit):  # the exit code tells the worst that was seen
        call_command("failover", "check", *words, "--format", "json", stdout=out)
    return {row["role"]: (row["kind"], row["result"]) for row in json.loads(out.getvalue())}


def test_there_are_the_same_kinds_to_choose_as_the_engine_speaks() -> None:
    assert set(ProbeKind.values) == {str(kind) for kind in Kind}


def test_the_engine_is_told_each_domains_kind_and_key(site: Site) -> None:
    asked = pair(probe_kind=ProbeKind.GIOP, object_key="Names")
    pair()
    site.run(2)
    told = {(target.kind, target.key) for target in site.prober.targets.values()}
    assert told == {(Kind.GIOP, b"Names"), (Kind.TCP, b"NameService")}
    ours = [site.prober.targets[server.pk] for server in asked.servers.all()]
    assert {target.kind for target in ours} == {Kind.GIOP}


@pytest.mark.parametrize("change", [{"probe_kind": ProbeKind.GIOP}, {"object_key": "Names"}], ids=["kind", "key"])
def test_a_new_kind_or_key_starts_both_servers_at_unknown(site: Site, change: dict[str, str]) -> None:
    domain = site.pair()
    assert set(ServerHealth.objects.values_list("status", flat=True)) == {Status.UP}
    rejudge(domain, **change)
    site.answers.clear()
    site.run(4)
    assert {site.monitor.board.status(pk, site.clock.monotonic()) for pk in site.prober.targets} == {Status.UNKNOWN}


def test_results_of_the_old_kind_count_for_nothing(site: Site) -> None:
    domain = site.pair()
    server = domain.servers.get(role=Role.PRIMARY)
    for _ in range(5):
        site.prober.see(server.pk, Reason.REFUSED)
    rejudge(domain, probe_kind=ProbeKind.GIOP)
    site.monitor.board.adopt(watched_domains(), site.clock.monotonic())
    site.monitor.board.take(site.prober.results())
    assert site.monitor.board.tracks[server.pk].failures == 0


def test_a_new_kind_ends_a_countdown_and_the_outage_is_counted_anew(site: Site) -> None:
    domain = site.pair()
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(100)
    assert site.standing(domain).state == State.COUNTING_DOWN
    rejudge(domain, probe_kind=ProbeKind.GIOP)
    site.run(100)
    assert not SwitchEvent.objects.exists()
    assert Countdown.objects.earliest("pk").ending == Ending.SERVER_CHANGED
    site.run(40)
    assert SwitchEvent.objects.exists()


def test_a_domain_and_its_servers_are_read_at_the_same_moment() -> None:
    pair()
    pair(probe_kind=ProbeKind.GIOP)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(watched_domains()) == 2
    assert len(queries) == 1


def test_check_asks_in_each_domains_own_way_and_a_word_overrides_it(
    responder: tuple[int, Running], settings: Any
) -> None:
    settings.FAILOVER_QUICK_PERIOD, settings.FAILOVER_TIMEOUT = 0.05, 0.7
    port, running = responder
    domain = DomainFactory.create(name="Wien", probe_kind=ProbeKind.GIOP)
    domain.servers.update(server_fqdn="127.0.0.1", server_port=port)
    assert check("Wien")["primary"] == ("giop", "ok")
    Domain.objects.update(object_key="Names")
    assert check("Wien")["primary"] == ("giop", "no_naming_service")
    Domain.objects.update(object_key="NameService")
    running.process.send_signal(signal.SIGSTOP)
    assert check("Wien")["primary"] == ("giop", "timeout")
    assert check("Wien", "--kind", "tcp")["primary"] == ("tcp", "ok")


@pytest.mark.parametrize("kind", ProbeKind)
def test_the_high_availability_page_says_what_up_means(support: Client, kind: ProbeKind) -> None:
    domain = pair(probe_kind=kind)
    text = support.get(reverse("failover:high_availability", args=[domain.slug])).content.decode()
    assert f"<dt>Health check</dt><dd>{kind.label}</dd>" in text
