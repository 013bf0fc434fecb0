"""A pace that cannot be held stops the start with a sentence."""

from typing import Any

import pytest

from failover.checks import check_pace


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param({}, [], id="the defaults"),
        pytest.param({"FAILOVER_PERIOD": 0.0}, ["failover.E001", "failover.E002"], id="no period"),
        pytest.param({"FAILOVER_TIMEOUT": -1.0}, ["failover.E001"], id="negative timeout"),
        pytest.param({"FAILOVER_QUICK_PERIOD": 3.0}, ["failover.E002"], id="quick is slow"),
        pytest.param({"FAILOVER_FALL": 0}, ["failover.E003"], id="no failure needed"),
        pytest.param({"FAILOVER_RISE": 0}, ["failover.E003"], id="no success needed"),
    ],
)
def test_each_fault_has_an_id_and_a_hint(settings: Any, values: dict[str, float], found: list[str]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    messages = check_pace()
    assert [message.id for message in messages] == found
    assert all(message.hint for message in messages)
