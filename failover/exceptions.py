"""What the failover services refuse."""

from enum import StrEnum
from typing import Any


class Refusal(StrEnum):
    """Why a switch was not made, besides the codes of decisions."""

    CONFLICT = "conflict"
    ALREADY_ACTIVE = "already_active"
    NO_STANDBY = "no_standby"
    REASON_MISSING = "reason_missing"
    STANDBY_NOT_UP = "standby_not_up"
    LEASE_LOST = "lease_lost"
    STALE_DECISION = "stale_decision"
    DOMAIN_GONE = "domain_gone"
    HISTORY_WENT_BACK = "history_went_back"
    PAUSED = "paused"
    SCHEDULE_GONE = "schedule_gone"
    TOO_LATE = "too_late"
    NOT_COMMITTED = "not_committed"


class SwitchRefused(Exception):
    """Nothing was switched; `code` is stable, `sentence` for people, `inputs` what it was decided on, if known."""

    def __init__(self, code: str, sentence: str, inputs: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.inputs = inputs


class SwitchUncertain(Exception):
    """The connection was cut while the switch was being committed, and the database cannot say yet what came of it."""


class NotPossible(Exception):
    """What a person asked for cannot be done as things stand; the text says why and how to mend it."""
