"""What to do about a domain; FAILOVER.md section 3.

Pure and total: standard library only, no clock, no input or output.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from failover.health import Status
from failover.observation import Reason


class State(StrEnum):
    """Where a domain stands."""

    UNKNOWN = "unknown"
    STEADY = "steady"
    CONFIRMING = "confirming"
    COUNTING_DOWN = "counting_down"
    HELD = "held"
    EXPOSED = "exposed"
    SWITCH = "switch"


# The active server is out, or seems to be, and another could take over.
OUT = (State.CONFIRMING, State.COUNTING_DOWN, State.HELD)


class Code(StrEnum):
    """Why, in a word that scripts and tests can rely on."""

    NOT_JUDGED = "not_judged"
    ALL_UP = "all_up"
    STANDBY_DOWN = "standby_down"
    STANDBY_UNKNOWN = "standby_unknown"
    NO_STANDBY = "no_standby"
    OUTAGE_SUSPECTED = "outage_suspected"
    INTERVAL_RUNNING = "interval_running"
    INTERVAL_OVER = "interval_over"
    PAUSED = "paused"
    HISTORY_WENT_BACK = "history_went_back"
    NO_MAJORITY = "no_majority"
    ANTI_FLAP = "anti_flap"
    MASS_OUTAGE = "mass_outage"


@dataclass(frozen=True, slots=True)
class Seen:
    """A server as the monitor sees it at this moment; `evidence` is seconds of observed outage."""

    role: str
    status: Status
    failing: bool = False
    failures: int = 0
    evidence: float = 0.0
    reason: Reason | None = None

    @property
    def name(self) -> str:
        """The role as people write it."""
        return self.role.capitalize()

    @property
    def trouble(self) -> str:
        """What is wrong, as the end of a sentence."""
        return self.reason.sentence if self.reason else "gave no result yet"


@dataclass(frozen=True, slots=True)
class Pause:
    """Automatic switching suspended by a person, until a time or without end."""

    by: str
    reason: str
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it still holds."""
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Votes:
    """How many monitors are live, how many of them it takes, and how many see what this one sees.

    `seeing` see the active server down and the standby up; `agreeing` counted at least the interval as well. `least` is
    how many monitors an installation wants before anything switches by itself. `lacking` is how many seconds a majority
    that sees the outage has still to count.
    """

    live: int = 1
    needed: int = 1
    seeing: int = 1
    agreeing: int = 1
    least: int = 1
    lacking: float = 0.0


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision depends on besides what stood before and the time; `interval` is in seconds.

    `behind` says that the database shows a lower epoch than was seen before, `flapping` that three automatic switches
    came within an hour and nobody acknowledged them, `mass` that the active server failed together with half of all
    servers and no other monitor confirms it.
    """

    interval: float
    fall: int
    active: Seen
    standby: Seen | None
    automatic: bool = True
    pause: Pause | None = None
    behind: bool = False
    votes: Votes = Votes()
    flapping: bool = False
    mass: bool = False

    def paused(self, now: datetime) -> bool:
        """Whether nothing may switch by itself."""
        return not self.automatic or (self.pause is not None and self.pause.holds(now))


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the domain stands, why (a code and a sentence), when a switch is due and what would come of it."""

    state: State
    code: Code
    sentence: str
    switch_at: datetime | None = None
    forecast: str = ""


class Guard(NamedTuple):
    """What forbids a switch: its code, why, and what ends it."""

    code: Code
    why: str
    release: str


def decide(situation: Situation, before: Decision | None, now: datetime) -> Decision:
    """The decision; the rules of FAILOVER.md section 3 in their order, the first that matches wins."""
    active, standby = situation.active, situation.standby
    if active.status is Status.UP:
        return _steady(active, standby)
    if not active.failing:
        return _as_before(situation, before, now)
    if standby is None and active.status is Status.DOWN:
        return _exposed(active)
    if situation.paused(now):
        return _held(active, _paused(situation.pause, now))
    if situation.behind:
        return _held(active, BEHIND)
    if standby is None or active.status is not Status.DOWN:
        return _confirming(active, situation.fall)
    left = max(situation.interval - active.evidence, situation.votes.lacking)
    if left > 0:
        return _counting_down(situation, standby, now + timedelta(seconds=left))
    if guard := _guard(situation, standby, situation.votes.agreeing):
        released = now + timedelta(seconds=2 * situation.interval - active.evidence)
        return _held(active, guard, released if guard.code is Code.MASS_OUTAGE else None)
    return Decision(
        State.SWITCH,
        Code.INTERVAL_OVER,
        f"{active.name} was out for {active.evidence:.1f} s: it {active.trouble}. {standby.name} is up and takes over.",
        switch_at=now,
    )


def _guard(situation: Situation, standby: Seen, votes: int) -> Guard | None:
    """The first guard that forbids the switch, or would if it were due now; rules 7 to 10."""
    if standby.status is not Status.UP:
        return Guard(_standby_code(standby), _why_held(standby), "As soon as it is up, it takes over.")
    if votes < situation.votes.needed or situation.votes.live < situation.votes.least:
        return Guard(Code.NO_MAJORITY, _why_no_majority(situation.votes, votes), f"{standby.name} then takes over.")
    if situation.flapping:
        return FLAPPING
    if situation.mass and situation.active.evidence < 2 * situation.interval:
        return MASS
    return None


def _held(active: Seen, guard: Guard, released: datetime | None = None) -> Decision:
    return Decision(
        State.HELD, guard.code, f"{active.name} {active.trouble}. {guard.why} {guard.release}", switch_at=released
    )


BEHIND = Guard(
    Code.HISTORY_WENT_BACK,
    "The database shows an older state than was seen before, as after a restore: who is active is not certain.",
    "Nothing switches by itself until somebody confirms the active server.",
)
FLAPPING = Guard(
    Code.ANTI_FLAP,
    "It switched by itself three times within an hour.",
    "Find out why, then acknowledge it: only then does it switch by itself again.",
)
MASS = Guard(
    Code.MASS_OUTAGE,
    "Half of all servers failed within a minute: this monitor's own network may be cut.",
    "If it lasts for one more interval, the switch is made.",
)


def _paused(pause: Pause | None, now: datetime) -> Guard:
    if pause is None or not pause.holds(now):
        return Guard(Code.PAUSED, "Automatic failover is off for this domain.", "Switch by hand.")
    until = f" until {pause.until:%Y-%m-%d %H:%M} UTC" if pause.until else ""
    return Guard(
        Code.PAUSED,
        f"{pause.by} paused automatic switching{until}: {pause.reason}.",
        "Resume it, or switch by hand.",
    )


def _why_no_majority(votes: Votes, agreeing: int) -> str:
    if votes.live < votes.least:
        return f"Only {votes.live} of the {votes.least} monitors that must watch do so."
    return f"Only {agreeing} of {votes.live} monitors see it like that; {votes.needed} must."


def _exposed(active: Seen) -> Decision:
    return Decision(
        State.EXPOSED,
        Code.NO_STANDBY,
        f"{active.name} {active.trouble}. There is no secondary server to take over: mend it, or register one.",
    )


def _confirming(active: Seen, fall: int) -> Decision:
    return Decision(
        State.CONFIRMING,
        Code.OUTAGE_SUSPECTED,
        f"{active.name} failed {active.failures} of {fall} checks: it {active.trouble}.",
    )


def _steady(active: Seen, standby: Seen | None) -> Decision:
    if standby is None:
        return Decision(State.STEADY, Code.NO_STANDBY, f"{active.name} is up. There is no secondary server.")
    if standby.status is Status.UP:
        return Decision(State.STEADY, Code.ALL_UP, "Both servers are up.")
    return Decision(
        State.STEADY,
        _standby_code(standby),
        f"{active.name} is up. {_why_held(standby)}",
    )


def _as_before(situation: Situation, before: Decision | None, now: datetime) -> Decision:
    """The state as before, in words of now; a switch that was decided and not made counts down still."""
    active = situation.active
    if before is None or before.state in (State.UNKNOWN, State.STEADY):
        state = State.STEADY if before and before.state is State.STEADY else State.UNKNOWN
        return Decision(state, Code.NOT_JUDGED, f"{active.name} is not judged yet: it {_unjudged(active)}.")
    count = f"the count stands at {active.evidence:.0f} of {situation.interval:.0f} s"
    sentence = f"{active.name} is neither up nor failing for certain; {count}."
    if before.state not in (State.COUNTING_DOWN, State.SWITCH):
        return replace(before, sentence=sentence, switch_at=None)
    return Decision(State.COUNTING_DOWN, Code.INTERVAL_RUNNING, sentence, forecast=_forecast_frozen(situation, now))


def _forecast_frozen(situation: Situation, now: datetime) -> str:
    """What would come of it if the count went on; nobody votes on a server that is not failing."""
    if (standby := situation.standby) is None:
        return ""
    if situation.paused(now):
        return _forecast(_paused(situation.pause, now), standby)
    unvoted = replace(situation, votes=Votes())
    guard = BEHIND if situation.behind else _guard(unvoted, standby, unvoted.votes.seeing)
    return _forecast(guard, standby)


def _counting_down(situation: Situation, standby: Seen, switch_at: datetime) -> Decision:
    guard = _guard(situation, standby, situation.votes.seeing)
    return Decision(
        State.COUNTING_DOWN,
        Code.INTERVAL_RUNNING,
        f"{situation.active.name} {situation.active.trouble}.",
        switch_at,
        forecast=_forecast(guard, standby),
    )


def _forecast(guard: Guard | None, standby: Seen) -> str:
    return f"Would be held. {guard.why}" if guard else f"{standby.name} is up and will become active."


def _standby_code(standby: Seen) -> Code:
    return Code.STANDBY_DOWN if standby.status is Status.DOWN else Code.STANDBY_UNKNOWN


def _why_held(standby: Seen) -> str:
    if standby.status is Status.DOWN:
        return f"{standby.name} cannot take over: it {standby.trouble}."
    return f"{standby.name} is not proven to be up: it {_unjudged(standby)}."


def _unjudged(server: Seen) -> str:
    """Why a server is neither up nor down, as the end of a sentence."""
    if server.reason is Reason.OK:
        return "answered too few checks in a row so far"
    return server.trouble
