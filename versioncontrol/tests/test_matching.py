"""Matching against a slow, obvious matcher; and how long it takes."""

import functools
import itertools
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versioncontrol.matching import covers, matcher, matches
from versioncontrol.patterns import LONGEST, canonical

few_letters = st.lists(st.sampled_from(["a", "b", ".", "?", "*", "*a?b*", "a?b", "*b?*"]), min_size=1, max_size=8).map(
    "".join
)
versions = st.text("ab.", min_size=1, max_size=12)


@functools.cache
def obviously(pattern: str, version: str) -> bool:
    """The definition, letter by letter."""
    if not pattern:
        return not version
    if pattern[0] == "*":
        return obviously(pattern[1:], version) or (version != "" and obviously(pattern, version[1:]))
    return version != "" and pattern[0] in ("?", version[0]) and obviously(pattern[1:], version[1:])


@given(few_letters, versions)
def test_it_matches_as_the_definition_says(pattern: str, version: str) -> None:
    assert matches(pattern, version) is obviously(pattern, version)


@given(st.text("ab?*", min_size=1, max_size=LONGEST), st.text("ab", min_size=1, max_size=LONGEST))
def test_long_patterns_match_as_their_places_say(pattern: str, version: str) -> None:
    """The same by the set of places that a prefix of the pattern reaches: slow, but not exponential."""
    places = {0}
    for letter in pattern:
        if letter == "*":
            places = set(range(min(places, default=LONGEST + 1), len(version) + 1))
        else:
            places = {at + 1 for at in places if at < len(version) and letter in ("?", version[at])}
    assert matches(pattern, version) is (len(version) in places)


@given(few_letters, versions)
def test_the_canonical_form_admits_the_same_versions(pattern: str, version: str) -> None:
    assert matches(pattern, version) is obviously(canonical(pattern), version)


@pytest.mark.parametrize(
    ("pattern", "version", "admitted"),
    [
        pytest.param("[12]", "1", False, id="no classes"),
        pytest.param("[12]", "[12]", True, id="brackets stand for themselves"),
        pytest.param("\\*", "*", False, id="no escapes"),
        pytest.param("10.2.RC*", "10.2.rc1", True, id="capitals do not count"),
        pytest.param(" 10.2 ", "\t10.2", True, id="blanks at the ends do not count"),
        pytest.param("a*a", "a", False, id="head and tail do not overlap"),
        pytest.param("*ab?ab*", "xabyabz", True, id="a gap in the middle"),
        pytest.param("*a?b*", "axxa", False, id="a gap, and only its beginning"),
        pytest.param("*a?b*a?b", "aabaxb", True, id="a gap twice"),
        pytest.param("*a?b*a?b", "axbxb", False, id="a gap twice, and no room"),
        pytest.param("??*", "1", False, id="as many as question marks"),
    ],
)
def test_it_matches(pattern: str, version: str, admitted: bool) -> None:
    assert matches(pattern, version) is admitted


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize(
    ("pattern", "version"),
    [
        pytest.param("*a" * 13 + "b", "a" * 64, id="thirteen stars"),
        pytest.param("*a" * 32, "a" * 64, id="as many stars as fit"),
        pytest.param("*a?" * 21 + "b", "a" * 64, id="stars and gaps"),
        pytest.param("*" + "a?" * 30 + "b*", "a" * 64, id="one long part with gaps"),
        pytest.param("*" + "ab?" * 20 + "*", "ab" * 32, id="a long part that nearly fits"),
        pytest.param("*a?a" * 15 + "*", "a" * 64, id="many parts with gaps"),
        pytest.param("?a" * 32, "a" * 64, id="gaps only"),
        pytest.param("*" + "a" * 31 + "b*", "a" * 64, id="a long literal that nearly fits"),
    ],
)
def test_no_pattern_takes_long(pattern: str, version: str) -> None:
    """Meant: under 20 microseconds. Tested with room for a busy machine; the naive way takes seconds."""
    ready = matcher(pattern)
    assert min(timeit.repeat(lambda: ready.admits(version), number=50, repeat=9)) / 50 < 60e-6


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        pytest.param("*", "10.2.*", True, id="everything"),
        pytest.param("10.*", "10.2.*", True, id="by a longer beginning"),
        pytest.param("10.2.*", "10.*", False, id="the other way round"),
        pytest.param("10.2*", "10.2", True, id="a version"),
        pytest.param("10.2.*", "10.2", False, id="a version that is not admitted"),
        pytest.param("10.2.*", "10.2.?", True, id="a star and a question mark"),
        pytest.param("10.2.?", "10.2.*", False, id="a question mark and a star"),
        pytest.param("?*", "*", False, id="the empty run"),
        pytest.param("*?", "a*", True, id="by a letter"),
        pytest.param("??*", "a*", False, id="by two letters"),
        pytest.param("*rc*", "10.*-RC?", True, id="the middle, in capitals"),
        pytest.param("*a*b*", "*b*a*", False, id="another order"),
        pytest.param("*a*a*", "*aa*", True, id="neighbours"),
        pytest.param("?*aa*", "*aa*a", False, id="one star empty and the other not"),
        pytest.param("*aa?*", "a*aa*", False, id="the same from the end"),
        pytest.param("*a*b*", "?a*?b*", True, id="more than it asks for"),
    ],
)
def test_a_pattern_covers_another(wide: str, narrow: str, covered: bool) -> None:
    assert covers(wide, narrow) is covered


SHORT = ["".join(letters) for length in range(1, 7) for letters in itertools.product("abx", repeat=length)]


@given(st.text("ab?*", min_size=1, max_size=5), st.text("ab?*", min_size=1, max_size=4))
def test_covering_is_what_the_versions_say(wide: str, narrow: str) -> None:
    """x stands for every letter that neither pattern spells out."""
    admitted = [version for version in SHORT if matches(narrow, version)]
    everything = all(matches(wide, version) for version in admitted)
    if covers(wide, narrow):
        assert everything
    elif "*" not in narrow and "*" not in wide:
        assert not everything


@given(st.text("ab?*", min_size=1, max_size=3), st.text("ab?*", min_size=1, max_size=3))
def test_what_is_not_covered_has_a_version_that_shows_it(wide: str, narrow: str) -> None:
    admitted = [version for version in SHORT if matches(narrow, version)]
    if not covers(wide, narrow):
        assert any(not matches(wide, version) for version in admitted) or wide.strip("*") == "?"
