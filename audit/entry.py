"""One line of the trail, whatever it tells of."""

from dataclasses import dataclass, field
from datetime import datetime

from common.status import Look, Tone

SCRIPT = "a script"

CREATED = Look(Tone.OK, "plus-lg", "Created")
CHANGED = Look(Tone.IDLE, "pencil", "Changed")
DELETED = Look(Tone.BAD, "trash3", "Deleted")
EMERGENCY = Look(Tone.EMERGENCY, "telephone-forward", "Emergency declared")
EMERGENCY_OVER = Look(Tone.OK, "check-lg", "Emergency ended")
SWITCHED = Look(Tone.WARN, "arrow-left-right", "Switched")
REFUSED = Look(Tone.IDLE, "slash-circle", "Refused")
SCHEDULED = Look(Tone.IDLE, "clock-history", "Scheduled")
PAUSED = Look(Tone.WARN, "pause-fill", "Paused")
RESUMED = Look(Tone.OK, "arrow-repeat", "Resumed")
REVOKED = Look(Tone.BAD, "slash-circle", "Revoked")
CLEARED = Look(Tone.OK, "unlock", "Cleared")
ACKNOWLEDGED = Look(Tone.OK, "check-lg", "Acknowledged")
SIGNED_IN = Look(Tone.IDLE, "box-arrow-in-right", "Signed in")
NOT_SIGNED_IN = Look(Tone.WARN, "key", "Sign-in failed")
HELD_BACK = Look(Tone.BAD, "hourglass-split", "Held back")


@dataclass(frozen=True, slots=True)
class Change:
    """One property: what it was, and what it is since; empty where it had or has no value."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to what; `action` is the id that everything carries that was done by one request."""

    at: datetime
    actor: str
    look: Look
    noun: str
    subject: str
    domain: str = ""
    slug: str = ""  # of the domain, while it exists
    text: str = ""
    changes: list[Change] = field(default_factory=list)
    action: str = ""
    address: str = ""
    version: tuple[str, int] | None = None  # kind and key of what it was before, where that can be restored

    @property
    def whole(self) -> bool:
        """Whether the changes are all properties of what was created or deleted."""
        return self.look in (CREATED, DELETED)
