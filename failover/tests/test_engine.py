"""The probe engine's own process: orders go in, observations come out, and its death is not the watch's end."""

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.engine import Engine, pack, unpack
from failover.observation import Observation, Reason, Target
from failover.pace import Pace
from failover.tests.listeners import closed_port, listening

PACE = Pace(period=0.2, quick=0.05, timeout=0.4)
LOCAL = "127.0.0.1"

moments = st.floats(0, 1e9)
observations = st.lists(
    st.builds(Observation, st.integers(1, 2**62), st.integers(1, 2**62), st.sampled_from(Reason), moments, moments),
    max_size=50,
)


@given(observations, moments)
def test_observations_come_out_of_the_pipe_as_they_went_in(seen: list[Observation], lateness: float) -> None:
    assert unpack(pack(seen, lateness)) == (seen, lateness)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(pace=PACE)
    yield engine
    engine.close()


def test_a_name_that_does_not_resolve_is_told_to_the_monitor(engine: Engine) -> None:
    engine.watch([Target(1, 1, "nowhere.invalid", 9999)])
    until = time.monotonic() + 20
    while not engine.troubles() and time.monotonic() < until:
        time.sleep(0.05)
    assert set(engine.troubles()) == {"nowhere.invalid"}


def collected(engine: Engine, enough: Callable[[list[Observation]], bool], seconds: float = 20.0) -> list[Observation]:
    seen: list[Observation] = []
    deadline = time.monotonic() + seconds
    while not enough(seen):
        assert time.monotonic() < deadline, f"not enough results: {seen}"
        seen += engine.results()
        time.sleep(0.01)
    return seen


def test_it_probes_what_it_is_told_to_and_stops_when_it_is_told_otherwise(engine: Engine) -> None:
    with listening() as port:
        engine.watch([Target(1, 1, LOCAL, port), Target(2, 7, LOCAL, closed_port())])
        seen = collected(engine, lambda seen: {one.server for one in seen} == {1, 2})
        assert {(one.server, one.configuration, one.reason) for one in seen} == {
            (1, 1, Reason.OK),
            (2, 7, Reason.REFUSED),
        }
        engine.watch([Target(1, 1, LOCAL, port)])
        time.sleep(PACE.period)
        engine.results()
        assert {one.server for one in collected(engine, lambda seen: len(seen) > 3)} == {1}


def test_its_times_are_those_of_this_process(engine: Engine) -> None:
    engine.watch([Target(1, 1, LOCAL, closed_port())])
    before = time.monotonic()
    seen = collected(engine, bool)
    assert before <= seen[0].started <= seen[0].finished <= time.monotonic()


def test_when_it_is_killed_another_one_goes_on(engine: Engine) -> None:
    with listening() as port:
        engine.watch([Target(1, 1, LOCAL, port)])
        collected(engine, bool)
        os.kill(engine.process, signal.SIGKILL)
        died = time.monotonic()
        assert collected(engine, lambda seen: bool(seen) and seen[-1].started > died + 0.5)[-1].reason is Reason.OK


def test_when_it_hangs_another_one_goes_on() -> None:
    engine = Engine(pace=Pace(period=0.2, quick=0.05, timeout=0.1))
    try:
        with listening() as port:
            engine.watch([Target(1, 1, LOCAL, port)])
            collected(engine, bool)
            os.kill(engine.process, signal.SIGSTOP)
            stopped = time.monotonic()
            assert collected(engine, lambda seen: bool(seen) and seen[-1].started > stopped + 0.5)
    finally:
        engine.close()


def test_what_arrives_after_this_process_stood_still_counts_for_nothing() -> None:
    stood_still = 0.0
    engine = Engine(pace=PACE, monotonic=lambda: time.monotonic() + stood_still)
    try:
        with listening() as port:
            engine.watch([Target(1, 1, LOCAL, port)])
            collected(engine, bool)
            stood_still = PACE.limits.gap + 1
            time.sleep(PACE.period)
            engine.results()
            time.sleep(3 * PACE.period)
            assert engine.results() == []
            assert engine.interrupted()
            stood_still = 0.0
            assert collected(engine, bool)
    finally:
        engine.close()


def test_it_ends_with_the_monitor() -> None:
    engine = Engine(pace=PACE)
    process = engine.process
    engine.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
