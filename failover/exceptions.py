"""What the failover services refuse."""

from enum import StrEnum


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


class SwitchRefused(Exception):
    """Nothing was switched; `code` is stable, `sentence` is for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
