"""CSV for spreadsheets, and how often one may ask."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.limits import permits_another
from common.sheets import neutral, sheet

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_what_a_spreadsheet_would_run_becomes_text(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "cell"),
    [("1;=1+1;x", "1;'=1+1;x"), ("a\n-b", "a\n'-b"), ("\t=1", "'\t'=1"), ("a;b-c", "a;b-c"), ("=1;@A", "'=1;'@A")],
)
def test_so_does_what_one_would_that_separates_cells_otherwise(text: str, cell: str) -> None:
    assert neutral(text) == cell


@pytest.mark.parametrize(("value", "cell"), [("10.2-1", "10.2-1"), (-1, -1), (NOW, "2026-11-24T12:00:00+00:00")])
def test_what_is_harmless_stays(value: object, cell: object) -> None:
    assert neutral(value) == cell


def test_a_sheet_has_a_line_of_names() -> None:
    assert sheet(["a", "b"], [[1, 'x"y'], ["=2", None]]) == 'a,b\r\n1,"x""y"\r\n\'=2,\r\n'


def test_one_may_ask_so_often_and_again_later() -> None:
    session: dict[str, Any] = {}
    minute = timedelta(minutes=1)
    asked = [permits_another(session, "asked", NOW, at_most=2, within=minute) for _ in range(3)]
    assert asked == [True, True, False]
    assert permits_another(session, "other", NOW, at_most=2, within=minute)
    assert permits_another(session, "asked", NOW + minute, at_most=2, within=minute)
