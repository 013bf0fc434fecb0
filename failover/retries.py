"""When a notice that could not be delivered is tried again, and when it is given up. Pure."""

from datetime import timedelta

FIRST = timedelta(seconds=10)
LONGEST = timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(hours=24)
AT_LEAST = 5  # tries before it is given up, however old it is
SPREAD = 0.2


def wait(tries: int, jitter: float) -> timedelta:
    """How long to wait after so many failed tries; `jitter` from -1 to 1 keeps those that failed together apart."""
    doubled = FIRST * (1 << min(tries - 1, 16))
    return min(doubled, LONGEST) * (1 + SPREAD * jitter)


def longest_wait() -> timedelta:
    """No wait is longer; a time further away was written by a clock that was wrong."""
    return LONGEST * (1 + SPREAD)


def given_up(tries: int, age: timedelta) -> bool:
    """Whether one that failed so many times, and is so old, is a dead letter."""
    return tries >= AT_LEAST and age >= GIVEN_UP_AFTER
