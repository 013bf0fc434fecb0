"""The same as CSV: a file of domains with their servers, and a file for each kind of list, together in a zip.

A spreadsheet runs a text that begins with = + - or @, and one that separates cells by semicolons runs what stands
behind such. The text gets an apostrophe in front when it is written, and loses it when it is read; one that begins with
apostrophes and such a sign gets and loses one more, so nothing changes.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping

from common.sheets import MARK, sheet
from exchange.site import GENERAL, LISTS, SERVER, SERVERS, Row, Site
from exchange.tree import Branch, Complain, Leaf, Listing, Node, unfit, unknown

DOMAINS, COMPONENTS = "domains.csv", "components.csv"
SERVER_COLUMNS = {f"{role}_{name}": (role, name) for role in SERVERS for name in SERVER}
COLUMNS: dict[str, tuple[str, ...]] = {
    DOMAINS: (*GENERAL, *SERVER_COLUMNS),
    COMPONENTS: ("name",),
    **{f"{kind}.csv": ("domain", *columns) for kind, columns in LISTS.items()},
}
SEPARATORS = ",;\t"
RISKY = re.compile(r"^(?='*[=+\-@\t\r\n])|(?<=[;\t\r\n])(?='*[=+\-@])")  # common.sheets.FORMULA behind apostrophes
MADE_SAFE = re.compile(r"^'(?='*[=+\-@\t\r\n])|(?<=[;\t\r\n])'(?='*[=+\-@])")
EMPTY_MEANS_EMPTY = {"private_web_fqdn", "public_web_fqdn", "private_url", "public_url", "enforce_at"}
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a file in a zip: two exports of one configuration are the same bytes

Sheet = tuple[list[str], list[tuple[int, list[str]]]]  # the columns; the lines with their numbers


def read_sheets(files: Mapping[str, str], complain: Complain) -> Node:
    """The files by name as the document that says the same; complains of whatever is wrong. Raises Unfit."""
    sheets = {name: _sheet(name, text, complain) for name, text in files.items()}
    if DOMAINS not in sheets:
        raise unfit(f"{DOMAINS} is missing: the other files belong to its domains.")
    domains, named = [], {}
    for branch in _domains(sheets[DOMAINS]):
        name = branch.items.get("name")
        if isinstance(name, Leaf):
            named[name.text] = branch
        domains.append(branch)
    for kind in LISTS:
        if (sheet := sheets.get(f"{kind}.csv")) is not None:
            _attach(kind, sheet, domains, named, complain)
    items: dict[str, Node] = {"domains": Listing(list(domains), DOMAINS)}
    if COMPONENTS in sheets:
        rows = _records(COMPONENTS, sheets[COMPONENTS])
        items["components"] = Listing([row.items["name"] for row in rows if "name" in row.items], COMPONENTS)
    return Branch(items, "")


def _sheet(name: str, text: str, complain: Complain) -> Sheet:
    """Columns and lines, whatever separates them; the columns are known and distinct. Raises Unfit."""
    head = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = [column.strip() for column in next(reader, [])]
        lines = [(reader.line_num, line) for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise unfit(f"This is not CSV: {error}.", f"{name}, row {reader.line_num}") from error
    if not columns:
        raise unfit("The file is empty. Its first row names the columns.", name)
    for number, column in enumerate(columns, start=1):
        if column not in COLUMNS[name]:
            complain(f"{name}, row 1, column {number}", unknown(column, COLUMNS[name]))
        elif column in columns[: number - 1]:
            complain(f"{name}, row 1, column {number}", f"“{column}” stands here twice.")
    for row, line in lines:
        if len(line) > len(columns):
            complain(f"{name}, row {row}", f"It has {len(line)} cells, but there are {len(columns)} columns.")
    return columns, lines


def _records(name: str, sheet: Sheet) -> Iterator[Branch]:
    """Each line as a mapping; a cell that is empty says nothing, unless empty is a value of its own."""
    columns, lines = sheet
    for row, line in lines:
        items: dict[str, Node] = {}
        for column, cell in zip(columns, line, strict=False):
            if column not in COLUMNS[name]:
                continue
            meant = column in EMPTY_MEANS_EMPTY or SERVER_COLUMNS.get(column, ("", ""))[1] in EMPTY_MEANS_EMPTY
            if cell.strip() or meant:
                items[column] = Leaf(_read(cell), f"{name}, row {row}, column {column}")
        yield Branch(items, f"{name}, row {row}")


def _domains(sheet: Sheet) -> Iterator[Branch]:
    """Each line with its servers in mappings of their own; a secondary of which every cell is empty is none."""
    for record in _records(DOMAINS, sheet):
        items = {name: leaf for name, leaf in record.items.items() if name not in SERVER_COLUMNS}
        for role in SERVERS:
            own = [column for column in sheet[0] if SERVER_COLUMNS.get(column, ("", ""))[0] == role]
            server = {SERVER_COLUMNS[column][1]: record.items[column] for column in own if column in record.items}
            said = any(isinstance(leaf, Leaf) and leaf.text for leaf in server.values())
            if own and (said or role == "primary"):
                items[role] = Branch(server, record.place)
            elif own:
                items[role] = Leaf(None, record.place)
        yield Branch(items, record.place)


def _attach(
    kind: str, sheet: Sheet, domains: Iterable[Branch], named: Mapping[str | None, Branch], complain: Complain
) -> None:
    """Give each domain its rows of this kind; one without rows has an empty list from now on."""
    lists: dict[int, Listing] = {}
    for branch in domains:
        branch.items[kind] = lists[id(branch)] = Listing([], branch.place)
    for record in _records(f"{kind}.csv", sheet):
        domain = record.items.pop("domain", None)
        name = domain.text if isinstance(domain, Leaf) else None
        if (owner := named.get(name)) is None:
            place = domain.place if domain else record.place
            complain(place, f"“{name or ''}” does not stand in {DOMAINS}. Write the name as it stands there.")
        else:
            lists[id(owner)].items.append(record)


def write_sheets(components: Iterable[str], sites: Iterable[Site]) -> bytes:
    """All files in a zip."""
    sites = list(sites)
    files = {DOMAINS: [_line(site) for site in sites], COMPONENTS: [[name] for name in components]}
    for kind, columns in LISTS.items():
        files[f"{kind}.csv"] = [
            [site.name, *(row[name] for name in columns)] for site in sites for row in site.lists[kind].values()
        ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, lines in files.items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), _text(COLUMNS[name], lines), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _line(site: Site) -> list[str]:
    servers: tuple[Row, ...] = (site.primary, site.secondary or dict.fromkeys(SERVER, ""))
    return [*(site.general[name] for name in GENERAL), *(server[name] for server in servers for name in SERVER)]


def _text(columns: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    return MARK + sheet(tuple(columns), ([_written(cell) for cell in line] for line in lines))


def _written(cell: str) -> str:
    return RISKY.sub("'", cell)


def _read(cell: str) -> str:
    return MADE_SAFE.sub("", cell)
