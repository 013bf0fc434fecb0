"""What to say about a pattern before it is saved, and the better pattern; VERSIONS.md, rule 10. Pure."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from versioncontrol.matching import covers, matches
from versioncontrol.patterns import canonical, head

REGEX = re.compile(r"^\^|\$$|\\|\[.*\]|\{\d+,?\d*\}|\||\(\?|[.)\]][+]|\)[*?]")


class Code(StrEnum):
    """What a warning is about; the codes are part of the API."""

    ADMITS_EVERYTHING = "admits-everything"
    SHADOWED = "shadowed"
    SHADOWS = "shadows"
    LONGER_NUMBERS = "admits-longer-numbers"
    WITHOUT_BASE = "does-not-admit-base"
    MATCHES_NOTHING_SEEN = "matches-nothing-seen"
    REGULAR_EXPRESSION = "looks-like-regular-expression"
    LOCKS_OUT = "locks-out"
    DENIES_AT_ONCE = "denies-at-once"
    LINK_NOT_ADMITTED = "link-not-admitted"


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning: a stable code, a sentence for people, and what to write in place of the pattern.

    Of `better` the first is to replace the pattern; the others are rules to add beside it. `about` is what the warning
    is tied to: the change, and what the sentence names, but no counts, which go up and down with every agent.
    """

    code: Code
    sentence: str
    better: tuple[str, ...] = ()
    about: tuple[str, ...] = ()

    @property
    def token(self) -> str:
        """What a person sends who has read it: the code, and a digest of what it is about where that is known."""
        if not self.about:
            return self.code.value
        return f"{self.code.value}:{hashlib.sha256(json.dumps(self.about).encode()).hexdigest()[:16]}"


NOTHING_SEEN = Warned(Code.MATCHES_NOTHING_SEEN, "It matches none of the versions that were seen lately.")


def lint(pattern: str, others: Iterable[str] = (), seen: Sequence[str] = ()) -> list[Warned]:
    """What the pattern alone, the component's other patterns and the versions seen lately give reason to say.

    The pattern has passed patterns.cleaned.
    """
    rest = tuple(others)
    if canonical(pattern) in ("*", "?*"):
        everything = Warned(Code.ADMITS_EVERYTHING, f"“{pattern}” admits every version: nothing is kept out any more.")
        return [everything, *_shadows(pattern, rest)]
    return [
        *_regular_expression(pattern),
        *_longer_numbers(pattern),
        *_without_base(pattern, rest),
        *_shadowed(pattern, rest),
        *_shadows(pattern, rest),
        *_matches_nothing(pattern, seen),
    ]


def lint_new(new: Iterable[str], patterns: Iterable[str], unused: Collection[str] = ()) -> Iterator[tuple[str, Warned]]:
    """The same for several new patterns of a component, each with the one that it is about.

    `patterns` are all that there will be, `unused` those that match none of the versions seen lately. Of two patterns
    that have versions in common one begins as the other does, so that few are looked at.
    """
    heads = [(head(canonical(pattern)), pattern) for pattern in patterns]
    for pattern in new:
        own = head(canonical(pattern))
        near = [one for its, one in heads if one != pattern and (its.startswith(own) or own.startswith(its))]
        yield from ((pattern, warned) for warned in lint(pattern, near))
        if pattern in unused:
            yield pattern, NOTHING_SEEN


def shadowed(patterns: Iterable[str]) -> dict[str, str]:
    """Each pattern that admits nothing of its own, with another one that admits all of it."""
    found, ordered = {}, sorted(patterns)
    heads = {pattern: head(canonical(pattern)) for pattern in ordered}
    for narrow in ordered:
        others = (wide for wide in ordered if wide != narrow and wide not in found)
        near = (wide for wide in others if heads[narrow].startswith(heads[wide]))
        wide = next((wide for wide in near if covers(wide, narrow)), None)
        if wide is not None:
            found[narrow] = wide
    return found


def _shadowed(pattern: str, others: Iterable[str]) -> Iterator[Warned]:
    wide = next((other for other in others if covers(other, pattern)), None)
    if wide is not None:
        yield Warned(
            Code.SHADOWED, f"“{wide}” admits all of this already; this rule would change nothing.", about=(wide,)
        )


def _shadows(pattern: str, others: Iterable[str]) -> Iterator[Warned]:
    narrow = [other for other in others if covers(pattern, other) and not covers(other, pattern)]
    if narrow:
        beyond = f" and {len(narrow) - 3} more" if len(narrow) > 3 else ""
        named = ", ".join(f"“{other}”" for other in narrow[:3]) + beyond
        sentence = f"It admits all that {named} {_those(narrow)} nothing would change."
        yield Warned(Code.SHADOWS, sentence, about=tuple(narrow))


def _those(patterns: Sequence[str]) -> str:
    return "admits; without that rule" if len(patterns) == 1 else "admit; without those rules"


def _longer_numbers(pattern: str) -> Iterator[Warned]:
    """A star right behind a digit goes on within the number."""
    key = canonical(pattern)
    found = re.search(r"[0-9]\*", key)
    if found is None:
        return
    base = key[: found.end() - 1]
    at_the_end = found.end() == len(key)
    better = (f"{base}.*", base) if at_the_end else ()
    advice = f" Write {base}.* and {base} to stay within {base}." if at_the_end else " Put a dot before the star."
    yield Warned(Code.LONGER_NUMBERS, f"It also admits {base}0{'' if at_the_end else '…'}.{advice}", better)


def _without_base(pattern: str, others: Iterable[str]) -> Iterator[Warned]:
    """10.2.* says: 10.2, a dot, and anything. Who means all of 10.2 means 10.2 too."""
    key = canonical(pattern)
    base = pattern.rstrip("*")[:-1] if key.endswith(".*") else ""
    if base and "*" not in base and "?" not in base and not any(matches(other, base) for other in others):
        yield Warned(
            Code.WITHOUT_BASE,
            f"It does not admit {base} itself. Add {base} too, if such agents are about.",
            (pattern, base),
        )


def _matches_nothing(pattern: str, seen: Sequence[str]) -> Iterator[Warned]:
    if seen and not any(matches(pattern, version) for version in seen):
        yield NOTHING_SEEN


def _regular_expression(pattern: str) -> Iterator[Warned]:
    if REGEX.search(pattern) is None:
        return
    better = _translated(pattern)
    advice = f" Here it is {better}." if better else ""
    yield Warned(
        Code.REGULAR_EXPRESSION,
        "It looks like a regular expression, but only ? and * are special here: ? is one character, "
        f"* any run of characters.{advice}",
        (better,) if better else (),
    )


def _translated(expression: str) -> str:
    """What a simple regular expression of versions probably means; empty when it is not that simple."""
    text = expression.removeprefix("^").removesuffix("$")
    text = re.sub(r"(\\d|\[0-9\]|\\w)[+*]", "*", text)
    text = re.sub(r"\\d|\[0-9\]|\\w", "?", text)
    if "\\." in text:
        text = re.sub(r"(?<!\\)\.[*+]", "*", text)
    text = text.replace("\\.", ".").replace("\\-", "-").replace(".+", ".*")
    return text if text and text != expression and REGEX.search(text) is None else ""
