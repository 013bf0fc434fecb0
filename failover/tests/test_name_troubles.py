"""Names that do not resolve: known where the probes are, published by the monitor, shown with the domain."""

from socket import AF_INET, AF_INET6

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from failover.companions import Companion, Shift
from failover.engine import pack_troubles, unpack_troubles
from failover.models import NameTrouble
from failover.names import Trouble
from failover.testing import MonitorFactory, NameTroubleFactory, TurnedClock
from failover.tests.site import Site


def test_troubles_come_out_of_the_pipe_as_they_went_in() -> None:
    troubles = {
        "b.example": Trouble("SERVFAIL", 12.5, ((AF_INET, "192.0.2.7"), (AF_INET6, "2001:db8::7"))),
        "a.example": Trouble("there is no such name", 1.0, ()),
    }
    assert unpack_troubles(pack_troubles(troubles)) == troubles


@pytest.mark.django_db
def test_a_monitor_publishes_what_lasts_once_and_takes_it_back() -> None:
    site = Site()
    domain = site.pair(name="Budapest East")
    began = site.clock.monotonic()
    site.prober.unresolved = {"ce.example": Trouble("SERVFAIL", began, ((AF_INET, "192.0.2.7"),))}
    site.run(4)
    assert not NameTrouble.objects.exists()
    site.run(10)
    row = NameTrouble.objects.get()
    assert (row.monitor.identity, row.host, row.addresses) == ("one", "ce.example", "192.0.2.7")
    assert (site.clock.now() - row.since).total_seconds() == pytest.approx(site.clock.monotonic() - began)
    with CaptureQueriesContext(connection) as queries:
        site.run(20)
    assert not [one for one in queries.captured_queries if "nametrouble" in one["sql"].lower()]
    site.prober.unresolved = {}
    site.run(4)
    assert not NameTrouble.objects.exists()
    assert domain.servers.count() == 2


@pytest.mark.django_db
def test_when_many_names_fail_at_once_no_round_writes_them_all() -> None:
    site = Site()
    site.pair(name="Budapest East")
    began = site.clock.monotonic()
    site.prober.unresolved = {f"ce-{number}.example": Trouble("SERVFAIL", began, ()) for number in range(1200)}
    site.run(10)
    written = [NameTrouble.objects.count()]
    for _ in range(3):
        site.run(2)
        written.append(NameTrouble.objects.count())
    assert written == [500, 1000, 1200, 1200]


@pytest.mark.django_db
def test_the_page_of_the_domain_says_so(operator: Client) -> None:
    domain = Site().pair(name="Budapest East", slug="budapest-east")
    where = "/infrastructure/application-servers/budapest-east/high-availability/"
    assert "does not resolve" not in operator.get(where).content.decode()
    server = domain.servers.first()
    assert server is not None
    for _ in range(2):
        NameTroubleFactory.create(monitor=MonitorFactory.create(), host=server.server_fqdn, addresses="192.0.2.7")
    page = operator.get(where).content.decode()
    assert page.count("A name does not resolve") == 1
    assert "its last good addresses stay in use: 192.0.2.7" in page


def test_a_companion_works_while_its_monitor_leads_and_begins_anew_when_it_leads_again() -> None:
    clock, leads, did = TurnedClock(), [False], []

    def begin(clock: object) -> "object":
        did.append("begin")
        return lambda: did.append("work")

    shift = Shift(Companion("a", 5.0, begin), leads=lambda: leads[0], clock=clock)  # type: ignore[arg-type]
    for leading in (False, True, True, False, True):
        leads[0] = leading
        shift.run_once()
        clock.turn(2)
    assert did == ["begin", "work", "begin", "work"]
    clock.turn(5)
    shift.run_once()
    assert did[-1] == "work"
    assert len(did) == 5
