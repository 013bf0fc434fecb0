"""What the columns hold: the words of the pure core, and those of the record."""

from django.db import models

from failover.decision import Code, State
from failover.health import Status
from failover.observation import Reason


def named(choices: type) -> list[tuple[str, str]]:
    """A StrEnum of the pure core as choices."""
    return [(choice.value, choice.value.replace("_", " ").capitalize()) for choice in choices]  # type: ignore[attr-defined]


def statuses() -> list[tuple[str, str]]:
    return named(Status)


def states() -> list[tuple[str, str]]:
    return named(State)


def codes() -> list[tuple[str, str]]:
    return named(Code)


def reasons() -> list[tuple[str, str]]:
    return named(Reason)


class Cause(models.TextChoices):
    """What led to a switch."""

    AUTOMATIC = "automatic", "Automatic failover"
    MANUAL = "manual", "Manual failover"
    FAILBACK = "failback", "Fail-back"
    SCHEDULED = "scheduled", "Scheduled switch"
    DRILL = "drill", "Drill"


class Ending(models.TextChoices):
    """How a countdown ended; every one ends in one of these ways."""

    SWITCHED = "switched", "Switched"
    SWITCHED_BY_HAND = "switched_by_hand", "Switched by hand"
    RECOVERED = "recovered", "Recovered"
    SERVER_CHANGED = "server_changed", "The active server was edited"
    STANDBY_REMOVED = "standby_removed", "The standby was removed"
    DOMAIN_DELETED = "domain_deleted", "The domain was deleted"
    MONITOR_CHANGED = "monitor_changed", "Another monitor leads, or it was restarted, and counts anew"
    EVIDENCE_LOST = "evidence_lost", "Nothing was seen for a while, so the count started anew"
    PAUSED = "paused", "Automatic switching was paused"


class HoldKind(models.TextChoices):
    """What waits for a person's word before anything switches by itself again."""

    ANTI_FLAP = "anti_flap", "Switched three times within an hour"
    HISTORY_WENT_BACK = "history_went_back", "The database went back"


class Outcome(models.TextChoices):
    """What came of a scheduled switch."""

    MADE = "made", "Made"
    NEEDLESS = "needless", "The server was active already"
    MISSED = "missed", "Not made in time"
    CANCELLED = "cancelled", "Cancelled"
