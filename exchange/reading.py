"""What a file describes: its domains, each with what is said of it and what is left out. Nothing unknown is let by."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from exchange import files
from exchange.documents import VERSION
from exchange.site import GENERAL, LISTS, SERVER, SERVERS
from exchange.tree import Branch, Complain, Leaf, Listing, Node, Problem, Unfit, unfit, unknown

Leaves = Mapping[str, Leaf]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a list, or a server."""

    place: str
    leaves: Leaves


@dataclass(frozen=True, slots=True)
class Given:
    """A domain as it is described. What is left out stays as it is; a list that is given is the whole list."""

    place: str
    general: Leaves
    primary: Entry | None = None  # left out
    secondary: Entry | None = None  # left out, or taken away
    without_secondary: bool = False
    lists: Mapping[str, list[Entry]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """A whole file; `problems` are those that need nobody to know what is stored."""

    components: list[Leaf]
    domains: list[Given]
    problems: list[Problem]


def described(name: str, content: bytes) -> Description:
    """Read a file. Raises Unfit when it cannot be understood at all."""
    problems: list[Problem] = []

    def complain(place: str, message: str) -> None:
        problems.append(Problem(place, message))

    root = files.read(name, content, complain)
    if not isinstance(root, Branch):
        raise unfit("It does not begin with “domains:”. Look at an export for the form.")
    _only(root, ("format", "components", "domains"), complain)
    version = root.items.get("format", Leaf(VERSION, ""))
    if not isinstance(version, Leaf) or version.text != VERSION:
        raise Unfit([Problem(version.place, f"This version reads format {VERSION} only.")])
    if "domains" not in root.items:
        raise unfit("It does not say “domains”. Look at an export for the form.")
    components = [leaf for leaf in _list(root, "components", complain) if _is_text(leaf, complain)]
    domains = [given for node in _list(root, "domains", complain) if (given := _given(node, complain))]
    return Description([leaf for leaf in components if isinstance(leaf, Leaf)], domains, problems)


def _given(node: Node, complain: Complain) -> Given | None:
    if not isinstance(node, Branch):
        complain(node.place, "A domain is a mapping: name, primary and so on.")
        return None
    _only(node, (*GENERAL, *SERVERS, *LISTS), complain)
    secondary = node.items.get("secondary")
    without = isinstance(secondary, Leaf) and secondary.text is None
    lists = {
        kind: [entry for one in _list(node, kind, complain) if (entry := _entry(one, columns, complain))]
        for kind, columns in LISTS.items()
        if kind in node.items
    }
    servers = {
        role: _entry(node.items[role], SERVER, complain)
        for role in SERVERS
        if role in node.items and not (role == "secondary" and without)
    }
    return Given(node.place, _leaves(node, GENERAL, complain), **servers, without_secondary=without, lists=lists)


def _entry(node: Node, columns: Mapping[str, object], complain: Complain) -> Entry | None:
    if not isinstance(node, Branch):
        complain(node.place, f"Here belongs a mapping: {', '.join(columns)}.")
        return None
    _only(node, columns, complain)
    return Entry(node.place, _leaves(node, columns, complain))


def _leaves(node: Branch, columns: Mapping[str, object], complain: Complain) -> dict[str, Leaf]:
    found = {name: node.items[name] for name in columns if name in node.items}
    return {name: leaf for name, leaf in found.items() if _is_text(leaf, complain) and isinstance(leaf, Leaf)}


def _is_text(node: Node, complain: Complain) -> bool:
    if not isinstance(node, Leaf):
        complain(node.place, "Here belongs one value, not a list or a mapping.")
    return isinstance(node, Leaf)


def _list(node: Branch, name: str, complain: Complain) -> list[Node]:
    found = node.items.get(name, Leaf(None, node.place))
    if isinstance(found, Listing):
        return found.items
    if not (isinstance(found, Leaf) and found.text is None):
        complain(found.place, "Here belongs a list.")
    return []


def _only(node: Branch, known: Collection[str], complain: Complain) -> None:
    for key in node.items:
        if key not in known:
            complain(node.items[key].place, unknown(key, known))
