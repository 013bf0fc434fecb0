"""CSV: the one way in which rows are written for spreadsheets and scripts."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.http import HttpResponse

# Where a formula would begin: with the cell, or inside of it where cells are separated by semicolons or tabs.
FORMULA = re.compile(r"^(?=[=+\-@\t\r\n])|(?<=[;\t\r\n])(?=[=+\-@])")
MARK = "\ufeff"  # at the beginning of a file it lets spreadsheets read the letters beyond ASCII


def neutral(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe, which makes it text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return FORMULA.sub("'", value) if isinstance(value, str) else value


def sheet(columns: Sequence[str], rows: Iterable[Sequence[object]], end: str = "\r\n") -> str:
    """The rows as CSV with a line of names."""
    return "".join(f"{_line(cells)}{end}" for cells in (columns, *([neutral(value) for value in row] for row in rows)))


def download(text: str, name: str) -> HttpResponse:
    """A sheet as a file for whoever reads it in a spreadsheet."""
    response = HttpResponse(f"{MARK}{text}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _line(cells: Sequence[object]) -> str:
    """One row. The writer ends it by CR LF so that it quotes a cell that holds either."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n")
