"""Durations in people's words, and names as people type them."""

from datetime import timedelta

import pytest

from common.words import exact, minutes, same_to_the_eye


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        pytest.param(timedelta(minutes=2), "2", id="whole"),
        pytest.param(timedelta(seconds=3), "0.05", id="three seconds"),
        pytest.param(timedelta(minutes=1440), "1440", id="a day"),
        pytest.param(timedelta(0), "0", id="none"),
        pytest.param(timedelta(seconds=100), "1.666667", id="a third"),
    ],
)
def test_minutes_have_the_fraction_they_need(duration: timedelta, expected: str) -> None:
    assert minutes(duration) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(3.21, "3.2 s", id="seconds"),
        pytest.param(59.96, "1 min 0.0 s", id="rounded up to a minute"),
        pytest.param(120.1, "2 min 0.1 s", id="minutes"),
        pytest.param(-1.0, "0.0 s", id="never below zero"),
    ],
)
def test_exact_spans_count_tenths(seconds: float, expected: str) -> None:
    assert exact(timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize(
    ("typed", "alike"),
    [
        pytest.param("Győr  East ", True, id="blanks"),
        pytest.param("Gyo\u030br East", True, id="accents in two pieces"),
        pytest.param("Győr\u00a0East", True, id="a blank that does not break"),
        pytest.param("Győr\u200f East\u200d", True, id="marks that nobody sees"),
        pytest.param("győr East", False, id="capitals"),
        pytest.param("Gyor East", False, id="no accent"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_name_is_typed_as_it_is_seen(typed: str, alike: bool) -> None:
    assert same_to_the_eye(typed, "Győr East") is alike
