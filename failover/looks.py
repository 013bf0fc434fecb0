"""How states and statuses look: the one place that pairs them with a tone, an icon and a word."""

from common.status import Look, Tone
from failover.decision import Code, State
from failover.health import Status

NOT_WATCHED = Look(Tone.IDLE, "slash-circle", "Not watched")
NOT_JUDGED = Look(Tone.IDLE, "question-lg", "Not judged yet")
STANDBY_DOWN = Look(Tone.WARN, "exclamation-triangle-fill", "Standby down")
STANDBY_UNKNOWN = Look(Tone.IDLE, "question-lg", "Standby not judged")
EMERGENCY = Look(Tone.EMERGENCY, "telephone-forward", "Emergency")

STATES = {
    State.UNKNOWN: NOT_JUDGED,
    State.STEADY: Look(Tone.OK, "check-lg", "Healthy"),
    State.CONFIRMING: Look(Tone.WARN, "hourglass-split", "Confirming"),
    State.COUNTING_DOWN: Look(Tone.WARN, "clock-history", "Switches in"),
    State.HELD: Look(Tone.BAD, "x-lg", "Held"),
    State.EXPOSED: Look(Tone.BAD, "exclamation-octagon-fill", "Exposed"),
    State.SWITCH: Look(Tone.WARN, "arrow-left-right", "Switching"),
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
    return STATES[state]


def status_look(status: Status, failures: int) -> Look:
    """The look of a server's status; a server that fails checks is shown so before the verdict."""
    return FAILING if status is Status.UNKNOWN and failures else STATUSES[status]
