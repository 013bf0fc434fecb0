"""Rows for people and for scripts: the same facts as a table, as JSON and as CSV."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.timezone import localtime
from rich.console import Console
from rich.table import Table

Row = dict[str, Any]
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that starts so is calculated by spreadsheets


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
            return _csv(rows, columns)
        case Format.TABLE:
            return _table(rows, columns, width)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    return "\n".join(_line(cells) for cells in (columns, *([_cell(row[column]) for column in columns] for row in rows)))


def _line(cells: Sequence[Any]) -> str:
    """One row. The writer ends it by CR LF so that it quotes a cell that holds either."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n")


def _cell(value: Any) -> Any:
    """What people typed stays text also where a spreadsheet opens the file."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return _plain(value)


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
