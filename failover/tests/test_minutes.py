"""Minutes of servers: what is counted, how a minute closes, how much waits. Decision 0017."""

from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failover.minutes import KEPT, MOST_LATENCIES, Minute, Minutes, combine
from failover.observation import Observation, Reason

LONGEST = 6.0
ALL = 1000
OK, REFUSED, TIMEOUT, BLIND = Reason.OK, Reason.REFUSED, Reason.TIMEOUT, Reason.UNRESOLVED

Seen = tuple[Reason, float, float]
# A result, the second in which it came, and how many milliseconds it took.
results = st.lists(st.tuples(st.sampled_from(Reason), st.floats(0, 59), st.floats(0.01, 5000)), min_size=1, max_size=40)
QUIETLY = settings(deadline=None)  # a busy machine is no fault of the code


def seen(reason: Reason, at: float, took: float = 1.0, server: int = 1) -> Observation:
    return Observation(server, 1, reason, at - took / 1000, at)


def closed(minutes: Minutes, server: int = 1) -> list[Minute]:
    """All closed minutes of a server, after a look that nobody else's are lost."""
    minutes.settle(10**9, {server})
    return minutes.due(ALL).get(server, [])


def minute_of(observed: list[Seen]) -> Minute:
    minutes = Minutes(LONGEST)
    minutes.take([seen(reason, 600 + at, took) for reason, at, took in observed], 0)
    (minute,) = closed(minutes)
    return minute


@QUIETLY
@given(results)
def test_every_check_counts_once_and_only_answered_ones_have_a_latency(observed: list[Seen]) -> None:
    minute = minute_of(observed)
    assert minute.number == 10
    assert minute.checks == len(observed)
    assert minute.healthy == sum(reason is OK for reason, _, _ in observed)
    assert minute.blind == sum(reason in (Reason.UNRESOLVED, Reason.NO_RESOURCES) for reason, _, _ in observed)
    latencies = [took for reason, _, took in observed if reason is OK]
    if latencies:
        assert minute.least == pytest.approx(min(latencies), rel=1e-3, abs=1e-2)
        assert minute.median == pytest.approx(median(latencies), rel=1e-3, abs=1e-2)
        assert minute.most == pytest.approx(max(latencies), rel=1e-3, abs=1e-2)
        assert 0 < minute.least <= minute.median <= minute.most
    else:
        assert (minute.least, minute.median, minute.most) == (0, 0, 0)


@QUIETLY
@given(results, st.randoms(use_true_random=False))
def test_within_a_minute_the_order_makes_no_difference(observed: list[Seen], random: object) -> None:
    mixed = list(observed)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert minute_of(mixed) == minute_of(observed)


@QUIETLY
@given(st.lists(st.tuples(st.sampled_from([OK, REFUSED]), st.integers(0, 500)), min_size=1, max_size=60))
def test_no_check_is_lost_between_minutes(observed: list[tuple[Reason, int]]) -> None:
    minutes = Minutes(LONGEST)
    ordered = sorted(observed, key=lambda one: one[1])
    minutes.take([seen(reason, float(at)) for reason, at in ordered], 0)
    found = closed(minutes)
    assert sum(minute.checks for minute in found) == len(observed)
    assert [minute.number for minute in found] == sorted({at // 60 for _, at in observed})


@QUIETLY
@given(st.lists(st.floats(0.01, 5000), min_size=3, max_size=10), st.integers(MOST_LATENCIES, 4 * MOST_LATENCIES))
def test_more_latencies_than_are_kept_leave_the_extremes_exact_and_the_median_within(
    some: list[float], number: int
) -> None:
    latencies = [some[place % len(some)] for place in range(number)]
    minute = minute_of([(OK, 1.0, took) for took in latencies])
    assert minute.healthy == len(latencies)
    assert minute.least == pytest.approx(min(latencies), rel=1e-3, abs=1e-2)
    assert minute.most == pytest.approx(max(latencies), rel=1e-3, abs=1e-2)
    assert minute.least <= minute.median <= minute.most


def test_a_minute_is_one_of_the_wall_clock() -> None:
    minutes = Minutes(LONGEST)
    minutes.take([seen(OK, 59.0), seen(OK, 61.0)], 1_000_000_020)
    assert [minute.number for minute in closed(minutes)] == [16_666_667, 16_666_668]


def test_a_running_minute_is_not_due_until_it_is_over_or_settled() -> None:
    minutes = Minutes(LONGEST)
    minutes.take([seen(OK, 10.0)], 0)
    assert minutes.due(ALL) == {}
    minutes.settle(0, {1})
    assert minutes.due(ALL) == {}
    minutes.settle(1, {1})
    assert [minute.healthy for minute in minutes.due(ALL)[1]] == [1]


def test_a_check_during_which_the_monitor_stood_still_says_nothing() -> None:
    minute = minute_of([(OK, 1.0, 7000.0), (REFUSED, 2.0, 7000.0), (OK, 3.0, 2.0)])
    assert (minute.healthy, minute.failures, minute.blind) == (1, 0, 2)
    assert minute.most == pytest.approx(2.0, rel=1e-3)


def test_who_waits_longest_comes_first_and_whoever_could_not_be_written_comes_last() -> None:
    minutes = Minutes(LONGEST)
    minutes.take([seen(OK, 10.0, server=server) for server in (3, 1, 2)], 0)
    minutes.settle(1, {1, 2, 3})
    batch = minutes.due(2)
    assert list(batch) == [3, 1]
    minutes.drop([3])
    minutes.put_back(batch)
    assert list(minutes.due(ALL)) == [2, 3, 1]
    assert minutes.due(ALL)[3] == batch[3]
    assert minutes.due(ALL)[1] == batch[1]


def test_only_the_latest_minutes_wait() -> None:
    minutes = Minutes(LONGEST)
    minutes.take([seen(OK, 60.0 * number) for number in range(100)], 0)
    assert [minute.number for minute in closed(minutes)] == list(range(100 - KEPT, 100))


def test_servers_that_nobody_watches_any_more_are_forgotten() -> None:
    minutes = Minutes(LONGEST)
    minutes.take([seen(OK, 10.0, server=1), seen(OK, 10.0, server=2)], 0)
    minutes.settle(1, {2})
    assert list(minutes.due(ALL)) == [2]


@st.composite
def parts(draw: st.DrawFn) -> Minute:
    healthy, failures, blind = (draw(st.integers(0, 60)) for _ in range(3))
    latencies = sorted(draw(st.tuples(*[st.floats(0.25, 5000, width=16)] * 3))) if healthy else (0.0,) * 3
    return Minute(7, healthy, failures, blind, *latencies)


@QUIETLY
@given(parts(), parts(), parts())
def test_a_minute_seen_twice_may_be_written_twice_and_loses_nothing(one: Minute, two: Minute, three: Minute) -> None:
    both = combine(one, two)
    assert combine(one, one) == one
    assert combine(two, one) == both
    assert combine(both, two) == both
    assert combine(combine(one, two), three) == combine(one, combine(two, three))
    assert both.failures == max(one.failures, two.failures)
    assert both.least <= both.median <= both.most
