"""Times as people give them, and windows of the night over changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from failover.windows import at_a_time, duration, later, next_window, night

BUDAPEST = ZoneInfo("Europe/Budapest")


def at(text: str) -> datetime:
    """A time of Budapest's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=BUDAPEST)


@pytest.mark.parametrize(
    ("text", "long"),
    [
        ("30m", timedelta(minutes=30)),
        ("90 min", timedelta(minutes=90)),
        (" 2h ", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, long: timedelta) -> None:
    assert duration(text) == long


@pytest.mark.parametrize("text", ["", "2", "h", "0h", "-1h", "1.5h", "2 weeks", "99999d"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="Write 30m, 2h or 1d"):
        duration(text)


def test_a_window_of_the_night_is_two_times() -> None:
    assert night("02:00-04:30") == (time(2), time(4, 30))


@pytest.mark.parametrize("text", ["", "02:00", "2-4", "02:00-25:00", "02:60-04:00", "02:00 to 04:00"])
def test_anything_else_is_no_window(text: str) -> None:
    with pytest.raises(ValueError, match="Write HH:MM-HH:MM"):
        night(text)


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        pytest.param("2026-02-10T12:00", "2026-02-11T02:00", "2026-02-11T04:00", id="tonight"),
        pytest.param("2026-02-10T01:00", "2026-02-10T02:00", "2026-02-10T04:00", id="later this night"),
        pytest.param("2026-02-10T03:00", "2026-02-10T02:00", "2026-02-10T04:00", id="open now"),
        pytest.param("2026-02-10T04:00", "2026-02-11T02:00", "2026-02-11T04:00", id="just over"),
    ],
)
def test_the_next_window_is_the_one_that_is_open_or_opens_next(now: str, opens: str, closes: str) -> None:
    assert next_window(time(2), time(4), at(now), BUDAPEST) == (at(opens), at(closes))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        pytest.param("2026-02-10T12:00", "2026-02-10T23:00", id="in the evening"),
        pytest.param("2026-02-11T01:00", "2026-02-10T23:00", id="open since yesterday"),
    ],
)
def test_a_window_may_reach_over_midnight(now: str, opens: str) -> None:
    found = next_window(time(23), time(3), at(now), BUDAPEST)
    assert found == (at(opens), at(opens) + timedelta(hours=4))


def test_a_window_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="Give it a length"):
        next_window(time(2), time(2), at("2026-02-10T12:00"), BUDAPEST)


def test_after_the_clocks_changed_the_window_opens_at_the_same_time_of_day() -> None:
    before = at("2026-03-28T04:00"), at("2026-03-28T05:00")  # the clocks go forward on the 29th
    after = later(before, at("2026-03-28T06:00"), BUDAPEST)
    assert after == (at("2026-03-29T04:00"), at("2026-03-29T05:00"))
    assert after[0].astimezone(UTC) - before[0].astimezone(UTC) == timedelta(hours=23)


def test_a_night_whose_clocks_leave_the_window_out_is_skipped() -> None:
    for closes in ("03:30", "05:00"):
        before = at("2026-03-28T02:30"), at(f"2026-03-28T{closes}")
        after = at("2026-03-30T02:30"), at(f"2026-03-30T{closes}")
        assert later(before, at("2026-03-28T12:00"), BUDAPEST) == after
    assert next_window(time(2), time(3), at("2026-03-28T12:00"), BUDAPEST)[0] == at("2026-03-30T02:00")


def test_a_window_that_was_missed_for_days_opens_next_in_the_future() -> None:
    before = at("2026-02-01T02:00"), at("2026-02-01T04:00")
    assert later(before, at("2026-02-05T12:00"), BUDAPEST)[0] == at("2026-02-06T02:00")
    assert later(before, at("2026-02-05T03:00"), BUDAPEST)[0] == at("2026-02-05T02:00")


def test_a_switch_at_a_time_waits_half_an_hour_for_its_server() -> None:
    moment = at("2026-02-01T02:00")
    assert at_a_time(moment) == (moment, moment + timedelta(minutes=30))
