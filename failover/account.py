"""Why a switch was made, or refused: what was stored with it in words, and whether the same comes out of it again."""

from dataclasses import dataclass
from typing import Any

from failover import explaining
from failover.decision import decide
from failover.health import Status
from failover.inputs import decision_from, moment_of, situation_from
from failover.models import SwitchEvent, SwitchRefusal


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was so, or a rule: `holds` is yes, no, not asked, or empty where that is no question."""

    part: str
    what: str
    holds: str
    words: str


@dataclass(frozen=True, slots=True)
class Account:
    """The lines, and whether the same comes out again; None when nothing was stored to decide on."""

    lines: list[Line]
    same: bool | None


def account(event: SwitchEvent | SwitchRefusal) -> Account:
    """The event, or the refusal, explained by what was stored with it."""
    line = Line(
        "refusal" if isinstance(event, SwitchRefusal) else "event", number(event), "", f"{event}. {event.sentence}"
    )
    try:
        inputs = event.inputs or {}
        if "situation" not in inputs:
            by_hand = _refused_by_hand(event, inputs) if isinstance(event, SwitchRefusal) else _by_hand(event, inputs)
            lines, same = by_hand
        elif inputs["decision"] is None:
            lines, permitted = _as_scheduled(inputs)
            same = permitted is not isinstance(event, SwitchRefusal)
        else:
            lines, same = _decided(inputs)
    except (KeyError, TypeError, ValueError):  # written by a version that stored something else, or refused too soon
        return Account([line, Line("result", "again", "", _nothing(event))], None)
    words = "The same comes out again." if same else "Another answer comes out than the one that was acted on."
    return Account([line, *lines, Line("result", "same", _word(same), words)], same)


def _nothing(event: SwitchEvent | SwitchRefusal) -> str:
    if isinstance(event, SwitchRefusal) and not event.inputs:
        return "It was refused before anything was decided on; what it says above is the whole reason."
    return "Nothing was stored that could be decided on again."


def number(event: SwitchEvent | SwitchRefusal) -> str:
    """How people name it to `failover explain`."""
    return f"r{event.pk}" if isinstance(event, SwitchRefusal) else str(event.pk)


def _decided(inputs: dict[str, Any]) -> tuple[list[Line], bool]:
    situation, now = situation_from(inputs), moment_of(inputs)
    stored = decision_from(inputs["decision"])
    again = decide(situation, decision_from(inputs["before"]), now)
    lines = [Line("situation", fact.name, "", fact.words) for fact in explaining.facts(situation, now)]
    for rule in explaining.rules(situation, now):
        lines.append(Line(f"rule {rule.number}", rule.when, _word(rule.matched), rule.why))
    lines.append(Line("decision", "stored", "", explaining.in_words(stored) if stored else "none"))
    lines.append(Line("decision", "again", "", explaining.in_words(again)))
    return lines, again == stored


def _as_scheduled(inputs: dict[str, Any]) -> tuple[list[Line], bool]:
    situation, now = situation_from(inputs), moment_of(inputs)
    paused = situation.pause is not None and situation.pause.holds(now)
    up = situation.standby is not None and situation.standby.status is Status.UP
    conditions = [
        ("automatic switching is not paused", not paused),
        ("the database did not go back", not situation.behind),
        ("the server to become active is up", up),
    ]
    lines = [Line("situation", fact.name, "", fact.words) for fact in explaining.facts(situation, now)]
    lines += [Line("condition", what, _word(holds), "needed for a scheduled switch") for what, holds in conditions]
    return lines, all(holds for _, holds in conditions)


def _by_hand(event: SwitchEvent, inputs: dict[str, Any]) -> tuple[list[Line], bool]:
    status, seen = Status(inputs["status_of_new_active"]), int(inputs["seen_epoch"])
    conditions = [
        ("the person saw the domain as it was", seen == event.epoch - 1, f"at epoch {seen}"),
        ("the new active server was up", status is Status.UP, f"it was {status}"),
    ]
    if event.forced:
        conditions.append(("it was forced", True, "by a second, explicit choice"))
    lines = [Line("situation", "asked by", "", f"{event.actor_name}: {event.reason}")]
    lines += [Line("condition", what, _word(holds), words) for what, holds, words in conditions]
    return lines, seen == event.epoch - 1 and (status is Status.UP or event.forced)


def _refused_by_hand(refusal: SwitchRefusal, inputs: dict[str, Any]) -> tuple[list[Line], bool]:
    seen, epoch = int(inputs["seen_epoch"]), int(inputs["epoch"])
    conditions = [("the person saw the domain as it was", seen == epoch, f"at epoch {seen}; it was at {epoch}")]
    if "status_of_new_active" in inputs:
        status = Status(inputs["status_of_new_active"])
        conditions.append(("the new active server was up", status is Status.UP, f"it was {status}"))
    lines = [Line("situation", "asked by", "", f"{refusal.actor_name}: {refusal.reason}")]
    lines += [Line("condition", what, _word(holds), words) for what, holds, words in conditions]
    return lines, not all(holds for _, holds, _ in conditions)


def _word(holds: bool | None) -> str:
    return "not asked" if holds is None else "yes" if holds else "no"
