"""A pace that cannot be held stops the start with a sentence."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from failover.checks import check_pace


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param({}, [], id="the defaults"),
        pytest.param({"FAILOVER_PERIOD": 0.0}, ["failover.E001", "failover.E002"], id="no period"),
        pytest.param({"FAILOVER_TIMEOUT": -1.0}, ["failover.E001"], id="negative timeout"),
        pytest.param({"FAILOVER_QUICK_PERIOD": 0.0}, ["failover.E001"], id="no quick period"),
        pytest.param({"FAILOVER_QUICK_PERIOD": 2.0}, [], id="quick is as slow as usual"),
        pytest.param({"FAILOVER_QUICK_PERIOD": 3.0}, ["failover.E002"], id="quick is slow"),
        pytest.param({"FAILOVER_FALL": 0}, ["failover.E003"], id="no failure needed"),
        pytest.param({"FAILOVER_RISE": 0}, ["failover.E003"], id="no success needed"),
        pytest.param(
            {"FAILOVER_PERIOD": 0.0, "FAILOVER_RISE": 0},
            ["failover.E001", "failover.E002", "failover.E003"],
            id="all at once",
        ),
    ],
)
def test_each_fault_has_an_id_and_a_hint(settings: Any, values: dict[str, float], found: list[str]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    messages = check_pace()
    assert [message.id for message in messages] == found
    assert all(message.hint for message in messages)


def test_a_pace_that_cannot_be_held_fails_the_check_that_every_command_runs(settings: Any) -> None:
    settings.FAILOVER_FALL = 0
    with pytest.raises(SystemCheckError, match=r"failover\.E003"):
        call_command("check")
