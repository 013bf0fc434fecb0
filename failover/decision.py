"""What to do about a domain; FAILOVER.md section 3.

Pure and total: standard library only, no clock, no input or output.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

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
class Situation:
    """Everything a decision depends on besides what stood before and the time; `interval` is in seconds."""

    interval: float
    fall: int
    active: Seen
    standby: Seen | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the domain stands, why (a code and a sentence), when a switch is due and what would come of it."""

    state: State
    code: Code
    sentence: str
    switch_at: datetime | None = None
    forecast: str = ""


def decide(situation: Situation, before: Decision | None, now: datetime) -> Decision:
    """The decision; the rules of FAILOVER.md section 3 in their order, the first that matches wins."""
    active, standby = situation.active, situation.standby
    if active.status is Status.UP:
        return _steady(active, standby)
    if not active.failing:
        return _as_before(situation, before)
    if standby is None and active.status is Status.DOWN:
        return Decision(
            State.EXPOSED,
            Code.NO_STANDBY,
            f"{active.name} {active.trouble}. There is no secondary server to take over: mend it, or register one.",
        )
    if standby is None or active.status is not Status.DOWN:
        return Decision(
            State.CONFIRMING,
            Code.OUTAGE_SUSPECTED,
            f"{active.name} failed {active.failures} of {situation.fall} checks: it {active.trouble}.",
        )
    left = situation.interval - active.evidence
    if left > 0:
        return _counting_down(active, standby, now + timedelta(seconds=left))
    if standby.status is not Status.UP:
        return Decision(
            State.HELD,
            _standby_code(standby),
            f"{active.name} {active.trouble}. {_why_held(standby)} As soon as it is up, it takes over.",
        )
    return Decision(
        State.SWITCH,
        Code.INTERVAL_OVER,
        f"{active.name} was out for {active.evidence:.1f} s: it {active.trouble}. {standby.name} is up and takes over.",
        switch_at=now,
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


def _as_before(situation: Situation, before: Decision | None) -> Decision:
    active = situation.active
    if before is None or before.state in (State.UNKNOWN, State.STEADY, State.SWITCH):
        state = State.STEADY if before and before.state is State.STEADY else State.UNKNOWN
        return Decision(state, Code.NOT_JUDGED, f"{active.name} is not judged yet: it {_unjudged(active)}.")
    count = f"the count stands at {active.evidence:.0f} of {situation.interval:.0f} s"
    sentence = f"{active.name} is neither up nor failing for certain; {count}."
    return replace(before, sentence=sentence, switch_at=None)


def _counting_down(active: Seen, standby: Seen, switch_at: datetime) -> Decision:
    ready = standby.status is Status.UP
    return Decision(
        State.COUNTING_DOWN,
        Code.INTERVAL_RUNNING,
        f"{active.name} {active.trouble}.",
        switch_at,
        forecast=f"{standby.name} is up and will become active." if ready else f"Would be held. {_why_held(standby)}",
    )


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
