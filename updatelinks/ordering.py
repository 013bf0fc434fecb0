"""Which of two versions is newer; VERSIONS.md, "Ordering versions". Pure.

A version becomes a key that compares as tuples do, so the order is total and transitive by construction.
"""

import re
from dataclasses import dataclass

# Words that sort before the final release, from far to near; a word that is unknown is farther still.
BEFORE = (
    ("dev", "snapshot", "nightly", "canary"),
    ("ea",),
    ("a", "alpha"),
    ("b", "beta"),
    ("m", "milestone"),
    ("c", "rc", "cr", "pre", "preview"),
)
# Words that sort after it, from near to far; a single bare letter, as in 1.0.2k, is nearer still.
AFTER = (
    ("hf", "hotfix", "fix", "patch", "p"),
    ("r", "rev", "post", "build"),
    ("u", "update"),
    ("mr",),
    ("sp",),
)
RANKS = {word: rank - len(BEFORE) for rank, words in enumerate(BEFORE) for word in words} | {
    word: rank for rank, words in enumerate(AFTER, start=3) for word in words
}
UNKNOWN, END, LETTER, NUMBER = -len(BEFORE) - 1, 0, 2, len(AFTER) + 3
NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)*")
TOKENS = re.compile(r"[0-9]+|[a-z]+")

Token = tuple[int, str, int]  # rank, word where words of a rank differ, number


@dataclass(frozen=True, slots=True, order=True)
class Order:
    """A version's place among all versions; two that compare equal are the same release."""

    numbers: tuple[int, ...]
    suffix: tuple[Token, ...]


def order(version: str) -> Order | None:
    """The version's place, None when it does not begin with a digit and so cannot be ordered."""
    text = version.strip().lower().removeprefix("v")
    leading = NUMBERS.match(text)
    if leading is None:
        return None
    numbers = [int(number) for number in leading[0].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return Order(tuple(numbers), _suffix(_without_build(text[leading.end() :])))


def newer(version: str, than: str) -> bool:
    """Whether a version is strictly newer; False when one of the two cannot be ordered."""
    mine, others = order(version), order(than)
    return mine is not None and others is not None and mine > others


def _suffix(text: str) -> tuple[Token, ...]:
    words = TOKENS.findall(text)
    tokens = [_token(words, place) for place in range(len(words))]
    return (*tokens, (END, "", 0))


def _token(words: list[str], place: int) -> Token:
    word = words[place]
    if word.isdigit():
        # 10.3-1 says nothing known, so it is before 10.3; a number behind a word counts that word's releases.
        return (NUMBER if place else UNKNOWN, "", int(word))
    counted = place + 1 < len(words) and words[place + 1].isdigit()
    if len(word) == 1 and not counted:
        return LETTER, word, 0
    rank = RANKS.get(word, UNKNOWN)
    return rank, word if rank == UNKNOWN else "", 0


def _without_build(text: str) -> str:
    """The text without `+build` and without a parenthesised tail."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "+" and depth <= 0:
            text = text[:place]
            break
    text = text.rstrip()
    return text[: _tail(text)]


def _tail(text: str) -> int:
    """Where the parentheses begin that close at the end of the text; its end when there are none."""
    depth = 0
    for place in range(len(text) - 1, -1, -1) if text.endswith(")") else ():
        depth += (text[place] == ")") - (text[place] == "(")
        if depth == 0:
            return place
    return len(text)
