"""What a file says before anybody knows what it means: texts, mappings and lists, each with its place. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text as it is written; None where the file says that there is nothing."""

    text: str | None
    place: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A mapping; its keys are distinct."""

    items: dict[str, "Node"]
    place: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    items: list["Node"]
    place: str


Node = Leaf | Branch | Listing


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: a path and a line of a document, a row and a column of a sheet."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Unfit(Exception):
    """A file that cannot be imported, with everything that is to be mended."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems[:MOST_PROBLEMS]))


Complain = Callable[[str, str], None]  # place, message


def unfit(message: str, place: str = "") -> Unfit:
    """A file with one problem."""
    return Unfit([Problem(place, message)])


def unknown(key: str, known: Iterable[str]) -> str:
    """The sentence for a name that is not one of ours."""
    names = list(known)
    close = get_close_matches(key, names, 1)
    return f"“{key[:80]}” is not known here. " + (f"Is {close[0]} meant?" if close else f"Known: {', '.join(names)}.")
