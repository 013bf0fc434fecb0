"""The probe engine against real sockets on this machine."""

import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from failover.names import Answer, Resolver
from failover.observation import Kind, Observation, Reason, Target
from failover.pace import Pace
from failover.poller import EpollPoller, Poller, SelectorPoller
from failover.probes import Prober, sweep
from failover.tests.listeners import (
    HERE,
    HERE_BIG,
    answering,
    closed_port,
    complaining_about_1_2,
    deaf,
    dripping,
    dripping_slowly,
    endless,
    hanging_up,
    late,
    listening,
    only_1_0,
    resetting,
    rude,
)

PACE = Pace(period=0.2, quick=0.05, timeout=0.4)
LOCAL = "127.0.0.1"


@contextmanager
def probing(*targets: Target, pace: Pace = PACE, poller: Poller | None = None) -> Iterator[Prober]:
    prober = Prober(pace=pace, poller=poller)
    try:
        prober.watch(targets)
        yield prober
    finally:
        prober.close()


def collected(prober: Prober, enough: Callable[[list[Observation]], bool], seconds: float = 5.0) -> list[Observation]:
    """Results until there are enough."""
    seen: list[Observation] = []
    deadline = time.monotonic() + seconds
    while not enough(seen):
        assert time.monotonic() < deadline, f"not enough results: {seen}"
        seen += prober.results()
        time.sleep(0.005)
    return seen


def reason(port: int, kind: Kind = Kind.TCP, key: bytes = b"NameService") -> Reason:
    """What one probe says."""
    return sweep([Target(1, 1, LOCAL, port, kind, key)], pace=PACE)[1].reason


@pytest.mark.parametrize("poller", [EpollPoller, SelectorPoller])
@pytest.mark.parametrize("kind", Kind)
def test_a_server_that_answers_is_ok_with_either_poller(poller: Callable[[], Poller], kind: Kind) -> None:
    with listening(answering(HERE)) as port, probing(Target(1, 7, LOCAL, port, kind), poller=poller()) as prober:
        (first, *_) = collected(prober, lambda seen: len(seen) >= 3)
    assert (first.server, first.configuration, first.reason) == (1, 7, Reason.OK)
    assert 0 < first.latency < 400


def test_a_port_on_which_nobody_listens_is_refused() -> None:
    assert reason(closed_port()) is Reason.REFUSED


def test_a_stopped_process_still_accepts_but_does_not_answer() -> None:
    with listening() as port:
        assert reason(port) is Reason.OK
        assert reason(port, Kind.GIOP) is Reason.TIMEOUT


@pytest.mark.parametrize(
    ("manners", "expected"),
    [
        pytest.param(answering(HERE_BIG), Reason.OK, id="the other byte order"),
        pytest.param(dripping, Reason.OK, id="byte by byte"),
        pytest.param(only_1_0, Reason.OK, id="closes on 1.2"),
        pytest.param(complaining_about_1_2, Reason.OK, id="message error on 1.2"),
        pytest.param(answering(HERE[:16] + b"\0\0\0\0"), Reason.NO_NAMING_SERVICE, id="unknown object"),
        pytest.param(answering(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.BAD_REPLY, id="another protocol"),
        pytest.param(endless, Reason.BAD_REPLY, id="2 GB"),
        pytest.param(hanging_up, Reason.CLOSED, id="closes on every version"),
        pytest.param(answering(HERE[:10]), Reason.TIMEOUT, id="half a header and silence"),
        pytest.param(answering(b""), Reason.TIMEOUT, id="accepts and stays silent"),
        pytest.param(
            answering(b"GIOP\1\2\1\4\xff\xff\xff\x7f"), Reason.BAD_REPLY, id="announces 2 GB and stays silent"
        ),
        pytest.param(answering(HERE + b"more"), Reason.OK, id="says more than it was asked"),
        pytest.param(resetting, Reason.RESET, id="resets"),
    ],
)
def test_a_naming_service_is_judged_by_its_answer(manners: Callable[..., None], expected: Reason) -> None:
    with listening(manners) as port:
        assert reason(port, Kind.GIOP) is expected


def test_a_server_that_answers_late_but_in_time_is_ok() -> None:
    with listening(late(0.3, answering(HERE))) as port:
        seen = sweep([Target(1, 1, LOCAL, port, Kind.GIOP)], pace=Pace(period=0.2, quick=0.05, timeout=3.0))[1]
    assert seen.reason is Reason.OK
    assert seen.latency >= 300


@pytest.mark.parametrize(
    "manners",
    [
        pytest.param(dripping_slowly, id="byte by byte, none of them late"),
        pytest.param(late(0.3, only_1_0), id="two versions, neither of them late"),
    ],
)
def test_there_is_one_deadline_for_all_that_a_probe_does(manners: Callable[..., None]) -> None:
    with listening(manners) as port:
        seen = sweep([Target(1, 1, LOCAL, port, Kind.GIOP)], pace=PACE)[1]
    assert seen.reason is Reason.TIMEOUT
    assert 400 <= seen.latency < 800


def test_a_server_that_closes_at_once_is_out_for_who_asks_and_up_for_who_only_connects() -> None:
    with listening(rude) as port:
        assert reason(port, Kind.GIOP) in (
            Reason.CLOSED,
            Reason.RESET,
        )  # as the request crosses the end, or comes after
        assert reason(port) is Reason.OK


def test_a_server_that_drops_packets_times_out_in_time_and_delays_no_other() -> None:
    with deaf() as dead, listening() as live:
        targets = [Target(number, 1, LOCAL, dead) for number in range(300)] + [Target(999, 1, LOCAL, live)]
        with probing(*targets) as prober:
            seen = collected(prober, lambda seen: sum(one.server == 999 for one in seen) >= 8)
    healthy = [one for one in seen if one.server == 999]
    assert {one.reason for one in healthy} == {Reason.OK}
    gaps = [after.started - before.started for before, after in itertools.pairwise(healthy)]
    assert max(gaps) < 2 * PACE.period
    timeouts = [one for one in seen if one.server != 999]
    assert {one.reason for one in timeouts} == {Reason.TIMEOUT}
    assert max(one.latency for one in timeouts) < 1000 * (PACE.timeout + 0.3)


def test_many_that_die_at_the_same_time_delay_no_other() -> None:
    patient = Pace(period=0.2, quick=0.05, timeout=2.0)
    with deaf() as dead, listening() as live, probing(alive := Target(9999, 1, LOCAL, live), pace=patient) as prober:
        seen = collected(prober, lambda seen: len(seen) >= 2)
        prober.watch([alive, *(Target(number, 1, LOCAL, dead) for number in range(700))])
        seen += collected(prober, lambda seen: sum(one.server != 9999 for one in seen) >= 700, seconds=20)
    moments = [one.started for one in seen if one.server == 9999] + [max(one.finished for one in seen)]
    assert max(after - before for before, after in itertools.pairwise(moments)) < 4 * PACE.period
    assert Reason.NO_RESOURCES not in {one.reason for one in seen}


def test_any_healthy_address_makes_the_server_healthy() -> None:
    async def lookup(host: str) -> Answer:
        return Answer(((socket.AF_INET, "127.0.0.2"), (socket.AF_INET, LOCAL)))

    with listening() as port:
        target = Target(1, 1, "two.addresses.example", port)
        assert sweep([target], pace=PACE, resolver=Resolver(lookup=lookup))[1].reason is Reason.OK


def test_a_name_that_does_not_resolve_is_no_evidence() -> None:
    async def lookup(host: str) -> Answer:
        return Answer(trouble="there is no such name")

    seen = sweep([Target(1, 1, "no.such.example", 1)], pace=PACE, resolver=Resolver(lookup=lookup))
    assert seen[1].reason is Reason.UNRESOLVED


def test_an_address_that_the_system_cannot_even_take_is_no_evidence_and_delays_no_other() -> None:
    async def lookup(host: str) -> Answer:
        return Answer(((socket.AF_INET, "odd\0address"),))

    with listening() as port:
        targets = [Target(1, 1, "odd.example", port), Target(2, 1, LOCAL, port)]
        seen = sweep(targets, pace=PACE, resolver=Resolver(lookup=lookup))
    assert {server: one.reason for server, one in seen.items()} == {1: Reason.NO_RESOURCES, 2: Reason.OK}


def test_a_sweep_gives_one_observation_of_each_server() -> None:
    async def lookup(host: str) -> Answer:
        return Answer(trouble="there is no such name")

    assert sweep([], pace=PACE) == {}
    with listening() as live, deaf() as dead:
        ends = [(LOCAL, live), (LOCAL, dead), (LOCAL, closed_port()), ("no.example", 1), (LOCAL, live)]
        targets = [Target(number, number, *end) for number, end in enumerate(ends)]
        seen = sweep([*targets, targets[0]], pace=PACE, resolver=Resolver(lookup=lookup))
    assert [(one.server, one.configuration, str(one.reason)) for _, one in sorted(seen.items())] == [
        (0, 0, "ok"),
        (1, 1, "timeout"),
        (2, 2, "refused"),
        (3, 3, "unresolved"),
        (4, 4, "ok"),
    ]


def test_every_server_is_probed_once_a_period() -> None:
    with listening() as port, probing(*(Target(number, 1, LOCAL, port) for number in range(200))) as prober:
        seen = collected(prober, lambda seen: len(seen) >= 2000)
    for server in range(200):
        starts = [one.started for one in seen if one.server == server]
        gaps = [after - before for before, after in itertools.pairwise(starts)]
        assert len(starts) >= 8
        assert min(gaps) >= PACE.period * 0.99
        assert max(gaps) < PACE.period * 3


def test_a_hurried_server_is_probed_at_the_quick_pace() -> None:
    with listening() as port, probing(Target(1, 1, LOCAL, port), pace=Pace(period=30, quick=0.05)) as prober:
        prober.hurry({1})
        collected(prober, lambda seen: len(seen) >= 5)


def test_a_server_that_is_hurried_no_more_goes_back_to_the_usual_pace() -> None:
    pace = Pace(period=0.4, quick=0.02, timeout=0.4)
    with listening() as port, probing(Target(1, 1, LOCAL, port), pace=pace) as prober:
        prober.hurry({1})
        collected(prober, lambda seen: len(seen) >= 3)
        prober.hurry(())
        later = collected(prober, lambda seen: len(seen) >= 4)
    assert later[-1].started - later[-2].started >= pace.period * 0.99


def test_results_carry_the_configuration_that_was_probed_and_a_removed_server_yields_no_more() -> None:
    with listening() as port, probing(Target(1, 1, LOCAL, port), Target(2, 1, LOCAL, port)) as prober:
        prober.watch([Target(1, 2, LOCAL, port)])
        collected(prober, lambda seen: any(one.configuration == 2 for one in seen))
        later = collected(prober, lambda seen: len(seen) >= 4)
    assert {(one.server, one.configuration) for one in later} == {(1, 2)}


def test_closing_ends_the_thread_and_leaks_no_descriptor() -> None:
    before = len(os.listdir("/proc/self/fd"))
    with listening() as port, probing(*(Target(number, 1, LOCAL, port) for number in range(100))) as prober:
        collected(prober, lambda seen: len(seen) >= 1000)
    assert not any(thread.name == "prober" for thread in threading.enumerate())
    assert len(os.listdir("/proc/self/fd")) <= before


def test_a_sweep_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    assert reason(closed_port()) is Reason.REFUSED
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before:
        assert time.monotonic() < deadline, threading.enumerate()
        time.sleep(0.005)


def test_being_told_again_what_to_watch_does_not_probe_a_slow_server_sooner() -> None:
    target = (1, 1, LOCAL)
    with deaf() as port, probing(pace=Pace(period=1.5, quick=1.5, timeout=0.2)) as prober:
        seen: list[Observation] = []
        deadline = time.monotonic() + 10
        while len(seen) < 2:
            assert time.monotonic() < deadline
            prober.watch([Target(*target, port)])  # equal, but not the same object
            seen += prober.results()
            time.sleep(0.02)
    assert seen[1].started - seen[0].started >= 1.49


def test_a_dead_address_does_not_hide_a_live_one() -> None:
    async def lookup(host: str) -> Answer:
        return Answer(((socket.AF_INET, "127.0.0.2"), (socket.AF_INET, LOCAL)))

    with ExitStack() as stack:
        port = stack.enter_context(listening())
        dead = stack.enter_context(socket.create_server(("127.0.0.2", port), backlog=0))
        for _ in range(4):  # its queue is full, so that the kernel drops what comes
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(dead.getsockname())
        target = Target(1, 1, "two.addresses.example", port)
        assert sweep([target], pace=PACE, resolver=Resolver(lookup=lookup))[1].reason is Reason.OK


OUT_OF_DESCRIPTORS = """
import os, resource, sys
from failover.pace import Pace
from failover.observation import Target
from failover.probes import Prober
import time
prober = Prober(pace=Pace(period=0.1, quick=0.1, timeout=0.4))
limit = max(int(name) for name in os.listdir("/proc/self/fd"))  # that of the listing, which is free again
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
prober.watch([Target(1, 1, "127.0.0.1", int(sys.argv[1]))])
seen = []
while len(seen) < 3:
    seen += prober.results()
    time.sleep(0.01)
prober.close()  # a thread that Python ends at exit needs a library, for which there is no descriptor: SIGABRT
print({str(one.reason) for one in seen})
"""


def test_a_monitor_without_descriptors_does_not_blame_the_server() -> None:
    with listening() as port:
        done = subprocess.run(
            [sys.executable, "-c", OUT_OF_DESCRIPTORS, str(port)],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    assert done.stdout.strip() == "{'no_resources'}"
