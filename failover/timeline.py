"""What happened to a domain, as one timeline of switches, countdowns, refusals and what people ordered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from appservers.models import Domain
from common.status import Tone
from common.words import exact
from failover.models import (
    Cause,
    Countdown,
    Ending,
    Hold,
    HoldKind,
    Outcome,
    Pause,
    ScheduledSwitch,
    SwitchEvent,
    SwitchRefusal,
)
from failover.observation import Reason

LATEST = 20

ENDINGS = {
    Ending.RECOVERED: (Tone.OK, "Recovered"),
    Ending.SERVER_CHANGED: (Tone.IDLE, "Countdown ended: the active server was edited"),
    Ending.STANDBY_REMOVED: (Tone.WARN, "Countdown ended: the standby was removed"),
    Ending.PAUSED: (Tone.IDLE, "Countdown ended: automatic switching was paused"),
    Ending.EVIDENCE_LOST: (Tone.IDLE, "Countdown ended: nothing was seen for a while, so it counts anew"),
    Ending.MONITOR_CHANGED: (Tone.IDLE, "Countdown ended: the monitor that leads now did not see it, and counts anew"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: datetime
    tone: Tone
    title: str
    text: str


def timeline(domain: Domain, limit: int = LATEST) -> list[Entry]:
    """The latest entries, latest first."""
    entries = [
        *(_switch(event) for event in SwitchEvent.objects.filter(domain=domain)[:limit]),
        *(entry for countdown in Countdown.objects.filter(domain=domain)[:limit] for entry in _countdown(countdown)),
        *(_refusal(refusal) for refusal in SwitchRefusal.objects.filter(domain=domain)[:limit]),
        *(entry for pause in Pause.objects.filter(domain=domain)[:limit] for entry in _pause(pause)),
        *(entry for hold in Hold.objects.filter(domain=domain)[:limit] for entry in _hold(hold)),
        *(
            entry
            for row in ScheduledSwitch.objects.filter(domain=domain).order_by("-created_at")[:limit]
            for entry in _schedule(row)
        ),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:limit]


def _switch(event: SwitchEvent) -> Entry:
    title = f"{event.get_cause_display()} to {event.get_to_role_display()}, epoch {event.epoch}"
    if event.cause == Cause.AUTOMATIC:
        return Entry(event.at, Tone.BAD, title, event.sentence)
    forced = " It was forced." if event.forced else ""
    return Entry(event.at, Tone.WARN, title, f"By {event.actor_name}: “{event.reason}”.{forced}")


def _countdown(countdown: Countdown) -> Iterator[Entry]:
    role = countdown.get_role_display()
    wrong = f"{role} {Reason(countdown.reason).sentence}." if countdown.reason else f"{role} is out."
    yield Entry(countdown.started_at, Tone.WARN, "Countdown started", wrong)
    if countdown.held_at is not None:
        yield Entry(countdown.held_at, Tone.BAD, "Switch held", countdown.held_sentence)
    if countdown.ended_at is not None and countdown.ending in ENDINGS:
        tone, title = ENDINGS[Ending(countdown.ending)]
        lasted = countdown.ended_at - countdown.outage_at
        yield Entry(countdown.ended_at, tone, title, f"{role} was out for {exact(lasted)}. No switch was made.")


def _refusal(refusal: SwitchRefusal) -> Entry:
    title = f"{refusal.get_cause_display()} to {refusal.get_to_role_display()} refused"
    return Entry(refusal.at, Tone.IDLE, title, f"Asked by {refusal.actor_name}. {refusal.sentence}")


def _pause(pause: Pause) -> Iterator[Entry]:
    yield Entry(
        pause.started_at,
        Tone.IDLE,
        "Automatic switching paused",
        f"By {pause.actor_name}: “{pause.reason.rstrip('.')}”.",
    )
    if pause.ended_at is not None:
        text = f"By {pause.ended_by}." if pause.ended_by else "The pause was over."
        yield Entry(pause.ended_at, Tone.OK, "Automatic switching resumed", text)


def _hold(hold: Hold) -> Iterator[Entry]:
    yield Entry(hold.since, Tone.BAD, f"Held: {hold.get_kind_display().lower()}", hold.sentence)
    if hold.cleared_at is not None:
        flapped = hold.kind == HoldKind.ANTI_FLAP
        title = "Flapping acknowledged" if flapped else "Active server confirmed"
        yield Entry(hold.cleared_at, Tone.OK, title, f"By {hold.cleared_by}: “{hold.note.rstrip('.')}”.")


def _schedule(row: ScheduledSwitch) -> Iterator[Entry]:
    title = f"Switch to {row.get_to_role_display()} scheduled"
    yield Entry(row.created_at, Tone.IDLE, title, f"By {row.actor_name}: “{row.reason.rstrip('.')}”.")
    if row.done_at is not None and row.outcome != Outcome.MADE:  # a switch that was made is an entry of its own
        tone = Tone.WARN if row.outcome == Outcome.MISSED else Tone.IDLE
        yield Entry(row.done_at, tone, f"Scheduled switch: {row.get_outcome_display().lower()}", row.sentence)
