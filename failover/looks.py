"""How states and statuses look: the one place that pairs them with a tone, an icon and a word."""

from common.status import Look, Tone
from failover.decision import Code, State
from failover.health import Status
from failover.observation import Reason, Verdict

NOT_WATCHED = Look(Tone.IDLE, "slash-circle", "Not watched")
NOT_JUDGED = Look(Tone.IDLE, "question-lg", "Not judged yet")
STANDBY_DOWN = Look(Tone.WARN, "exclamation-triangle-fill", "Standby down")
STANDBY_UNKNOWN = Look(Tone.WARN, "question-lg", "Standby not judged")
NOT_CHECKED = Look(Tone.WARN, "question-lg", "Cannot be checked")
LEADS = Look(Tone.OK, "check-lg", "Leads")
STANDS_BY = Look(Tone.IDLE, "activity", "Stands by")
LATE = Look(Tone.WARN, "hourglass-split", "Late")
SILENT = Look(Tone.BAD, "slash-circle", "Silent")
STOPPED = Look(Tone.IDLE, "pause-fill", "Stopped")
CLOCK_AHEAD = Look(Tone.BAD, "clock-history", "Clock ahead")
EMERGENCY = Look(Tone.EMERGENCY, "telephone-forward", "Emergency")
HEALTHY = Look(Tone.OK, "check-lg", "Healthy")
PAUSED = Look(Tone.IDLE, "pause-fill", "Paused")
OFF = Look(Tone.IDLE, "slash-circle", "Automatic off")

STATES = {
    State.UNKNOWN: NOT_JUDGED,
    State.STEADY: HEALTHY,
    State.CONFIRMING: Look(Tone.WARN, "hourglass-split", "Confirming"),
    State.COUNTING_DOWN: Look(Tone.WARN, "clock-history", "Switches in"),
    State.HELD: Look(Tone.BAD, "x-lg", "Held"),
    State.EXPOSED: Look(Tone.BAD, "exclamation-octagon-fill", "Exposed"),
    State.SWITCH: Look(Tone.WARN, "arrow-left-right", "Switching"),
}
HELD = {
    Code.STANDBY_DOWN: Look(Tone.BAD, "x-lg", "Held: standby down"),
    Code.STANDBY_UNKNOWN: Look(Tone.BAD, "question-lg", "Held: standby unclear"),
    Code.PAUSED: Look(Tone.BAD, "pause-fill", "Held: paused"),
    Code.NO_MAJORITY: Look(Tone.BAD, "people", "Held: no majority"),
    Code.ANTI_FLAP: Look(Tone.BAD, "arrow-repeat", "Held: flapping"),
    Code.MASS_OUTAGE: Look(Tone.BAD, "broadcast", "Held: mass outage"),
    Code.HISTORY_WENT_BACK: Look(Tone.BAD, "exclamation-octagon-fill", "Held: went back"),
    Code.INTERVAL_OVER: Look(Tone.BAD, "hourglass-split", "Held: not committed"),
}
STEADY_BUT = {Code.STANDBY_DOWN: STANDBY_DOWN, Code.STANDBY_UNKNOWN: STANDBY_UNKNOWN, Code.NOT_JUDGED: NOT_JUDGED}
STATUSES = {
    Status.UP: Look(Tone.OK, "check-lg", "Up"),
    Status.DOWN: Look(Tone.BAD, "x-lg", "Down"),
    Status.UNKNOWN: NOT_JUDGED,
}
FAILING = Look(Tone.WARN, "hourglass-split", "Failing")


def state_look(state: State, code: str) -> Look:
    """The look of a domain's state."""
    if state is State.STEADY and code in STEADY_BUT:
        return STEADY_BUT[Code(code)]
    if state is State.HELD and code in HELD:
        return HELD[Code(code)]
    return STATES[state]


def ordered_look(look: Look, mode: str) -> Look:
    """The look of a domain that switches by itself or, as its `mode` says, does not; what is amiss outweighs that."""
    if look is not HEALTHY:
        return look
    return {"off": OFF, "paused": PAUSED}.get(mode, look)


def status_look(status: Status, failures: int, reason: str) -> Look:
    """The look of a server's status; one that fails checks, or cannot be checked, is shown so before the verdict."""
    if status is not Status.UNKNOWN:
        return STATUSES[status]
    if reason and Reason(reason).verdict is Verdict.NO_EVIDENCE:
        return NOT_CHECKED
    return FAILING if failures else NOT_JUDGED
