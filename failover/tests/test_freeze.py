"""A monitor that stood still (SIGSTOP, a paused virtual machine) in the middle of a probe watched nobody meanwhile."""

import threading
import time

import pytest

from failover.health import Limits, Status, Track, evidence, judge, status
from failover.observation import Observation, Reason, Target
from failover.pace import Pace
from failover.poller import WRITABLE, EpollPoller
from failover.probes import Prober
from failover.tests.listeners import deaf

LIMITS = Limits(fall=3, rise=2, gap=6.0)
HOUR = 3600.0


def judged(*results: tuple[Reason, float, float]) -> Track:
    """The track after results, each with the start and the end of its probe."""
    track = Track(configuration=1)
    for reason, started, finished in results:
        track = judge(track, Observation(1, 1, reason, started, finished), LIMITS)
    return track


@pytest.mark.parametrize("reason", [Reason.TIMEOUT, Reason.REFUSED, Reason.OK])
def test_a_probe_that_spans_the_freeze_says_nothing(reason: Reason) -> None:
    thawed = 6.0 + HOUR
    track = judged(
        (Reason.TIMEOUT, 0.0, 2.0),
        (Reason.TIMEOUT, 2.0, 4.0),
        (Reason.TIMEOUT, 4.0, 6.0),
        (reason, 6.5, thawed),
        (Reason.REFUSED, thawed + 0.5, thawed + 0.5),
        (Reason.REFUSED, thawed + 1.0, thawed + 1.0),
    )
    assert status(track, thawed + 1.0, LIMITS) is Status.UNKNOWN
    assert evidence(track, thawed + 1.0, LIMITS) == pytest.approx(0.5)


def test_the_outage_of_a_server_that_nobody_judged_before_starts_behind_the_freeze() -> None:
    assert judged((Reason.TIMEOUT, 0.0, HOUR)) == Track(configuration=1)


def test_the_engine_itself_reports_such_a_probe_with_both_its_ends() -> None:
    jumped, under_way = 0.0, threading.Event()

    def monotonic() -> float:
        return time.monotonic() + jumped

    class Telling(EpollPoller):
        def add(self, descriptor: int, direction: int) -> None:
            super().add(descriptor, direction)
            if direction == WRITABLE:
                under_way.set()

    with deaf() as port:
        pace = Pace(period=0.1, quick=0.1, timeout=2.0)
        prober = Prober(pace=pace, poller=Telling(), monotonic=monotonic)
        try:
            prober.watch([Target(1, 1, "127.0.0.1", port)])
            assert under_way.wait(5)
            jumped = HOUR
            seen: list[Observation] = []
            deadline = time.monotonic() + 5
            while not seen and time.monotonic() < deadline:
                seen = prober.results()
                time.sleep(0.01)
        finally:
            prober.close()
    assert seen[0].reason is Reason.TIMEOUT
    assert seen[0].finished - seen[0].started > HOUR
    assert judge(Track(configuration=1), seen[0], LIMITS) == Track(configuration=1)
