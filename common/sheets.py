"""CSV for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(value: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe, which makes it text."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([neutral(value) for value in row] for row in rows)
    return text.getvalue()
