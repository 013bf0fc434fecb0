"""Whether a pattern admits a version, and whether it admits all that another does; VERSIONS.md, rules 4, 8. Pure.

Time is linear in practice: no regular expression, no recursion, nothing that grows with the number of stars.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from versioncontrol.patterns import LONGEST, canonical, folded

ANY = "\0"  # a character that no pattern spells out: only a wildcard admits it


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two stars: its length, its literal texts with their places, and the same by letter.

    `?` leaves a gap.
    """

    length: int
    literals: tuple[tuple[int, str], ...]
    letters: tuple[tuple[int, str], ...]

    def stands_at(self, at: int, text: str) -> bool:
        return all(text.startswith(literal, at + place) for place, literal in self.literals)

    def find(self, text: str, start: int, end: int) -> int:
        """The first place from `start` on where it stands before `end`, or -1."""
        if start + self.length > end:
            return -1
        if not self.literals:
            return start
        if len(self.literals) == 1:
            place, literal = self.literals[0]
            found = text.find(literal, start + place, end - self.length + place + len(literal))
            return found - place if found >= 0 else -1
        return self._sieve(text, start, end)

    def _sieve(self, text: str, start: int, end: int) -> int:
        """The same for literals with gaps: a bit for each place of the text, and every character strikes some out."""
        places = _places(text)
        left = ((1 << end - self.length + 1) - 1) >> start << start
        for offset, character in self.letters:
            left &= places.get(character, 0) >> offset
        return (left & -left).bit_length() - 1


@dataclass(frozen=True, slots=True)
class Matcher:
    """A pattern made ready to be asked often."""

    parts: tuple[Part, ...]

    def admits(self, text: str) -> bool:
        """Whether the whole text matches; it is a version in canonical form."""
        first, last = self.parts[0], self.parts[-1]
        if len(self.parts) == 1:
            return len(text) == first.length and first.stands_at(0, text)
        at, end = first.length, len(text) - last.length
        if at > end or not first.stands_at(0, text) or not last.stands_at(end, text):
            return False
        for part in self.parts[1:-1]:
            found = part.find(text, at, end)
            if found < 0:
                return False
            at = found + part.length
        return True


@lru_cache(maxsize=4096)
def matcher(pattern: str) -> Matcher:
    """The pattern, as typed or in canonical form, made ready."""
    return Matcher(tuple(_part(text) for text in canonical(pattern.strip()).split("*")))


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


def _part(text: str) -> Part:
    letters = tuple((place, letter) for place, letter in enumerate(text) if letter != "?")
    return Part(len(text), tuple(_literals(text)), letters)


def _literals(text: str) -> Iterator[tuple[int, str]]:
    place = 0
    for literal in text.split("?"):
        if literal:
            yield place, literal
        place += len(literal) + 1
