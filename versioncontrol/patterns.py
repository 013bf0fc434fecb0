"""Version patterns and versions as people type them; VERSIONS.md, rules 4 to 7. Pure."""

import re

LONGEST = 64
WILDCARDS = "?*"
TYPED_SQL = r"\A[!-~]([ -~]{0,62}[!-~])?\Z"
VERSION_SQL = r"\A[!-)+->@-~]([ -)+->@-~]{0,62}[!-)+->@-~])?\Z"
CANONICAL_SQL = r"\A[!-@\[-~]([ -@\[-~]{0,62}[!-@\[-~])?\Z"


def cleaned(text: str) -> str:
    """The pattern without blanks at its ends. Raises ValueError with a sentence that says how to mend it."""
    pattern = text.strip()
    if not pattern:
        raise ValueError("Give a pattern, for example 10.2.* or 10.3.?.")
    _refuse_what_is_no_text(pattern, "pattern")
    return pattern


def cleaned_version(text: str) -> str:
    """The version without blanks at its ends, free of wildcards. Raises ValueError as cleaned() does."""
    version = text.strip()
    if not version:
        raise ValueError("Give a version, for example 10.2.10.")
    _refuse_what_is_no_text(version, "version")
    for position, character in enumerate(version, start=1):
        if character in WILDCARDS:
            raise ValueError(
                f"A version has no wildcards: character {position} is “{character}”. Give one exact version."
            )
    return version


def canonical(pattern: str) -> str:
    """What patterns that admit the same versions share: lower case, a run of wildcards as its `?`s, then one `*`."""
    return re.sub(r"[*?]+", _canonical_run, pattern.lower())


def reading_order(text: str) -> list[str | int]:
    """A key that sorts lists on pages as people read, 10.9 before 10.10; it does not say which version is newer."""
    parts = re.split(r"([0-9]+)", text.lower())
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _canonical_run(run: re.Match[str]) -> str:
    return "?" * run[0].count("?") + "*" * ("*" in run[0])


def _refuse_what_is_no_text(text: str, noun: str) -> None:
    for position, character in enumerate(text, start=1):
        if not " " <= character <= "~":
            raise ValueError(
                f"Character {position} of the {noun} is {_shown(character)}. "
                "Use letters without accents, digits, signs and blanks only."
            )
    if len(text) > LONGEST:
        raise ValueError(f"A {noun} has at most {LONGEST} characters; this one has {len(text)}. Shorten it.")


def _shown(character: str) -> str:
    return f"“{character}”" if character.isprintable() else f"invisible (U+{ord(character):04X})"
