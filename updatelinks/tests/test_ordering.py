"""Which version is newer."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vectors import VERSIONS
from updatelinks.ordering import newer, order

PIECES = ["v", "0", "1", "2", "10", "02", ".", "-", " ", "rc", "hf", "b", "k", "sp", "zzz", "+", "(x)", "beta", "dev"]
versions = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join)


def compared(one: str, other: str) -> int:
    return newer(one, than=other) - newer(other, than=one)


@pytest.mark.parametrize("vector", VERSIONS["order"], ids=lambda vector: f"{vector['a']} and {vector['b']}")
def test_it_orders_as_the_contract_says(vector: dict[str, Any]) -> None:
    assert compared(vector["a"], vector["b"]) == vector["cmp"]
    assert compared(vector["b"], vector["a"]) == -vector["cmp"]


@pytest.mark.parametrize(
    "ascending",
    [
        pytest.param(["1", "1.0.1", "1.1", "1.2", "1.10", "2"], id="numbers"),
        pytest.param(["3-zzz", "3-dev", "3-ea1", "3-alpha", "3-beta", "3-m2", "3-rc1", "3-rc2", "3"], id="before"),
        pytest.param(["1.0.2", "1.0.2a", "1.0.2k", "1.0.2-hf1", "1.0.2-r1", "1.0.2 SP1", "1.0.2 SP2"], id="after"),
        pytest.param(["1-rc", "1-rc1", "1-rc1-hf1", "1-rc1.2", "1-rc2"], id="more behind a word"),
        pytest.param(["1", f"1.{10**50}", f"1.{10**50 + 1}"], id="numbers of any size"),
        pytest.param(["10.3-1", "10.3-2", "10.3"], id="a number alone is nothing known"),
    ],
)
def test_it_orders(ascending: list[str]) -> None:
    assert sorted(sorted(ascending), key=order) == ascending  # type: ignore[arg-type]
    assert all(newer(after, than=before) for before, after in itertools.pairwise(ascending))


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(["1.2", " v1.2 ", "V1.2.0", "1.02.0.0"], id="zeros, v and blanks"),
        pytest.param(["1.2", "1.2+4711", "1.2 (build 4711)", "1.2 (a+b)", "1.2 (a (b))", "1.2 (a+b)+c"], id="builds"),
        pytest.param(["1.2rc1", "1.2-RC.1", "1.2_cr1", "1.2-preview-1", "1.2c01"], id="one word in many forms"),
        pytest.param(["0", "0.0", "v0"], id="nothing but zeros"),
        pytest.param(["1.2 HF3", "1.2-hotfix.3", "1.2p3"], id="fixes"),
    ],
)
def test_these_are_the_same(same: list[str]) -> None:
    assert len({order(version) for version in same}) == 1


@pytest.mark.parametrize("version", ["dev-build", "", "v", "vv1", "-1", "rc1", "(1)"])
def test_it_cannot_order_what_begins_with_no_digit(version: str) -> None:
    assert order(version) is None
    assert not newer(version, than="1")
    assert not newer("1", than=version)


@given(versions, versions, versions)
def test_the_order_is_total_and_transitive(one: str, two: str, three: str) -> None:
    if None in (order(one), order(two), order(three)):
        return
    assert compared(one, two) == -compared(two, one)
    assert compared(one, one) == 0
    if compared(one, two) >= 0 and compared(two, three) >= 0:
        assert compared(one, three) >= 0
    if compared(one, two) == 0:
        assert compared(one, three) == compared(two, three)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=64))
def test_every_version_that_begins_with_a_digit_has_its_place(version: str) -> None:
    begins = version.strip().lower().removeprefix("v")[:1]
    assert (order(version) is not None) is begins.isdigit()
