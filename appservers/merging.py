"""Two people edit one domain: whose text each field of the form takes. Pure; all is text as the form shows it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """What somebody else changed; `clash` when this person wants a third thing in its place."""

    name: str
    before: str
    after: str
    clash: bool


@dataclass(frozen=True)
class Merged:
    """The text of every field, and what somebody else changed."""

    texts: dict[str, str]
    changes: list[Change]


def merge(seen: Mapping[str, str], typed: Mapping[str, str], stored: Mapping[str, str]) -> Merged:
    """Bring together what the person saw, what the person typed, and what is stored now.

    A field that the person left alone takes what is stored; a field that the person changed keeps what was typed. The
    names are those of `stored`; a field that is missing from `seen` counts as seen in its stored state.
    """
    texts, changes = {}, []
    for name, now in stored.items():
        before, mine = seen.get(name, now), typed.get(name, "")
        touched = mine != before
        texts[name] = mine if touched else now
        if now != before:
            changes.append(Change(name, before, now, clash=touched and mine != now))
    return Merged(texts, changes)
