"""What subscribers are told: which change of a domain is news, and the words and the payload for it.

Pure: standard library only. The words are made when the event happens and stored with it, so that every attempt to
deliver it says the same.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from failover.decision import Code, State

GROUP = "notices"


class Kind(StrEnum):
    """What can be told."""

    SWITCHED = "switched"
    HELD = "held"
    EXPOSED = "exposed"
    RECOVERED = "recovered"
    MONITOR_GONE = "monitor_gone"
    TEST = "test"

    @property
    def type(self) -> str:
        """Its name in a payload."""
        return {Kind.MONITOR_GONE: "monitor.gone", Kind.TEST: "test"}.get(self, f"domain.{self.value}")

    @property
    def label(self) -> str:
        """Its name on pages."""
        return self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Switch:
    """What a switch did."""

    epoch: int
    from_role: str
    to_role: str
    cause: str
    cause_label: str
    actor: str
    reason: str = ""
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a domain, or to whoever watches; `sentence` says why."""

    kind: Kind
    at: datetime
    sentence: str
    code: str = ""
    domain_id: int | None = None
    domain: str = ""
    monitor: str = ""
    switch: Switch | None = None


def change(told: str, state: State, code: Code) -> tuple[Kind | None, str]:
    """The news in a domain's new state, and what is told of it from then on; `told` is empty while all is well.

    A pause is no news: whoever paused the domain, or turned automatic failover off, knows that nothing switches then.
    """
    if state is State.HELD and code is not Code.PAUSED and told != Kind.HELD:
        return Kind.HELD, Kind.HELD
    if state is State.EXPOSED and told != Kind.EXPOSED:
        return Kind.EXPOSED, Kind.EXPOSED
    if state is State.STEADY and code is not Code.NOT_JUDGED and told:
        return Kind.RECOVERED, ""
    return None, told


def subject(event: Event) -> str:
    """The event in one line."""
    match event.kind:
        case Kind.SWITCHED if event.switch is not None:
            return f"{event.domain}: {event.switch.to_role} is active now ({event.switch.cause_label.lower()})"
        case Kind.HELD:
            return f"{event.domain}: must switch and cannot"
        case Kind.EXPOSED:
            return f"{event.domain}: its only server is down"
        case Kind.RECOVERED:
            return f"{event.domain}: recovered"
        case Kind.MONITOR_GONE:
            return f"Monitor {event.monitor} fell silent"
    return "Test notice of Contact Expert"


def text(event: Event) -> str:
    """The event in a few lines."""
    lines = [event.sentence]
    if (switch := event.switch) is not None:
        lines.append(f"From {switch.from_role} to {switch.to_role}, epoch {switch.epoch}, by {switch.actor}.")
        if switch.reason:
            lines.append(f"Reason given: {switch.reason}")
        if switch.forced:
            lines.append("It was forced: the new server was not known to be up.")
    return "\n".join([*lines, f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"])


def payload(event: Event) -> dict[str, Any]:
    """The event for machines, with the words for people."""
    told: dict[str, Any] = {"subject": subject(event), "text": text(event), "sentence": event.sentence}
    if event.code:
        told["code"] = event.code
    if event.domain:
        told |= {"domain": event.domain, "domain_id": event.domain_id}
    if event.monitor:
        told["monitor"] = event.monitor
    if (switch := event.switch) is not None:
        told |= {
            "epoch": switch.epoch,
            "from": switch.from_role,
            "to": switch.to_role,
            "cause": switch.cause,
            "actor": switch.actor,
            "reason": switch.reason,
            "forced": switch.forced,
        }
    return {"type": event.kind.type, "timestamp": event.at.astimezone(UTC).isoformat(), "data": told}


def together(payloads: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is sent: the one notice as it is, or several as a list."""
    if len(payloads) == 1:
        return payloads[0]
    kinds = Counter(one["type"].rpartition(".")[2] for one in payloads)
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    words = {
        "subject": f"{len(payloads)} notices: {counts}",
        "text": "\n\n".join(f"{one['data']['subject']}\n{one['data']['text']}" for one in payloads),
    }
    return {
        "type": GROUP,
        "timestamp": payloads[0]["timestamp"],
        "data": {**words, "count": len(payloads), "notices": list(payloads)},
    }
