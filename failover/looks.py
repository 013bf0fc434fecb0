"""How states and statuses look: the one place that pairs them with a tone, an icon and a word."""

from common.status import Look, Tone
from failover.decision import Code, State
from failover.health import Status
from failover.observation import Reason, Verdict

NOT_WATCHED = Look(
    Tone.IDLE,
    "slash-circle",
    "Not watched",
    "No monitor runs: nothing is checked, nothing switches by itself.",
    "unwatched",
)
NOT_JUDGED = Look(Tone.IDLE, "question-lg", "Not judged yet", "Too few checks so far to say whether it is up or down.")
STANDBY_DOWN = Look(
    Tone.WARN,
    "exclamation-triangle-fill",
    "Standby down",
    "The active server is up; the other one could not take over.",
)
STANDBY_UNKNOWN = Look(
    Tone.WARN,
    "question-lg",
    "Standby not judged",
    "The active server is up; whether the other one could take over is not known.",
)
NOT_CHECKED = Look(
    Tone.WARN,
    "question-lg",
    "Cannot be checked",
    "The monitor gets no evidence, for example because the name does not resolve: nothing switches by itself.",
)
LEADS = Look(Tone.OK, "check-lg", "Leads", "This monitor writes down what it sees, and switches.")
STANDS_BY = Look(
    Tone.IDLE, "activity", "Stands by", "This monitor watches and votes; it leads when the leader falls silent."
)
LATE = Look(Tone.WARN, "hourglass-split", "Late", "Its checks start late, and a failover as much later.", "late")
SILENT = Look(Tone.BAD, "slash-circle", "Silent", "It gave no sign of life lately and did not say that it stops.")
STOPPED = Look(Tone.IDLE, "pause-fill", "Stopped", "It was stopped in order.")
CLOCK_AHEAD = Look(
    Tone.BAD,
    "clock-history",
    "Clock ahead",
    "Its clock and the console's disagree: nobody can tell whether it lives.",
    "ahead",
)
EMERGENCY = Look(
    Tone.EMERGENCY,
    "telephone-forward",
    "Emergency",
    "Somebody declared it: the domain makes no outbound calls; its Emergency page says what inbound ones get.",
)
HEALTHY = Look(Tone.OK, "check-lg", "Healthy", "The active server is up, and so is the other one where there is one.")
PAUSED = Look(
    Tone.IDLE, "pause-fill", "Paused", "Somebody paused automatic switching; outages are still seen.", "paused"
)
OFF = Look(Tone.IDLE, "slash-circle", "Automatic off", "It never switches by itself; people switch by hand.", "off")
FLAPPING = Look(
    Tone.BAD,
    "arrow-repeat",
    "Flapping",
    "Three switches by themselves within an hour: nothing switches by itself until somebody acknowledges it.",
    "flapping",
)
WENT_BACK = Look(
    Tone.BAD,
    "exclamation-octagon-fill",
    "Went back",
    "The database shows an older state than was seen before: somebody must confirm which server is active.",
    "behind",
)

STATES = {
    State.UNKNOWN: NOT_JUDGED,
    State.STEADY: HEALTHY,
    State.CONFIRMING: Look(
        Tone.WARN,
        "hourglass-split",
        "Confirming",
        "Checks of the active server fail; a few more decide whether it is out.",
    ),
    State.COUNTING_DOWN: Look(
        Tone.WARN,
        "clock-history",
        "Switches in",
        "The active server is out; the other one takes over when the interval is over.",
    ),
    State.HELD: Look(
        Tone.BAD, "x-lg", "Held", "The active server is out, and something keeps the other one from taking over."
    ),
    State.EXPOSED: Look(
        Tone.BAD,
        "exclamation-octagon-fill",
        "Exposed",
        "The active server is out and there is no other one: the site is dark.",
    ),
    State.SWITCH: Look(Tone.WARN, "arrow-left-right", "Switching", "The other server becomes active now."),
}
NO_WAY_OUT = Look(
    Tone.BAD,
    "clock-history",
    "Held in",
    "The active server is out, and the other one is not known to be up: unless that changes, nothing takes over.",
)
HELD = {
    Code.STANDBY_DOWN: Look(Tone.BAD, "x-lg", "Held: standby down", "Both servers are out."),
    Code.STANDBY_UNKNOWN: Look(
        Tone.BAD,
        "question-lg",
        "Held: standby unclear",
        "The active server is out; whether the other one is up is not known.",
    ),
    Code.PAUSED: Look(
        Tone.BAD, "pause-fill", "Held: paused", "The active server is out, and automatic switching is paused or off."
    ),
    Code.NO_MAJORITY: Look(Tone.BAD, "people", "Held: no majority", "Too few monitors see the outage."),
    Code.ANTI_FLAP: Look(Tone.BAD, "arrow-repeat", "Held: flapping", FLAPPING.means),
    Code.MASS_OUTAGE: Look(
        Tone.BAD, "broadcast", "Held: mass outage", "Many domains fail at once: it may be the monitor's own network."
    ),
    Code.HISTORY_WENT_BACK: Look(Tone.BAD, "exclamation-octagon-fill", "Held: went back", WENT_BACK.means),
    Code.INTERVAL_OVER: Look(
        Tone.BAD,
        "hourglass-split",
        "Held: not committed",
        "The switch is due, and the database does not take it.",
    ),
}
STEADY_BUT = {Code.STANDBY_DOWN: STANDBY_DOWN, Code.STANDBY_UNKNOWN: STANDBY_UNKNOWN, Code.NOT_JUDGED: NOT_JUDGED}
OF_DOMAINS = (
    *(STATES[state] for state in (State.EXPOSED, State.HELD)),
    NO_WAY_OUT,
    *(STATES[state] for state in (State.COUNTING_DOWN, State.SWITCH, State.CONFIRMING)),
    WENT_BACK,
    FLAPPING,
    STANDBY_DOWN,
    STANDBY_UNKNOWN,
    NOT_CHECKED,
    NOT_JUDGED,
    NOT_WATCHED,
    EMERGENCY,
    PAUSED,
    OFF,
    HEALTHY,
)
STATUSES = {
    Status.UP: Look(Tone.OK, "check-lg", "Up", "Its naming service answers."),
    Status.DOWN: Look(Tone.BAD, "x-lg", "Down", "Its naming service failed several checks in a row."),
    Status.UNKNOWN: NOT_JUDGED,
}
FAILING = Look(Tone.WARN, "hourglass-split", "Failing", "Its latest checks failed; a few more decide.")


def state_look(state: State, code: str) -> Look:
    """The look of a domain's state."""
    if state is State.STEADY and code in STEADY_BUT:
        return STEADY_BUT[Code(code)]
    if state is State.HELD and code in HELD:
        return HELD[Code(code)]
    return STATES[state]


def ordered_look(look: Look, order: str) -> Look:
    """The look of a healthy domain that does not switch by itself, as the `order` says; other looks say more."""
    if look is not HEALTHY:
        return look
    return next((ordered for ordered in (WENT_BACK, FLAPPING, OFF, PAUSED) if ordered.key == order), look)


def status_look(status: Status, failures: int, reason: str) -> Look:
    """The look of a server's status; one that fails checks, or cannot be checked, is shown so before the verdict."""
    if status is not Status.UNKNOWN:
        return STATUSES[status]
    if reason and Reason(reason).verdict is Verdict.NO_EVIDENCE:
        return NOT_CHECKED
    return FAILING if failures else NOT_JUDGED
