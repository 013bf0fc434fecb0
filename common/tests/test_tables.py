"""Rows as a table, as JSON and as CSV."""

import json
from datetime import UTC, datetime

import pytest

from common.tables import Format, rendered

ROWS = [
    {"name": "Győr", "up": True, "epoch": 3, "at": datetime(2026, 3, 1, 3, 12, 4, 5000, tzinfo=UTC), "note": None},
    {"name": 'a, "b"', "up": False, "epoch": 0, "at": None, "note": ""},
]
COLUMNS = ("name", "up", "epoch", "at", "note")


def test_json_keeps_types_letters_and_times() -> None:
    text = rendered(ROWS, COLUMNS, Format.JSON)
    assert "Győr" in text
    first, second = json.loads(text)
    assert first == {"name": "Győr", "up": True, "epoch": 3, "at": "2026-03-01T03:12:04.005+00:00", "note": None}
    assert second["name"] == 'a, "b"'


def test_csv_quotes_what_it_must() -> None:
    assert rendered(ROWS, COLUMNS, Format.CSV).splitlines() == [
        "name,up,epoch,at,note",
        "Győr,True,3,2026-03-01T03:12:04.005+00:00,",
        '"a, ""b""",False,0,,',
    ]


def test_a_table_speaks_to_people() -> None:
    header, first, second = rendered(ROWS, COLUMNS, Format.TABLE).splitlines()
    assert header.split() == ["name", "up", "epoch", "at", "note"]
    assert first.split() == ["Győr", "yes", "3", "2026-03-01", "03:12:04", "-"]
    assert second.split()[-4:] == ["no", "0", "-", "-"]


@pytest.mark.parametrize("text", ["[/x]", "[red]a", "see :warning:", "http://wiki/[1]"])
def test_a_table_shows_what_people_typed_and_takes_none_of_it_for_markup(text: str) -> None:
    assert rendered([{"note": text}], ["note"], Format.TABLE).splitlines()[1] == text


def test_nothing_is_an_empty_list_and_a_bare_header() -> None:
    assert rendered([], COLUMNS, Format.JSON) == "[]"
    assert rendered([], COLUMNS, Format.CSV) == "name,up,epoch,at,note"
