"""Health of one server, judged from observations. Pure: standard library only. FAILOVER.md section 2.

All times are seconds on one monitor's monotonic clock.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from failover.observation import Observation, Reason, Verdict


class Status(StrEnum):
    """The verdict on a server."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many results make a verdict, and how long a silence breaks the evidence (`gap`, seconds)."""

    fall: int = 3
    rise: int = 2
    gap: float = 6.0


@dataclass(frozen=True, slots=True)
class Track:
    """What a monitor remembers of a server in one version of its configuration.

    `failures` and `successes` count consecutive results. The outage is counted in observed evidence: `counted` holds
    the seconds of closed stretches, `counting_from` the start of the one that still runs. `last` is the end of the
    latest result that was evidence.
    """

    configuration: int
    failures: int = 0
    successes: int = 0
    counted: float = 0.0
    counting_from: float | None = None
    last: float | None = None
    reason: Reason | None = None
    latency: float | None = None


def judge(track: Track, seen: Observation, limits: Limits) -> Track:
    """The track after one more observation; results of another configuration are dropped."""
    if seen.configuration != track.configuration:
        return track
    if _silent(track, seen.finished, limits):
        track = Track(track.configuration)  # evidence has no gaps, so it starts anew behind one
    if seen.finished - seen.started > limits.gap:
        return track  # the monitor itself stood still during this probe: nobody watched the deadline
    match seen.reason.verdict:
        case Verdict.HEALTHY:
            return _after_success(track, seen, limits)
        case Verdict.OUTAGE:
            return replace(
                track,
                failures=track.failures + 1,
                successes=0,
                counting_from=seen.started if track.counting_from is None else track.counting_from,
                last=seen.finished,
                reason=seen.reason,
                latency=seen.latency,
            )
        case Verdict.NO_EVIDENCE:
            return replace(_frozen(track), reason=seen.reason)


def status(track: Track, now: float, limits: Limits) -> Status:
    """Up or down by consecutive results; unknown in between, and when nothing was heard for too long."""
    if track.last is None or _silent(track, now, limits):
        return Status.UNKNOWN
    if track.failures >= limits.fall:
        return Status.DOWN
    return Status.UP if track.successes >= limits.rise else Status.UNKNOWN


def failing(track: Track, now: float, limits: Limits) -> bool:
    """Whether the latest evidence, if it is not too old, speaks of an outage."""
    return track.failures > 0 and not _silent(track, now, limits)


def evidence(track: Track, now: float, limits: Limits) -> float:
    """Seconds of outage that were observed without a gap, up to now."""
    if track.counting_from is None or track.last is None:
        return track.counted
    until = track.last if _silent(track, now, limits) else max(now, track.last)
    return track.counted + (until - track.counting_from)


def counting_anew(track: Track) -> Track:
    """The track with its outage counted from its latest result on; used when the server becomes active."""
    return replace(track, counted=0.0, counting_from=None if track.counting_from is None else track.last)


def _after_success(track: Track, seen: Observation, limits: Limits) -> Track:
    frozen = _frozen(track)
    successes = track.successes + 1
    return replace(
        frozen,
        failures=0,
        successes=successes,
        counted=0.0 if successes >= limits.rise else frozen.counted,
        last=seen.finished,
        reason=seen.reason,
        latency=seen.latency,
    )


def _frozen(track: Track) -> Track:
    """The track with its count stopped at the latest evidence."""
    if track.counting_from is None or track.last is None:
        return track
    return replace(track, counted=track.counted + (track.last - track.counting_from), counting_from=None)


def _silent(track: Track, now: float, limits: Limits) -> bool:
    return track.last is not None and now - track.last > limits.gap
