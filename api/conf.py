"""The API's settings."""

from django.conf import settings

from common.kept import until_settings_change

LONGEST_WAIT = 60  # seconds of a long poll
TOKEN_KEPT = 2.0  # seconds for which a process remembers a token: a revoked one is refused everywhere within that
BURST = 20.0  # seconds' worth of requests that may come at once: 50,000 agents with one token that all come back
DEAR = 100  # what a report costs, in requests
FAILURES, FAILURES_PER_SECOND = 30.0, 0.5  # how often one address may send one token that is refused
GUESSES, GUESSES_PER_SECOND = 300.0, 5.0  # the same of all its tokens: many clients may stand behind one address


@until_settings_change
def open_to_components() -> bool:
    """Whether component endpoints answer without a token."""
    return bool(settings.API_OPEN)


@until_settings_change
def rate() -> float:
    """Requests a second of one client that this process answers; 0 sets no limit."""
    return float(settings.API_RATE)


@until_settings_change
def waiters() -> int:
    """Long polls that may wait in this process at a time."""
    return int(settings.API_WAITERS)


@until_settings_change
def sightings_every() -> float:
    """Seconds after which those who asked are written down; 0 writes nobody down."""
    return min(float(settings.API_SIGHTINGS_EVERY), 10.0)
