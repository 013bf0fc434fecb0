"""Every guard of a switch is proven by a test that fails without it; `make mutate` tries those that are left here."""

from pathlib import Path

import pytest

from tests.mutation.laboratory import caught, mutated, verdict
from tests.mutation.mutants import MUTANTS, Mutant

IN_THE_GATE = {
    "standby is up",
    "pause",
    "majority",
    "gap between results",
    "age of the decision",
    "lease, in the switch",
    "compare and set on the epoch",
    "observations are read again",
    "orders are read again",
    "anti-flap",
    "mass-outage brake",
}
TRIED = [mutant for mutant in MUTANTS if mutant.guard in IN_THE_GATE]


def test_the_gate_tries_guards_that_there_are() -> None:
    assert {mutant.guard for mutant in TRIED} == IN_THE_GATE


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.guard)
def test_the_text_of_each_guard_is_where_it_is_looked_for(mutant: Mutant) -> None:
    assert mutated(mutant)


def test_with_all_guards_in_place_their_tests_pass(tmp_path: Path) -> None:
    tests = tuple(sorted({mutant.test for mutant in MUTANTS}))
    failed, passed, told = verdict(None, tests, tmp_path)
    assert (failed, passed >= len(tests)) == (0, True), told


@pytest.mark.parametrize("mutant", TRIED, ids=lambda mutant: mutant.guard)
def test_a_missing_guard_is_noticed(mutant: Mutant, tmp_path: Path) -> None:
    assert caught(mutant, tmp_path), f"nothing failed without: {mutant.guard}"
