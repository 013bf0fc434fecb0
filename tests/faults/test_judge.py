"""How the harness counts an outage: what it finds early must be early."""

import pytest

from tests.faults.crash import half
from tests.faults.invariants import DEADLINE, FRESH, fresh, out_for
from tests.faults.lab import Service


def service(*history: tuple[float, str]) -> Service:
    one = Service(lambda address, manners: None, "10.78.1.1")
    for moment, manners in history:
        one.note(manners, moment)
    return one


@pytest.mark.parametrize(
    ("history", "seconds"),
    [
        pytest.param([(0, "up")], 0.0, id="never out"),
        pytest.param([(0, "up"), (7, "refused")], 3.0, id="out until now"),
        pytest.param([(0, "up"), (5, "refused"), (6, "deaf")], 5.0, id="out in two ways"),
        pytest.param([(0, "up"), (4, "refused"), (6, "up"), (8, "refused")], 2.0, id="back for long enough: anew"),
        pytest.param([(0, "up"), (4, "refused"), (6, "slow"), (7, "refused")], 5.0, id="back for a moment: it goes on"),
        pytest.param([(0, "up"), (4, "refused"), (9, "up")], 5.0, id="back just now"),
        pytest.param([(0, "up"), (11, "refused")], 0.0, id="out later"),
    ],
)
def test_an_outage_counts_until_it_is_over_for_longer_than_a_moment(
    history: list[tuple[float, str]], seconds: float
) -> None:
    assert out_for(service(*history), 10.0) == seconds


def test_a_server_is_good_throughout_or_at_some_moment_of_a_time() -> None:
    one = service((0, "up"), (5, "refused"))
    assert one.good(0, 5)
    assert not one.good(4, 6)
    assert one.good(4, 6, throughout=False)
    assert not one.good(6, 7, throughout=False)
    assert service((0, "pattern:0011")).good(1, 2, throughout=False)
    assert not service((0, "pattern:0001")).good(1, 2, throughout=False)


def test_a_check_that_still_waits_has_not_failed() -> None:
    assert fresh(service((0, "up"), (5, "refused")), 5.3) == FRESH
    assert fresh(service((0, "up"), (5, "deaf")), 5.3) == FRESH + DEADLINE
    assert fresh(service((0, "deaf"), (5, "up")), 5.3) == FRESH


@pytest.mark.parametrize(
    ("state", "whole"),
    [
        pytest.param((0, "primary", 0, 0, 1), True, id="nothing happened"),
        pytest.param((1, "secondary", 1, 1, 0), True, id="everything did"),
        pytest.param((1, "secondary", 1, 0, 0), False, id="nobody is told of it"),
        pytest.param((0, "primary", 0, 1, 1), False, id="told of what was not done"),
        pytest.param((1, "secondary", 0, 1, 0), False, id="no event"),
        pytest.param((1, "secondary", 1, 1, 1), False, id="the countdown goes on"),
    ],
)
def test_a_switch_is_there_with_its_event_and_its_notice_or_not_at_all(
    state: tuple[object, ...], *, whole: bool
) -> None:
    assert (half(state, counting=1) == []) is whole
