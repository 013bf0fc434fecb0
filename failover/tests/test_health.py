"""Health of one server: verdicts by consecutive results, outage by observed evidence; FAILOVER.md section 2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.health import Limits, Status, Track, counting_anew, evidence, failing, judge, status
from failover.observation import Observation, Reason

LIMITS = Limits(fall=3, rise=2, gap=6.0)
OK, REFUSED, TIMEOUT, BLIND = Reason.OK, Reason.REFUSED, Reason.TIMEOUT, Reason.UNRESOLVED


def seen(reason: Reason, at: float, took: float = 0.0, configuration: int = 1) -> Observation:
    return Observation(server=1, configuration=configuration, reason=reason, started=at - took, finished=at)


def after(*results: tuple[float, Reason]) -> Track:
    track = Track(configuration=1)
    for at, reason in results:
        track = judge(track, seen(reason, at), LIMITS)
    return track


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param([], Status.UNKNOWN, id="nothing seen"),
        pytest.param([OK], Status.UNKNOWN, id="one success is not enough"),
        pytest.param([OK, OK], Status.UP, id="RISE successes"),
        pytest.param([REFUSED, REFUSED], Status.UNKNOWN, id="FALL - 1 failures"),
        pytest.param([REFUSED, TIMEOUT, REFUSED], Status.DOWN, id="FALL failures of any kind"),
        pytest.param([OK, OK, REFUSED], Status.UNKNOWN, id="one failure after up"),
        pytest.param([REFUSED, REFUSED, REFUSED, OK], Status.UNKNOWN, id="a lone success"),
        pytest.param([REFUSED, REFUSED, REFUSED, OK, REFUSED], Status.UNKNOWN, id="a failure after a lone success"),
        pytest.param([REFUSED, REFUSED, REFUSED, OK, OK], Status.UP, id="recovered"),
        pytest.param([OK, OK, BLIND, BLIND], Status.UP, id="the monitor's own trouble says nothing"),
        pytest.param([REFUSED, REFUSED, BLIND, REFUSED], Status.DOWN, id="blindness between failures"),
    ],
)
def test_the_verdict_follows_consecutive_results(results: list[Reason], expected: Status) -> None:
    track = after(*((float(at), reason) for at, reason in enumerate(results)))
    assert status(track, float(len(results)), LIMITS) is expected


def test_a_verdict_grows_stale_when_nothing_is_heard_for_two_periods_and_the_deadline() -> None:
    track = after((0.0, OK), (1.0, OK))
    assert status(track, 7.0, LIMITS) is Status.UP
    assert status(track, 7.01, LIMITS) is Status.UNKNOWN
    assert not failing(after((0.0, REFUSED)), 6.01, LIMITS)


def test_the_outage_counts_from_the_start_of_the_first_failed_probe() -> None:
    track = judge(Track(configuration=1), seen(TIMEOUT, at=12.0, took=2.0), LIMITS)
    assert evidence(track, 13.0, LIMITS) == 3.0


def test_a_lone_success_freezes_the_count_and_the_next_failure_resumes_it() -> None:
    track = after((0.0, REFUSED), (2.0, REFUSED), (4.0, REFUSED), (6.0, OK))
    assert evidence(track, 7.0, LIMITS) == 4.0
    track = judge(track, seen(REFUSED, 8.0), LIMITS)
    assert evidence(track, 9.0, LIMITS) == 5.0


def test_rise_successes_clear_the_count() -> None:
    track = after((0.0, REFUSED), (2.0, REFUSED), (4.0, OK), (6.0, OK), (8.0, REFUSED))
    assert evidence(track, 8.5, LIMITS) == 0.5


def test_a_blind_monitor_adds_nothing_to_the_count() -> None:
    track = after((0.0, REFUSED), (2.0, REFUSED), (4.0, BLIND), (6.0, BLIND))
    assert evidence(track, 7.0, LIMITS) == 2.0


def test_evidence_does_not_reach_over_a_gap() -> None:
    track = after((0.0, REFUSED), (2.0, REFUSED), (4.0, REFUSED), (100.0, REFUSED))
    assert evidence(track, 100.0, LIMITS) == 0.0
    assert status(track, 100.0, LIMITS) is Status.UNKNOWN


def test_the_count_stands_while_nothing_is_heard() -> None:
    track = after((0.0, REFUSED), (2.0, REFUSED), (4.0, REFUSED))
    assert evidence(track, 1000.0, LIMITS) == 4.0


def test_results_of_an_older_configuration_are_dropped() -> None:
    track = Track(configuration=2)
    assert judge(track, seen(REFUSED, 1.0, configuration=1), LIMITS) == track


def test_a_server_that_becomes_active_while_down_is_counted_from_then_on() -> None:
    track = counting_anew(after((0.0, REFUSED), (2.0, REFUSED), (4.0, REFUSED)), 4.0)
    assert status(track, 5.0, LIMITS) is Status.DOWN
    assert evidence(track, 5.0, LIMITS) == 1.0
    frozen = counting_anew(after((0.0, REFUSED), (2.0, OK)), 2.0)
    assert evidence(frozen, 3.0, LIMITS) == 0.0


steps = st.lists(
    st.tuples(st.floats(0.1, 8.0), st.sampled_from([OK, REFUSED, TIMEOUT, BLIND])), min_size=1, max_size=40
)


@given(steps)
def test_the_count_never_exceeds_the_time_since_the_first_failure_and_never_jumps(
    results: list[tuple[float, Reason]],
) -> None:
    track, now, first_failure = Track(configuration=1), 0.0, None
    for wait, reason in results:
        before, then = evidence(track, now, LIMITS), now
        now += wait
        assert evidence(track, now, LIMITS) - before <= (now - then) + 1e-9
        track = judge(track, seen(reason, now), LIMITS)
        if reason in (REFUSED, TIMEOUT) and first_failure is None:
            first_failure = now
        elapsed = 0.0 if first_failure is None else now - first_failure
        assert 0.0 <= evidence(track, now, LIMITS) <= elapsed + 1e-9


@given(steps)
def test_up_and_down_are_never_claimed_without_the_results_that_prove_them(results: list[tuple[float, Reason]]) -> None:
    track, now, proof = Track(configuration=1), 0.0, list[Reason]()
    for wait, reason in results:
        now += wait
        track = judge(track, seen(reason, now), LIMITS)
        if reason is not BLIND:
            proof.append(reason)
        verdict = status(track, now, LIMITS)
        if verdict is Status.UP:
            assert proof[-2:] == [OK, OK]
        if verdict is Status.DOWN:
            assert OK not in proof[-3:]
            assert len(proof) >= 3


def test_judging_leaves_the_old_track_as_it_was() -> None:
    track = after((0.0, REFUSED))
    copy = track._replace()
    judge(track, seen(OK, 1.0), LIMITS)
    assert track == copy
