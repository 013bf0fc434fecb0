"""The probe engine with a name service that fails: last good addresses, and no other server waits."""

import itertools
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dns.rcode
import pytest

from failover.names import Answer, Resolver
from failover.observation import Observation, Reason, Target
from failover.pace import Pace
from failover.probes import Prober, sweep
from failover.tests.listeners import listening
from failover.tests.nameserver import NameServer, name_server

PACE = Pace(period=0.1, quick=0.05, timeout=0.5)
LOCAL = "127.0.0.1"
HOST = "ce.example"


class Hours:
    """A clock that the tests put forward; it runs as the machine's own does meanwhile."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as server:
        server.records[HOST] = [LOCAL]
        yield server


@contextmanager
def probing(resolver: Resolver, *targets: Target) -> Iterator[Prober]:
    prober = Prober(pace=PACE, resolver=resolver)
    try:
        prober.watch(targets)
        yield prober
    finally:
        prober.close()


def collected(prober: Prober, enough: Callable[[list[Observation]], bool]) -> list[Observation]:
    seen: list[Observation] = []
    deadline = time.monotonic() + 10
    while not enough(seen):
        assert time.monotonic() < deadline, f"not enough results: {seen}"
        seen += prober.results()
        time.sleep(0.005)
    return seen


def reasons(seen: list[Observation], number: int) -> set[Reason]:
    return {one.reason for one in seen if one.server == number}


def count(number: int, wanted: int) -> Callable[[list[Observation]], bool]:
    return lambda seen: sum(one.server == number for one in seen) >= wanted


def resolved(seen: list[Observation], server: int) -> float:
    """When a check of that server first had an address to go to."""
    return next(one.finished for one in seen if one.server == server and one.reason is not Reason.UNRESOLVED)


def test_a_hundred_dead_names_delay_no_probe_of_others(server: NameServer, tmp_path: Path) -> None:
    dead = [f"dead{number}.example" for number in range(100)]
    server.silent.update(dead)
    resolver = Resolver(lookup=server.lookup(tmp_path, lifetime=10), patience=PACE.timeout)
    with listening() as port:
        targets = [Target(number, 1, host, port) for number, host in enumerate(dead)]
        named, literal = Target(1000, 1, HOST, port), Target(1001, 1, LOCAL, port)
        began = time.monotonic()
        with probing(resolver, *targets, named, literal) as prober:
            seen = collected(prober, count(1000, 10))
    assert reasons(seen, 1001) == {Reason.OK}
    # On a busy machine the name may be known a moment after the first look at it; from then on nothing delays it.
    answered = [one for one in seen if one.server == 1000 and one.finished >= resolved(seen, 1000)]
    assert {one.reason for one in answered} == {Reason.OK}
    assert answered[0].finished - began < 3
    for number in (1000, 1001):
        starts = [one.started for one in seen if one.server == number]
        assert max(after - before for before, after in itertools.pairwise(starts)) < 3
    assert {one.reason for one in seen if one.server < 1000} <= {Reason.UNRESOLVED}


@pytest.mark.parametrize("fault", ["silence", "NXDOMAIN", "SERVFAIL"])
def test_while_the_name_service_fails_the_server_is_probed_at_its_last_good_address(
    server: NameServer, tmp_path: Path, fault: str
) -> None:
    hours = Hours()
    resolver = Resolver(lookup=server.lookup(tmp_path, lifetime=1), monotonic=hours)
    with listening() as port, probing(resolver, Target(1, 1, HOST, port)) as prober:
        collected(prober, lambda seen: Reason.OK in reasons(seen, 1))
        if fault == "silence":
            server.silent.add(HOST)
        else:
            server.codes[HOST] = dns.rcode.from_text(fault)
        hours.ahead = 86400.0
        seen = collected(prober, lambda seen: HOST in resolver.troubles() and len(seen) >= 4)
        assert reasons(seen, 1) == {Reason.OK}
        server.silent.clear()
        server.codes.clear()
        hours.ahead += 3600.0
        collected(prober, lambda seen: HOST not in resolver.troubles())


def test_an_address_that_changes_is_probed_at_the_new_place_when_its_time_to_live_is_over(
    server: NameServer, tmp_path: Path
) -> None:
    hours = Hours()
    resolver = Resolver(lookup=server.lookup(tmp_path), monotonic=hours)
    with socket.create_server(("127.0.0.2", 0)) as listener:
        target = Target(1, 1, HOST, listener.getsockname()[1])
        with probing(resolver, target) as prober:
            collected(prober, lambda seen: Reason.REFUSED in reasons(seen, 1))
            server.records[HOST] = ["127.0.0.2"]
            hours.ahead = 61.0
            collected(prober, lambda seen: Reason.OK in reasons(seen, 1))


def test_of_ten_addresses_nine_are_dead_and_the_tenth_makes_the_server_healthy_in_time(
    server: NameServer, tmp_path: Path
) -> None:
    addresses = [f"127.0.0.{number}" for number in range(11, 21)]
    server.records[HOST] = addresses
    with ExitStack() as stack:
        alive = stack.enter_context(socket.create_server((addresses[-1], 0)))
        port = alive.getsockname()[1]
        for address in addresses[:-1]:  # their queues are full, so that the kernel drops what comes
            dead = stack.enter_context(socket.create_server((address, port), backlog=0))
            for _ in range(4):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(dead.getsockname())
        seen = sweep([Target(1, 1, HOST, port)], pace=PACE, resolver=Resolver(lookup=server.lookup(tmp_path)))
    assert seen[1].reason is Reason.OK
    assert seen[1].latency < 1000 * PACE.timeout


def test_a_family_that_this_machine_cannot_reach_does_not_hide_the_other() -> None:
    async def lookup(host: str) -> Answer:
        return Answer(((socket.AF_INET6, "2001:db8::1"), (socket.AF_INET, LOCAL)))

    with listening() as port:
        seen = sweep([Target(1, 1, HOST, port)], pace=PACE, resolver=Resolver(lookup=lookup))
    assert seen[1].reason is Reason.OK
