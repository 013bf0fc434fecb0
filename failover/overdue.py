"""A switch that is due and is not made: it is decided again and again, and the database does not take it. Pure."""

from datetime import datetime, timedelta

from failover.decision import State

PATIENCE = timedelta(seconds=10)


def overdue(state: str, switch_at: datetime | None, now: datetime) -> bool:
    """Whether the switch that was announced should have been made long ago."""
    return state == State.COUNTING_DOWN and switch_at is not None and switch_at < now - PATIENCE


def in_words(switch_at: datetime) -> str:
    """What is wrong, and how to mend it."""
    return (
        f"The switch has been due since {switch_at:%Y-%m-%d %H:%M:%S} UTC and cannot be committed. The monitor's log "
        "says why; most often another session holds the domain's row (see pg_stat_activity). End that session: the "
        "switch is tried again every 2 s."
    )
