"""Whether a pattern admits a version, and whether it admits all that another does; VERSIONS.md, rules 4, 8. Pure.

Time is linear in practice: no regular expression, no recursion, nothing that grows with the number of stars.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from versioncontrol.patterns import LONGEST, canonical, folded

ANY = "\0"  # a character that no pattern spells out: only a wildcard admits it


Literals = tuple[tuple[int, str], ...]  # place in a part -> text


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two stars: its length, its literal texts with their places, and the same by letter.

    `?` leaves a gap.
    """

    length: int
    literals: Literals
    letters: Literals

    def stands_at(self, at: int, text: str) -> bool:
        return all(text.startswith(literal, at + place) for place, literal in self.literals)

    def find(self, text: str, start: int) -> int:
        """The first place from `start` on where it stands, or -1; a gap at its end may leave the text.

        A bit for each place of the text, and every letter strikes some out.
        """
        places, left = _places(text), -1
        for offset, letter in self.letters:
            left &= places.get(letter, 0) >> offset + start
        return start + (left & -left).bit_length() - 1 if left else -1


@dataclass(frozen=True, slots=True)
class Matcher:
    """A pattern made ready to be asked often: what begins a version, what ends it, and what comes in between.

    Of a part in between that is one literal with gaps around it there are the literal, and how much of the part
    stands before it and from it on: most patterns have no other.
    """

    first: Part
    last: Part | None
    between: tuple[tuple[str, int, int, Part], ...]

    def admits(self, text: str) -> bool:
        """Whether the whole text matches; it is a version in canonical form."""
        first, last = self.first, self.last
        if last is None:
            return len(text) == first.length and first.stands_at(0, text)
        at, end = first.length, len(text) - last.length
        if at > end or not first.stands_at(0, text) or not last.stands_at(end, text):
            return False
        for literal, before, onwards, part in self.between:
            if literal:
                found = text.find(literal, at + before)
                at = found + onwards
            else:
                found = part.find(text, at)
                at = found + part.length
            if found < 0 or at > end:
                return False
        return True


@lru_cache(maxsize=4096)
def matcher(pattern: str) -> Matcher:
    """The pattern, as typed or in canonical form, made ready."""
    first, *rest = [_part(text) for text in canonical(pattern.strip()).split("*")]
    return Matcher(first, rest[-1] if rest else None, tuple(_step_of(part) for part in rest[:-1]))


@lru_cache(maxsize=512)
def _places(text: str) -> dict[str, int]:
    """Where each character stands, as bits; made once for all parts and all rules."""
    places: dict[str, int] = {}
    for number, character in enumerate(text):
        places[character] = places.get(character, 0) | 1 << number
    return places


def matches(pattern: str, version: str) -> bool:
    """Whether the pattern admits the version, both as typed."""
    return matcher(pattern).admits(folded(version))


def covers(wide: str, narrow: str) -> bool:
    """Whether every version that `narrow` admits is admitted by `wide` too; both as typed."""
    rule, text = matcher(wide), canonical(narrow.strip()).replace("?", ANY)
    # Of the versions that narrow admits these two are tested first: they answer nearly always, and fast.
    if not rule.admits(text.replace("*", "")) or not rule.admits(text.replace("*", ANY * (LONGEST + 1))):
        return False
    return "*" not in text or _covers_each_length(canonical(wide.strip()), text)


def _covers_each_length(wide: str, narrow: str) -> bool:
    """The proof: walk all versions that narrow admits at once; a state is the set of places in wide, as bits.

    A wildcard of narrow takes ANY, which is the hardest for wide. Of states at the same place of narrow only the
    smallest can fail, and a star's states are finitely many.
    """
    states = {_rest_at_stars(1, wide)}
    for character in narrow:
        if character != "*":
            states = {_step(state, wide, character) for state in states}
        else:
            states = {later for state in states for later in _orbit(state, wide)}
        states = {state for state in states if not any(other & state == other != state for other in states)}
    return all(state >> len(wide) & 1 for state in states)


def _orbit(state: int, wide: str) -> Iterator[int]:
    seen = set[int]()
    while state not in seen:
        seen.add(state)
        yield state
        state = _step(state, wide, ANY)


def _step(state: int, wide: str, character: str) -> int:
    """The places in wide after one more character."""
    after = 0
    for place, wanted in enumerate(wide):
        if state >> place & 1:
            if wanted == "*":
                after |= 1 << place
            elif wanted in ("?", character):
                after |= 1 << place + 1
    return _rest_at_stars(after, wide)


def _rest_at_stars(state: int, wide: str) -> int:
    """A star also stands for nothing: who is at it is behind it too."""
    for place, wanted in enumerate(wide):
        if wanted == "*" and state >> place & 1:
            state |= 1 << place + 1
    return state


def _step_of(part: Part) -> tuple[str, int, int, Part]:
    if len(part.literals) != 1:
        return "", 0, 0, part
    ((before, literal),) = part.literals
    return literal, before, part.length - before, part


def _part(text: str) -> Part:
    letters = tuple((place, letter) for place, letter in enumerate(text) if letter != "?")
    return Part(len(text), tuple(_literals(text)), letters)


def _literals(text: str) -> Iterator[tuple[int, str]]:
    place = 0
    for literal in text.split("?"):
        if literal:
            yield place, literal
        place += len(literal) + 1
