"""An hour in one value: what comes out is what went in, and it stays small."""

from hypothesis import given, settings
from hypothesis import strategies as st

from failover.hours import LAYOUT, MINUTES, columns, merge, pack, unpack
from failover.minutes import Minute

HOUR = 495_000
halves = st.floats(0.25, 60000, width=16)
counts = st.integers(0, 65535)


@st.composite
def minutes(draw: st.DrawFn) -> Minute:
    number = HOUR * MINUTES + draw(st.integers(0, MINUTES - 1))
    healthy, failures, blind = draw(st.integers(1, 65535)), draw(counts), draw(counts)
    return Minute(number, healthy, failures, blind, *sorted(draw(st.tuples(halves, halves, halves))))


hours = st.lists(minutes(), max_size=12, unique_by=lambda minute: minute.number).map(sorted)


@settings(deadline=None)  # a busy machine is no fault of the code
@given(hours)
def test_what_is_packed_comes_out_again(hour: list[Minute]) -> None:
    assert list(unpack(pack(hour), HOUR)) == hour


def test_a_full_hour_takes_a_few_hundred_bytes_and_an_empty_one_next_to_nothing() -> None:
    full = [Minute(HOUR * MINUTES + n, 30, 0, 0, 0.5 + n / 97, 0.8 + n / 89, 2.0 + n / 83) for n in range(MINUTES)]
    assert len(pack(full)) < 400
    assert len(pack([])) < 40


def test_a_layout_that_this_version_does_not_know_counts_as_nothing_seen() -> None:
    foreign = b"\x02" + pack([Minute(HOUR * MINUTES, 30)])[len(LAYOUT) :]
    assert list(unpack(foreign, HOUR)) == []
    assert [len(column) for column in columns(foreign)] == [MINUTES] * 6


def test_merging_fills_holes_and_combines_what_both_saw() -> None:
    stored = [Minute(100, 30), Minute(101, 10)]
    seen = [Minute(101, 20, 2), Minute(102, 30)]
    assert merge(stored, seen, since=0) == [Minute(100, 30), Minute(101, 20, 2), Minute(102, 30)]


def test_of_the_time_before_it_led_a_monitor_only_fills_holes() -> None:
    merged = merge(
        [Minute(100, 30), Minute(102, 3)], [Minute(100, 0, 30), Minute(101, 0, 30), Minute(102, 9)], since=102
    )
    assert merged == [Minute(100, 30), Minute(102, 9), Minute(101, 0, 30)]
