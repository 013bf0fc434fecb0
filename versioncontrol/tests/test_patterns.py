"""Patterns and versions as typed, and what two patterns share that admit the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versioncontrol.patterns import LONGEST, canonical, cleaned, cleaned_version, reading_order

PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]
typed_patterns = st.text(alphabet=st.sampled_from([*PRINTABLE, "*", "?", "*", "?"]), min_size=1, max_size=LONGEST)


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        pytest.param("10.2.*", "10.2.*", id="as typed"),
        pytest.param("  10.2.* ", "10.2.*", id="blanks at both ends"),
        pytest.param("\t10.2.*\n", "10.2.*", id="tab and line break at the ends"),
        pytest.param("10.2 hotfix 1", "10.2 hotfix 1", id="blanks inside stay"),
        pytest.param("10.2.0-RC1", "10.2.0-RC1", id="capitals stay"),
        pytest.param("[10].2", "[10].2", id="brackets are nothing special"),
        pytest.param("~", "~", id="the last printable character"),
        pytest.param("*" * LONGEST, "*" * LONGEST, id="the longest"),
        pytest.param(f" {'x' * LONGEST} ", "x" * LONGEST, id="the longest, blanks do not count"),
    ],
)
def test_it_takes_a_pattern(typed: str, pattern: str) -> None:
    assert cleaned(typed) == pattern


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        pytest.param("", "Give a pattern, for example", id="nothing"),
        pytest.param("  \t", "Give a pattern, for example", id="blanks only"),
        pytest.param("10.2.é", "Character 6 of the pattern is “é”", id="accent"),
        pytest.param("  10.2.é", "Character 6 of the pattern is “é”", id="position counts from the first character"),
        pytest.param("10\t2", "Character 3 of the pattern is invisible (U+0009)", id="tab inside"),
        pytest.param("10.2\x7f", "Character 5 of the pattern is invisible (U+007F)", id="delete"),
        pytest.param("10\u00a02", "Character 3 of the pattern is invisible (U+00A0)", id="no-break space"),
        pytest.param("10.2.\uff0a", "Character 6 of the pattern is “\uff0a”", id="wide asterisk"),
        pytest.param("x" * 65, "at most 64 characters; this one has 65", id="too long"),
    ],
)
def test_it_says_how_to_mend_a_pattern(typed: str, advice: str) -> None:
    with pytest.raises(ValueError, match=re.escape(advice)):
        cleaned(typed)


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        pytest.param("10.2.*", "character 6 is “*”", id="star"),
        pytest.param("10.?.1", "character 4 is “?”", id="question mark"),
        pytest.param("", "Give a version, for example", id="nothing"),
        pytest.param("10.2.é", "Character 6 of the version is “é”", id="accent"),
        pytest.param("x" * 65, "at most 64 characters; this one has 65", id="too long"),
    ],
)
def test_it_says_how_to_mend_a_version(typed: str, advice: str) -> None:
    with pytest.raises(ValueError, match=re.escape(advice)):
        cleaned_version(typed)


def test_it_takes_a_version_without_the_blanks_at_its_ends() -> None:
    assert cleaned_version(" 10.2.10 RC1 ") == "10.2.10 RC1"


@pytest.mark.parametrize(
    ("pattern", "key"),
    [
        pytest.param("10.2.3", "10.2.3", id="no wildcard"),
        pytest.param("10.2.RC*", "10.2.rc*", id="capitals"),
        pytest.param("10.**", "10.*", id="two stars"),
        pytest.param("10.*?", "10.?*", id="star before question mark"),
        pytest.param("*?*?*", "??*", id="mixed run"),
        pytest.param("???", "???", id="question marks only"),
        pytest.param("*.*?.?*", "*.?*.?*", id="runs on their own"),
    ],
)
def test_the_canonical_form_puts_a_run_of_wildcards_in_order(pattern: str, key: str) -> None:
    assert canonical(pattern) == key


@given(typed_patterns)
def test_the_canonical_form_is_its_own_canonical_form_and_never_longer(pattern: str) -> None:
    key = canonical(pattern)
    assert canonical(key) == key
    assert len(key) <= len(pattern)


@given(st.text("*?", min_size=1, max_size=12).flatmap(lambda run: st.tuples(st.just(run), st.permutations(run))))
def test_patterns_that_differ_in_the_order_of_a_run_of_wildcards_share_a_key(runs: tuple[str, list[str]]) -> None:
    run, shuffled = runs
    assert canonical(f"10.{run}.A") == canonical(f"10.{''.join(shuffled)}.a")


@given(st.text(alphabet=st.sampled_from([*PRINTABLE, "é", "\n", "\u00a0"]), max_size=70))
def test_what_it_takes_is_printable_trimmed_and_short(typed: str) -> None:
    try:
        pattern = cleaned(typed)
    except ValueError:
        return
    assert pattern == pattern.strip()
    assert 1 <= len(pattern) <= LONGEST
    assert set(pattern) <= set(PRINTABLE)


def test_lists_read_as_people_count() -> None:
    typed = ["10.10", "10.9", "9", "beta", "10.2.*", "10.2.10", "10.2.9"]
    assert sorted(typed, key=reading_order) == ["9", "10.2.9", "10.2.10", "10.2.*", "10.9", "10.10", "beta"]
