"""What a decision was made on, as it is stored with a switch, and back. Pure: standard library only.

`manage.py failover explain` decides on it again, so every field of a Situation goes in and comes out unchanged.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from failover.decision import Code, Decision, Pause, Seen, Situation, State, Votes
from failover.health import Status
from failover.observation import Reason

Stored = dict[str, Any]


def as_stored(situation: Situation, before: Decision | None, decision: Decision | None, now: datetime) -> Stored:
    """Everything that decide() was asked, and what it said, as JSON holds it."""
    return {
        "now": now.isoformat(),
        "situation": _plain(asdict(situation)),
        "before": before and _plain(asdict(before)),
        "decision": decision and _plain(asdict(decision)),
    }


def situation_from(stored: Stored) -> Situation:
    """The situation that was stored. Raises KeyError or TypeError for what is none."""
    fields = dict(stored["situation"])
    fields["active"] = _seen(fields["active"])
    fields["standby"] = fields["standby"] and _seen(fields["standby"])
    fields["pause"] = fields["pause"] and Pause(**{**fields["pause"], "until": _moment(fields["pause"]["until"])})
    fields["votes"] = Votes(**fields["votes"])
    return Situation(**fields)


def decision_from(stored: Stored | None) -> Decision | None:
    """A decision that was stored."""
    if stored is None:
        return None
    fields = {**stored, "state": State(stored["state"]), "code": Code(stored["code"])}
    return Decision(**{**fields, "switch_at": _moment(stored["switch_at"])})


def moment_of(stored: Stored) -> datetime:
    """When the decision was made."""
    return datetime.fromisoformat(stored["now"])


def _seen(fields: Stored) -> Seen:
    reason = fields["reason"]
    return Seen(**{**fields, "status": Status(fields["status"]), "reason": reason and Reason(reason)})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value
