"""Rows for people and for scripts: the same facts as a table, as JSON and as CSV."""

import io
import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.timezone import localtime
from rich.console import Console
from rich.table import Table

from common.sheets import sheet

Row = dict[str, Any]


class Format(StrEnum):
    """What a command may print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def rendered(rows: Sequence[Row], columns: Sequence[str], form: Format, *, width: int | None = None) -> str:
    """The rows as text; every form holds the same columns. Times are local in a table, ISO 8601 in JSON and CSV."""
    match form:
        case Format.JSON:
            facts = [{column: _plain(row[column]) for column in columns} for row in rows]
            return json.dumps(facts, indent=2, ensure_ascii=False)
        case Format.CSV:
            cells = [[_plain(row[column]) for column in columns] for row in rows]
            return sheet(columns, cells, end="\n").removesuffix("\n")
        case Format.TABLE:
            return _table(rows, columns, width)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value


def _table(rows: Sequence[Row], columns: Sequence[str], width: int | None) -> str:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_word(row[column]) for column in columns))
    console = Console(file=io.StringIO(), width=width or 160, no_color=True, markup=False, emoji=False, highlight=False)
    console.print(table)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines())


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    # What people typed stays in its line, and sends no control sequence to the terminal.
    return "".join(letter if letter.isprintable() else " " for letter in str(value)) if value not in (None, "") else "-"
