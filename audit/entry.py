"""One line of the trail, whatever it tells of."""

from dataclasses import dataclass, field
from datetime import datetime

from common.status import Look, Tone

SCRIPT = "a script"

CREATED = Look(Tone.OK, "plus-lg", "Created", "It was not there before; below is what it was made with.")
CHANGED = Look(Tone.IDLE, "pencil", "Changed", "What differs is below, as it was before and after.")
DELETED = Look(Tone.BAD, "trash3", "Deleted", "Below is what it was like at the end.")
EMERGENCY = Look(
    Tone.EMERGENCY,
    "telephone-forward",
    "Emergency declared",
    "From then on calls of the domain went the emergency way.",
)
EMERGENCY_OVER = Look(Tone.OK, "check-lg", "Emergency ended", "From then on calls went their usual way.")
SWITCHED = Look(Tone.WARN, "arrow-left-right", "Switched", "The other server of the domain became active.")
REFUSED = Look(Tone.IDLE, "slash-circle", "Refused", "A switch was asked for and not made; nothing was changed.")
SCHEDULED = Look(Tone.IDLE, "clock-history", "Scheduled", "A switch was ordered for later.")
PAUSED = Look(Tone.WARN, "pause-fill", "Paused", "From then on nothing switched by itself.")
RESUMED = Look(Tone.OK, "arrow-repeat", "Resumed", "The pause was ended.")
REVOKED = Look(Tone.BAD, "slash-circle", "Revoked", "From then on the token was good for nothing.")
CLEARED = Look(Tone.OK, "unlock", "Cleared", "Somebody looked at what held a domain back, and let it go on.")
ACKNOWLEDGED = Look(Tone.OK, "check-lg", "Acknowledged", "Somebody takes care of the alarm.")
SIGNED_IN = Look(Tone.IDLE, "box-arrow-in-right", "Signed in", "User name and password were right.")
NOT_SIGNED_IN = Look(Tone.WARN, "key", "Sign-in failed", "The user name or the password was wrong.")
HELD_BACK = Look(
    Tone.BAD,
    "hourglass-split",
    "Held back",
    "There were too many wrong passwords, so no further one was looked at for a while.",
)


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
