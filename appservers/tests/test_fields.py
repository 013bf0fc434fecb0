"""Names that people call the same are the same, and minutes read as people write them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from appservers.fields import fold
from appservers.formfields import MinutesField


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("GYŐR", "győr", id="capitals"),
        pytest.param("Gyo\u030br", "Győr", id="accent apart"),
        pytest.param("Straße", "STRASSE", id="sharp s"),
        pytest.param("\uff37ien", "Wien", id="full width"),
        pytest.param("Wien\u200b", "Wien", id="invisible"),
        pytest.param("Budapest \u00a0 East", "Budapest East", id="blanks"),
    ],
)
def test_names_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        pytest.param("2", 120, id="whole"),
        pytest.param("0.5", 30, id="point"),
        pytest.param("0,05", 3, id="comma"),
        pytest.param(" .5 ", 30, id="no zero, blanks"),
        pytest.param("0", 0, id="nothing"),
        pytest.param("1440", 86400, id="a day"),
        pytest.param("0.016667", 1.00002, id="six digits"),
        pytest.param("٢", 120, id="other digits"),
    ],
)
def test_minutes_are_read(typed: str, seconds: float) -> None:
    assert MinutesField().clean(typed) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("", "Give the interval in minutes.", id="empty"),
        pytest.param("two", "This is not a number of minutes.", id="text"),
        pytest.param("2 min", "This is not a number of minutes.", id="unit"),
        pytest.param("1e3", "This is not a number of minutes.", id="exponent"),
        pytest.param("nan", "This is not a number of minutes.", id="not a number"),
        pytest.param("1,440.5", "This is not a number of minutes.", id="comma and point"),
        pytest.param("-1", "An interval cannot be negative.", id="negative"),
        pytest.param("\u22121", "An interval cannot be negative.", id="negative, typeset"),
        pytest.param("1440.1", "The longest interval is 1440 minutes", id="absurd"),
        pytest.param("9" * 5000, "The longest interval is 1440 minutes", id="very absurd"),
        pytest.param("0.0000001", "at most six digits", id="too fine"),
        pytest.param("2\0", "NUL", id="NUL"),
    ],
)
def test_minutes_are_refused_with_advice(typed: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        MinutesField().clean(typed)


@given(st.integers(0, 1440 * 10**6))
def test_what_the_page_shows_reads_back_as_it_was(millionths: int) -> None:
    field, interval = MinutesField(), timedelta(microseconds=millionths * 60)
    assert field.clean(field.prepare_value(interval)) == interval
    assert not field.has_changed(interval, field.prepare_value(interval))


def test_text_that_is_no_interval_is_a_change() -> None:
    assert MinutesField().has_changed(timedelta(minutes=2), "two")
