"""Health of one server, judged from observations. Pure: standard library only. FAILOVER.md section 2.

All times are seconds on one monitor's monotonic clock.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

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


class Track(NamedTuple):
    """What a monitor remembers of a server in one version of its configuration.

    `failures` and `successes` count consecutive results, the latter up to RISE. The outage is counted in observed
    evidence: `counted` holds the seconds of closed stretches, `counting_from` the start of the one that still runs, and
    nothing before `since` counts. `last` is the end of the latest result that was evidence, `reason` what it said;
    `doubt` is why the results after it were none.
    """

    configuration: int
    failures: int = 0
    successes: int = 0
    counted: float = 0.0
    counting_from: float | None = None
    last: float | None = None
    reason: Reason | None = None
    latency: float | None = None
    doubt: Reason | None = None
    since: float = float("-inf")


def judge(track: Track, seen: Observation, limits: Limits) -> Track:
    """The track after one more observation; results of another configuration are dropped."""
    if seen.configuration != track.configuration:
        return track
    if silent(track, seen.finished, limits):
        track = broken(track)
    if seen.finished - seen.started > limits.gap:
        return track  # the monitor itself stood still during this probe: nobody watched the deadline
    match seen.reason.verdict:
        case Verdict.HEALTHY:
            return _after_success(track, seen, limits)
        case Verdict.OUTAGE:
            return _after_failure(track, seen)
        case Verdict.NO_EVIDENCE:
            return _frozen(track)._replace(doubt=seen.reason)


def status(track: Track, now: float, limits: Limits) -> Status:
    """Up or down by consecutive results; unknown in between, and when nothing was heard for too long."""
    if track.last is None or silent(track, now, limits):
        return Status.UNKNOWN
    if track.failures >= limits.fall:
        return Status.DOWN
    return Status.UP if track.successes >= limits.rise else Status.UNKNOWN


def reason(track: Track, verdict: Status) -> Reason | None:
    """Why the verdict is what it is: what the evidence said, or why there is none."""
    return track.doubt or track.reason if verdict is Status.UNKNOWN else track.reason


def failing(track: Track, now: float, limits: Limits) -> bool:
    """Whether the latest evidence, if it is not too old, speaks of an outage."""
    return track.failures > 0 and not silent(track, now, limits)


def wavering(track: Track, limits: Limits) -> bool:
    """Whether its latest results do not make a verdict yet."""
    return 0 < track.failures < limits.fall or 0 < track.successes < limits.rise


def evidence(track: Track, now: float, limits: Limits) -> float:
    """Seconds of outage that were observed without a gap, up to now."""
    if track.counting_from is None or track.last is None:
        return track.counted
    until = track.last if silent(track, now, limits) else max(now, track.last)
    return track.counted + max(0.0, until - track.counting_from)


def counting_anew(track: Track, now: float) -> Track:
    """The track with its outage counted from now on: after a pause, a switch, or a change of what was counted for."""
    return track._replace(counted=0.0, counting_from=None if track.counting_from is None else now, since=now)


def inheriting(configuration: int, counted: float, now: float) -> Track:
    """The track of a monitor that was away for a moment and knows what it had counted; its first result confirms it.

    As any evidence it waits for that no longer than a gap.
    """
    return Track(configuration, counted=counted, last=now)


def broken(track: Track) -> Track:
    """The track behind a gap: evidence has none, so everything starts anew."""
    return Track(track.configuration, doubt=track.doubt, since=track.since)


def silent(track: Track, now: float, limits: Limits) -> bool:
    """Whether nothing was heard for so long that what was heard before does not count."""
    return track.last is not None and now - track.last > limits.gap


def _after_success(track: Track, seen: Observation, limits: Limits) -> Track:
    successes = min(track.successes + 1, limits.rise)
    cleared = successes == limits.rise or not (track.failures or track.successes)
    return Track(
        track.configuration,
        successes=successes,
        counted=0.0 if cleared else _frozen(track).counted,
        last=seen.finished,
        reason=seen.reason,
        latency=seen.latency,
        since=track.since,
    )


def _after_failure(track: Track, seen: Observation) -> Track:
    return track._replace(
        failures=track.failures + 1,
        successes=0,
        counting_from=max(seen.started, track.since) if track.counting_from is None else track.counting_from,
        last=seen.finished,
        reason=seen.reason,
        latency=seen.latency,
        doubt=None,
    )


def _frozen(track: Track) -> Track:
    """The track with its count stopped at the latest evidence."""
    if track.counting_from is None or track.last is None:
        return track
    counted = track.counted + max(0.0, track.last - track.counting_from)
    return track._replace(counted=counted, counting_from=None)
