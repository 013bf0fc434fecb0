"""Durations in people's words, and names as people type them. Pure."""

import unicodedata
from datetime import timedelta


def minutes(duration: timedelta) -> str:
    """A duration in minutes with the fraction it needs: `2`, `0.5`, `0.05`."""
    return f"{duration.total_seconds() / 60:.6f}".rstrip("0").rstrip(".")


def same_to_the_eye(one: str, other: str) -> bool:
    """Whether two texts look the same, so that one can be typed from the sight of the other; capitals count."""
    return _visible(one) == _visible(other)


def _visible(text: str) -> str:
    """The text without marks that nobody sees, accents in one form whatever the keyboard sent, blanks as one."""
    shown = (character for character in unicodedata.normalize("NFC", text) if unicodedata.category(character) != "Cf")
    return " ".join("".join(shown).split())


def exact(duration: timedelta) -> str:
    """A duration to a tenth of a second: `3.2 s`, `2 min 0.1 s`."""
    whole, seconds = divmod(round(max(0.0, duration.total_seconds()), 1), 60)
    return f"{int(whole)} min {seconds:.1f} s" if whole else f"{seconds:.1f} s"


def in_short(duration: timedelta) -> str:
    """A duration in its two largest units, rounded down: `38 s`, `2 min`, `3 h 5 min`, `2 d 4 h`; `0` for nothing."""
    left = max(0, int(duration.total_seconds()))
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number} {unit}")
        elif parts:
            break
    return " ".join(parts[:2]) or ("under 1 s" if duration > timedelta(0) else "0")
