"""Numbers, patterns and emergency URIs as people type them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialrules.numbers import LONGEST, cleaned_number, cleaned_pattern, cleaned_uri


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        pytest.param("+36 (1) 234-5678", "+3612345678", id="as people write it"),
        pytest.param(" 06/1.234 ", "061234", id="slash, dot, blanks"),
        pytest.param("*31#0612", "*31#0612", id="keys of a telephone"),
        pytest.param("**21*", "**21*", id="stars stay as many as they are"),
        pytest.param("duty", "DUTY", id="letters"),
        pytest.param("1" * LONGEST, "1" * LONGEST, id="longest"),
    ],
)
def test_a_number_is_its_keys(typed: str, number: str) -> None:
    assert cleaned_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("", "Give a number", id="nothing"),
        pytest.param(" - () ", "Give a number", id="separators alone"),
        pytest.param("+", "Give a number", id="plus alone"),
        pytest.param("12+3", "Character 3 is a plus sign.", id="plus inside"),
        pytest.param("12?", "Character 3 is “?”", id="wildcard"),
        pytest.param("12é", "Character 3 is “é”", id="accent"),
        pytest.param("1\x002", "Character 2 is invisible (U+0000)", id="NUL"),
        pytest.param("\uff11", "Character 1 is “\uff11”", id="wide digit"),
        pytest.param("1" * (LONGEST + 1), "at most 64 characters; this one has 65", id="too long"),
    ],
)
def test_what_is_no_number_is_told_with_its_place(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        cleaned_number(typed)


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        pytest.param("*", "*", id="every number"),
        pytest.param("***", "*", id="a run of stars is one"),
        pytest.param("+36 1 *?*?", "+361??*", id="question marks come first"),
        pytest.param("0?2", "0?2", id="one character"),
    ],
)
def test_a_pattern_has_one_form(typed: str, pattern: str) -> None:
    assert cleaned_pattern(typed) == pattern


@pytest.mark.parametrize(
    ("typed", "uri"),
    [
        pytest.param("SIP:duty@PBX.corp.example", "sip:duty@pbx.corp.example", id="host in small letters"),
        pytest.param("sips:duty@pbx:5061;transport=tls", "sips:duty@pbx:5061;transport=tls", id="port and parameter"),
        pytest.param("sip:[2001:db8::5]", "sip:[2001:db8::5]", id="address without user"),
        pytest.param("sip:+361234@10.0.0.1", "sip:+361234@10.0.0.1", id="number as user"),
        pytest.param(" tel:+36-1-234 ", "tel:+36-1-234", id="telephone"),
        pytest.param("tel:112", "tel:112", id="short number"),
    ],
)
def test_a_uri_is_taken(typed: str, uri: str) -> None:
    assert cleaned_uri(typed) == uri


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("duty@pbx", "Start with sip:", id="no scheme"),
        pytest.param("https://pbx", "Start with sip:", id="web"),
        pytest.param("sip://duty@pbx", "no slashes", id="slashes"),
        pytest.param("sip:duty:secret@pbx", "password", id="password"),
        pytest.param("sip:du ty@pbx", "not a SIP user", id="blank in the user"),
        pytest.param("sip:duty@", "Give a host name", id="no host"),
        pytest.param("sip:duty@_pbx", "underscore", id="bad host"),
        pytest.param("sip:duty@pbx;tls port", "What follows the host", id="bad parameter"),
        pytest.param("tel:", "not a telephone number", id="no number"),
        pytest.param("tel:+", "not a telephone number", id="plus alone"),
        pytest.param("tel:duty", "not a telephone number", id="letters"),
        pytest.param("sip:" + "a" * 252, "at most 255 characters; this one has 256", id="too long"),
    ],
)
def test_what_is_no_uri_is_told(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        cleaned_uri(typed)


@given(st.text(max_size=80))
def test_what_was_cleaned_once_stays_as_it_is(typed: str) -> None:
    for clean in (cleaned_number, cleaned_pattern, cleaned_uri):
        try:
            once = clean(typed)
        except ValueError:
            continue
        assert clean(once) == once
