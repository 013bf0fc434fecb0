"""What is said about a pattern before it is saved."""

import pytest

from versioncontrol.linting import Code, lint, shadowed


@pytest.mark.parametrize(
    ("pattern", "codes"),
    [
        pytest.param("10.2.7", [], id="one version"),
        pytest.param("10.3.?", [], id="one digit"),
        pytest.param("*rc*", [], id="a word anywhere"),
        pytest.param("*", [Code.ADMITS_EVERYTHING], id="everything"),
        pytest.param("*?*", [Code.ADMITS_EVERYTHING], id="everything, in other words"),
        pytest.param("10.2*", [Code.LONGER_NUMBERS], id="a star behind a digit"),
        pytest.param("10.2*.1", [Code.LONGER_NUMBERS], id="a star behind a digit, inside"),
        pytest.param("10.2.*", [Code.WITHOUT_BASE], id="a star behind a dot"),
        pytest.param("10.?.*", [], id="no single base"),
        pytest.param("10.2 (x)", [], id="parentheses alone are no expression"),
        pytest.param("10.2+*", [], id="nor is a build"),
    ],
)
def test_it_warns(pattern: str, codes: list[Code]) -> None:
    assert [warned.code for warned in lint(pattern)] == codes


@pytest.mark.parametrize(
    ("pattern", "better"),
    [
        pytest.param(r"^10\.2\..*$", "10.2.*", id="anchors and dots"),
        pytest.param(r"10\.2\.\d+", "10.2.*", id="digits"),
        pytest.param(r"10.2.[0-9]", "10.2.?", id="one digit"),
        pytest.param("^10.2.*$", "10.2.*", id="anchors only"),
        pytest.param("10.2.+", "10.2.*", id="one or more"),
        pytest.param("10.(2|3).1", "", id="not that simple"),
        pytest.param("10.[2-3].1", "", id="a class"),
    ],
)
def test_it_reads_a_regular_expression(pattern: str, better: str) -> None:
    warned = next(one for one in lint(pattern) if one.code is Code.REGULAR_EXPRESSION)
    assert warned.better == ((better,) if better else ())


def test_it_offers_two_rules_for_a_star_behind_a_digit() -> None:
    warned = lint("10.2*")[0]
    assert warned.better == ("10.2.*", "10.2")
    assert "It also admits 10.20." in warned.sentence


def test_it_is_silent_about_the_base_that_another_rule_admits() -> None:
    assert lint("10.2.*", others=["10.?"]) == []
    assert lint("10.2.*")[0].better == ("10.2.*", "10.2")


def test_it_names_the_rules_that_are_in_its_way() -> None:
    (warned,) = lint("10.2.7", others=["9", "10.2*"])
    assert (warned.code, "“10.2*”" in warned.sentence) == (Code.SHADOWED, True)
    (warned,) = lint("1?.*.7", others=["10.2.7", "9"])
    assert (warned.code, "“10.2.7”" in warned.sentence) == (Code.SHADOWS, True)


def test_it_says_that_nothing_seen_matches_only_when_something_was_seen() -> None:
    assert [warned.code for warned in lint("10.2.7", seen=["9", "8"])] == [Code.MATCHES_NOTHING_SEEN]
    assert lint("10.2.7", seen=["9", "10.2.7"]) == []
    assert lint("10.2.7", seen=[]) == []


def test_of_patterns_that_cover_each_other_one_stays() -> None:
    assert shadowed(["10.*", "10.2.*", "10.2.7", "9"]) == {"10.2.*": "10.*", "10.2.7": "10.*"}
    assert shadowed(["RC1", "rc1"]) == {"RC1": "rc1"}
