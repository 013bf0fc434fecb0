"""Version patterns and versions as people type them, in one canonical form; VERSIONS.md, rules 4 to 7. Pure."""

import re

LONGEST = 64
WILDCARDS = "?*"
TYPED_SQL = r"\A[!-~]([ -~]{0,62}[!-~])?\Z"
VERSION_SQL = r"\A[!-)+->@-~]([ -)+->@-~]{0,62}[!-)+->@-~])?\Z"
CANONICAL_SQL = r"\A[!-@\[-~]([ -@\[-~]{0,62}[!-@\[-~])?\Z"


class Unfit(ValueError):
    """What was typed is no pattern or no version; `position` counts from 1, None when no single character is wrong."""

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


def cleaned(text: str) -> str:
    """The pattern without blanks at its ends. Raises Unfit with a sentence that says how to mend it."""
    pattern = text.strip()
    if not pattern:
        raise Unfit("Give a pattern, for example 10.2.* or 10.3.?.")
    _refuse_what_is_no_text(pattern, "pattern")
    return pattern


def cleaned_version(text: str) -> str:
    """The version without blanks at its ends, free of wildcards. Raises Unfit as cleaned() does."""
    version = text.strip()
    if not version:
        raise Unfit("Give a version, for example 10.2.10.")
    _refuse_what_is_no_text(version, "version")
    for position, character in enumerate(version, start=1):
        if character in WILDCARDS:
            raise Unfit(
                f"A version has no wildcards: character {position} is “{character}”. Give one exact version.", position
            )
    return version


def canonical(pattern: str) -> str:
    """What patterns that admit the same versions share: lower case, a run of wildcards as its `?`s, then one `*`."""
    return in_order(pattern.lower())


def in_order(pattern: str) -> str:
    """The pattern with each run of wildcards as its `?`s and then at most one `*`."""
    return re.sub(r"[*?]+", lambda run: "?" * run[0].count("?") + "*" * ("*" in run[0]), pattern)


def head(key: str) -> str:
    """What a pattern in canonical form spells out before its first wildcard."""
    return key[: min((key.index(mark) for mark in WILDCARDS if mark in key), default=len(key))]


def folded(version: str) -> str:
    """What reports of one version share: no blanks at the ends, lower case."""
    return version.strip().lower()


def reading_order(text: str) -> list[str | int]:
    """A key that sorts lists as people read, 10.9 before 10.10; it does not say which version is newer.

    Two texts share a key only where they differ in zeros before a number or in capitals.
    """
    parts = re.split(r"([0-9]+)", text.lower())
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _refuse_what_is_no_text(text: str, noun: str) -> None:
    for position, character in enumerate(text, start=1):
        if not " " <= character <= "~":
            raise Unfit(
                f"Character {position} of the {noun} is {shown(character)}. "
                "Use letters without accents, digits, signs and blanks only.",
                position,
            )
    if len(text) > LONGEST:
        raise Unfit(
            f"A {noun} has at most {LONGEST} characters; this one has {len(text)}. Shorten it.", position=LONGEST + 1
        )


def shown(character: str) -> str:
    """The character as a sentence names it."""
    return f"“{character}”" if character.isprintable() else f"invisible (U+{ord(character):04X})"
