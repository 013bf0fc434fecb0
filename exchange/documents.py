"""One document that holds everything, as YAML or JSON: read strictly, written in one order and form."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import yaml

from exchange.site import GENERAL, LISTS, SERVER, SERVERS, Kind, Row, Site
from exchange.tree import Branch, Leaf, Listing, Node, unfit

VERSION = "1"
DEEPEST = 8
TOO_DEEP = "This is nested deeper than any configuration. Look at an export for the form."
HALF = re.compile("[\ud800-\udfff]")  # of a pair of UTF-16: an escape can say it alone, and then no file can hold it
NOTHING = ("", "~", "null", "Null", "NULL")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read_yaml(text: str) -> Node:
    """The document as written: no alias, no tag and no key twice. Raises Unfit."""
    try:
        events = (event for event in yaml.parse(text, Loader=LOADER) if not isinstance(event, yaml.StreamStartEvent))
        first = next(events)
        if isinstance(first, yaml.StreamEndEvent):
            raise unfit("The file is empty.")
        root = _node(next(events), events, "", 0)
        next(events)  # the end of the document
        if not isinstance(next(events), yaml.StreamEndEvent):
            raise unfit("The file holds more than one document. Import them one by one.")
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise unfit(f"This is not YAML: {error.problem or error.context}.", line) from error
    except yaml.YAMLError as error:
        raise unfit(f"This is not YAML: {str(error).splitlines()[0]}.") from error
    return root


def _node(event: Any, events: Iterator[Any], path: str, depth: int) -> Node:
    """By events, not by PyYAML's own tree: that one is built by a recursion that nothing bounds."""
    place = _place(path, event)
    if depth > DEEPEST:
        raise unfit(TOO_DEEP, place)
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise unfit("Anchors and aliases (& and *) are not used here. Put a text that begins so in quotes.", place)
    if isinstance(event, yaml.ScalarEvent):
        plain, quoted = event.implicit
        if not plain and not quoted:
            raise unfit("Tags (!) are not used here. Put a text that begins with ! in quotes.", place)
        return Leaf(None if plain and event.value in NOTHING else _whole(event.value, place), place)
    if not event.implicit:
        raise unfit("Tags (!) are not used here.", place)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, f"{path}[{len(items) + 1}]", depth + 1))
        return Listing(items, place)
    return _mapping(events, path, place, depth)


def _mapping(events: Iterator[Any], path: str, place: str, depth: int) -> Branch:
    branch: dict[str, Node] = {}
    event: Any
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            raise unfit("A key is a plain word.", _place(path, event))
        key = _whole(event.value, _place(path, event))
        if key in branch:
            raise unfit(f"“{key[:80]}” stands here twice.", _place(path, event))
        branch[key] = _node(next(events), events, f"{path}.{key[:80]}" if path else key[:80], depth + 1)
    return Branch(branch, place)


def _place(path: str, event: Any) -> str:
    return f"{path or 'document'} (line {event.start_mark.line + 1})"


class _Pairs(list[tuple[str, Any]]):
    """An object of JSON as written, keys that stand twice included."""


def read_json(text: str) -> Node:
    """The document as written. Raises Unfit."""
    try:
        found = json.loads(text, object_pairs_hook=_Pairs, parse_int=str, parse_float=_fraction)
    except json.JSONDecodeError as error:
        raise unfit(f"This is not JSON: {error.msg}.", f"line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise unfit(TOO_DEEP) from error
    return _grown(found, "", 0)


def _fraction(text: str) -> str:
    """A number of JSON without the exponent that small ones are written with."""
    number = Decimal(text)
    return f"{number:f}" if abs(number.adjusted()) < 20 else text


def _grown(value: Any, path: str, depth: int) -> Node:
    place = path or "document"
    if depth > DEEPEST:
        raise unfit(TOO_DEEP, place)
    if isinstance(value, _Pairs):
        branch: dict[str, Node] = {}
        for key, inner in value:
            _whole(key, place)
            if key in branch:
                raise unfit(f"“{key[:80]}” stands here twice.", place)
            branch[key] = _grown(inner, f"{path}.{key[:80]}" if path else key[:80], depth + 1)
        return Branch(branch, place)
    if isinstance(value, list):
        return Listing([_grown(one, f"{path}[{n}]", depth + 1) for n, one in enumerate(value, start=1)], place)
    if isinstance(value, bool):
        return Leaf("true" if value else "false", place)
    return Leaf(None if value is None else _whole(str(value), place), place)


def _whole(text: str, place: str) -> str:
    """The text, of whole characters. Raises Unfit."""
    if half := HALF.search(text):
        said = f"Character {half.start() + 1} is half of one (U+{ord(half[0]):04X}). Write the whole character."
        raise unfit(said, place)
    return text


def write_yaml(components: Iterable[str], sites: Iterable[Site]) -> str:
    """Everything in one order, so that two exports differ where the configuration does."""
    text: str = yaml.dump(_document(components, sites), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=4096)
    return text


def write_json(components: Iterable[str], sites: Iterable[Site]) -> str:
    """The same as JSON."""
    return json.dumps(_document(components, sites), ensure_ascii=False, indent=2) + "\n"


def _document(components: Iterable[str], sites: Iterable[Site]) -> dict[str, Any]:
    return {"format": int(VERSION), "components": list(components), "domains": [_domain(site) for site in sites]}


def _domain(site: Site) -> dict[str, Any]:
    servers = zip(SERVERS, (site.primary, site.secondary), strict=True)
    return (
        _typed(GENERAL, site.general)
        | {role: _typed(SERVER, server) if server else None for role, server in servers}
        | {kind: [_typed(columns, row) for row in site.lists[kind].values()] for kind, columns in LISTS.items()}
    )


def _typed(columns: dict[str, Kind], row: Row) -> dict[str, Any]:
    return {name: _value(kind, row[name]) for name, kind in columns.items()}


def _value(kind: Kind, text: str) -> Any:
    match kind:
        case Kind.FLAG:
            return text == "true"
        case Kind.NUMBER:
            return int(text) if "." not in text else _Number(text)
        case Kind.MOMENT:
            return text or None
    return text


class _Number(float):
    """A fraction of at most six digits."""


class _Dumper(DUMPER):  # type: ignore[valid-type, misc]  # chosen at run time
    """Writes fractions without an exponent, as people do."""


def _represented(dumper: Any, number: _Number) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{Decimal(repr(float(number))):f}")


_Dumper.add_representer(_Number, _represented)
