"""What somebody wants to see of the list, as its address says it: nothing of it is kept elsewhere. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

FIRST = "urgency"  # what needs a person first
SIZES = (25, 50, 100, 200)
USUAL_SIZE = 50
LONGEST_SEARCH = 200
COLUMNS = {
    "primary": "Primary",
    "secondary": "Secondary",
    "interval": "Interval",
    "switched": "Last switch",
    "probe": "Health check",
    "epoch": "Epoch",
}
USUAL_COLUMNS = ("primary", "secondary", "interval", "switched")
YES_OR_NO = {"yes": "Yes", "no": "No"}
FILTERS = {
    "state": (
        "State",
        {
            "attention": "Needs attention",
            "held": "Held",
            "exposed": "Exposed",
            "counting_down": "Counting down",
            "confirming": "Confirming",
            "standby": "Standby down or unclear",
            "unchecked": "Cannot be checked",
            "healthy": "Healthy",
            "unknown": "Not judged",
        },
    ),
    "active": ("Active", {"primary": "Primary", "secondary": "Secondary"}),
    "outsource": ("Outsource", YES_OR_NO),
    "emergency": ("Emergency", YES_OR_NO),
    "paused": ("Paused", YES_OR_NO),
    "probe": ("Health check", {"tcp": "Connection (TCP)", "giop": "Answer (GIOP)"}),
}
SORTS = (FIRST, "name", "primary", "secondary", "interval", "switched", "probe", "epoch")


@dataclass(frozen=True)
class Wanted:
    """Search, filters, order, columns and page. Empty filters let everything through.

    `usual_size` and `usual_columns` are what the person gets where the address does not say.
    """

    q: str = ""
    state: str = ""
    active: str = ""
    outsource: str = ""
    emergency: str = ""
    paused: str = ""
    probe: str = ""
    sort: str = FIRST
    size: int = USUAL_SIZE
    columns: tuple[str, ...] = USUAL_COLUMNS
    page: int = 1
    usual_size: int = USUAL_SIZE
    usual_columns: tuple[str, ...] = USUAL_COLUMNS

    @property
    def filtered(self) -> bool:
        """Whether something is left out."""
        return bool(self.q) or any(getattr(self, name) for name in FILTERS)

    @property
    def only_searched(self) -> bool:
        """Whether nothing but the search leaves something out."""
        return bool(self.q) and not any(getattr(self, name) for name in FILTERS)

    def address(self, **changes: object) -> str:
        """The query of this list's address, or of one that differs; what the person gets anyway is left out."""
        return _query(replace(self, **{"page": 1, **changes}))  # type: ignore[arg-type]

    @property
    def here(self) -> str:
        """The query of this very page."""
        return self.address(page=self.page)

    @property
    def whole(self) -> str:
        """The query of an address that looks the same to everybody, whatever they chose earlier or later."""
        return _query(replace(self, page=1, usual_size=0, usual_columns=("",)))

    def sorted_by(self, column: str) -> str:
        """The query of this list by that column; once more turns it round."""
        return self.address(sort=f"-{column}" if self.sort == column else column)


def read(words: Mapping[str, str], columns: object = None, size: object = None) -> tuple[Wanted, list[str]]:
    """What the address wants, and a sentence for each word of it that means nothing and is left out.

    `columns` and `size` are what the person chose earlier; the address outweighs it.
    """
    known, wrong = _remembered(columns, size), []
    values: dict[str, object] = {"q": words.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]}
    for name, (label, understood) in WORDS.items():
        if word := words.get(name, ""):
            try:
                values[name] = understood(word)
            except (ValueError, KeyError):
                wrong.append(_meaningless(word, label))
    if word := words.get("columns", ""):
        values["columns"] = tuple(name for name in COLUMNS if name in word.split(","))
        wrong += [_meaningless(name, "Columns") for name in word.split(",") if name not in {*COLUMNS, "none"}]
    return replace(known, **values), wrong  # type: ignore[arg-type]


def _one_of(choices: Iterable[str]) -> Callable[[str], str]:
    return {choice: choice for choice in choices}.__getitem__


def _page(word: str) -> int:
    if word.isascii() and word.isdigit() and len(word) < 10 and int(word):
        return int(word)
    raise ValueError(word)


WORDS: dict[str, tuple[str, Callable[[str], object]]] = {
    **{name: (label, _one_of(choices)) for name, (label, choices) in FILTERS.items()},
    "sort": ("Sort", _one_of([*SORTS, *(f"-{name}" for name in SORTS if name != FIRST)])),
    "size": ("Rows on a page", {str(size): size for size in SIZES}.__getitem__),
    "page": ("Page", _page),
}


def _remembered(columns: object, size: object) -> Wanted:
    """What the person chose earlier; what is stored may be of another version."""
    chosen = tuple(name for name in COLUMNS if name in columns) if isinstance(columns, list) else USUAL_COLUMNS
    length = size if isinstance(size, int) and size in SIZES else USUAL_SIZE
    return Wanted(columns=chosen, size=length, usual_columns=chosen, usual_size=length)


def _query(wanted: Wanted) -> str:
    usual = Wanted(size=wanted.usual_size, columns=wanted.usual_columns)
    words = [field.name for field in fields(wanted) if not field.name.startswith("usual_")]
    said = {name: getattr(wanted, name) for name in words if getattr(wanted, name) != getattr(usual, name)}
    if "columns" in said:
        said["columns"] = ",".join(wanted.columns) or "none"
    return urlencode(said)


def _meaningless(word: str, label: str) -> str:
    return f"“{word[:40].replace(chr(0), '')}” means nothing under “{label}” and was left out."
