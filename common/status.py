"""How a state looks: one tone, icon and word, so that no page invents its own."""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """The colours of static/console/console.css; never the only sign."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    IDLE = "idle"
    EMERGENCY = "emergency"


@dataclass(frozen=True)
class Look:
    """A state as people see it; `icon` is a symbol of the icon sprite, `means` explains the word to a newcomer.

    Where something is decided by a look, it is by its `key`: words are free to change.
    """

    tone: Tone
    icon: str
    word: str
    means: str = ""
    key: str = ""
