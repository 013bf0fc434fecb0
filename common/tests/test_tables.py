"""Rows as a table, as JSON and as CSV."""

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import override

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


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1"])
def test_a_cell_of_csv_is_no_formula(typed: str) -> None:
    lines = rendered([{"name": typed, "epoch": -1}], ("name", "epoch"), Format.CSV)
    ((name, epoch),) = list(csv.reader(io.StringIO(lines, newline="")))[1:]
    assert (name, epoch) == (f"'{typed}", "-1")


def test_a_table_speaks_to_people() -> None:
    header, first, second = rendered(ROWS, COLUMNS, Format.TABLE).splitlines()
    assert header.split() == ["name", "up", "epoch", "at", "note"]
    assert first.split() == ["Győr", "yes", "3", "2026-03-01", "03:12:04", "-"]
    assert second.split()[-4:] == ["no", "0", "-", "-"]


@pytest.mark.parametrize("text", ["[/x]", "[red]a", "see :warning:", "http://wiki/[1]"])
def test_a_table_shows_what_people_typed_and_takes_none_of_it_for_markup(text: str) -> None:
    assert rendered([{"note": text}], ["note"], Format.TABLE).splitlines()[1] == text


def test_the_times_of_a_table_are_those_of_the_console_and_scripts_get_the_offset() -> None:
    row = {"at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC)}
    with override(ZoneInfo("Europe/Budapest")):
        assert rendered([row], ["at"], Format.TABLE).splitlines()[1] == "2026-03-02 00:30:00"
        assert rendered([row], ["at"], Format.CSV).splitlines()[1] == "2026-03-01T23:30:00.000+00:00"
    assert json.loads(rendered([row], ["at"], Format.JSON)) == [{"at": "2026-03-01T23:30:00.000+00:00"}]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("one\ntwo", "one two", id="line break"),
        pytest.param("one\ttwo", "one two", id="tab"),
        pytest.param("one\u2028two", "one two", id="line separator"),
        pytest.param("\x1b[31mred", " [31mred", id="colour of the terminal"),
        pytest.param("a\x9b2Jb", "a 2Jb", id="clears the screen"),
    ],
)
def test_a_row_of_a_table_stays_in_its_line_and_commands_no_terminal(text: str, shown: str) -> None:
    row = {"note": text, "last": "end"}
    assert rendered([row], ["note", "last"], Format.TABLE).splitlines()[1:] == [f"{shown}  end"]
    assert json.loads(rendered([row], ["note"], Format.JSON)) == [{"note": text}]


def test_a_long_word_is_folded_and_nothing_of_it_is_lost() -> None:
    lines = rendered([{"note": "x" * 100}], ["note"], Format.TABLE, width=40).splitlines()
    assert "".join(lines[1:]) == "x" * 100
    assert max(len(line) for line in lines) <= 40


def test_only_the_columns_asked_for_are_shown_in_their_order() -> None:
    row = {"b": 1, "a_b": 2, "hidden": 3}
    assert rendered([row], ["a_b", "b"], Format.TABLE).split() == ["a", "b", "b", "2", "1"]
    assert rendered([row], ["a_b", "b"], Format.CSV) == "a_b,b\n2,1"
    assert list(json.loads(rendered([row], ["a_b", "b"], Format.JSON))[0]) == ["a_b", "b"]


def test_nothing_is_an_empty_list_and_a_bare_header() -> None:
    assert rendered([], COLUMNS, Format.JSON) == "[]"
    assert rendered([], COLUMNS, Format.CSV) == "name,up,epoch,at,note"
