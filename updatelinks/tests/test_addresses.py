"""URLs as typed, and the sentences for those that are none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from updatelinks.addresses import ADDRESS_SQL, LONGEST, cleaned


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://sw.corp.example/10.2.10", id="https"),
        pytest.param("http://sw/10.2.10", id="http, bare name"),
        pytest.param("HTTPS://SW.Corp.Example/10.2.10", id="capitals stay"),
        pytest.param("https://sw.corp.example", id="no path"),
        pytest.param("https://sw.corp.example?file=10.2.10", id="query without a path"),
        pytest.param("https://sw.corp.example:8443/a%20b?c=d&e=@#f", id="port, query, fragment"),
        pytest.param("https://10.0.0.5/setup.exe", id="IPv4"),
        pytest.param("https://[2001:db8::5]:8443/setup.exe", id="IPv6"),
        pytest.param("https://sw/?from=http://other/", id="URL within"),
        pytest.param("https://sw/" + "x" * (LONGEST - 11), id="the longest"),
    ],
)
def test_it_takes_a_url_as_typed(address: str) -> None:
    assert cleaned(f"  {address}\n") == address
    assert re.search(ADDRESS_SQL, address)


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        pytest.param(
            "sw.corp.example/10.2", "Start it with https:// or http://, here: https://sw.corp", id="no scheme"
        ),
        pytest.param("//sw.corp.example/1", "here: https://sw.corp.example/1", id="scheme left to the page"),
        pytest.param("10.2.10 installer", "for example https://", id="no URL at all"),
        pytest.param("localhost", "for example https://", id="a word"),
        pytest.param("https:/sw.corp.example/", "Start it with https:// or http://", id="one slash"),
        pytest.param("ftp://sw.corp.example/1", "by http and https, not by “ftp”", id="ftp"),
        pytest.param("file:///c:/setup.exe", "not by “file”", id="file"),
        pytest.param("javascript://alert(1)", "not by “javascript”", id="script"),
        pytest.param("javascript:alert(1)", "Start it with https:// or http://", id="script without slashes"),
        pytest.param("https://sw.corp.example/a b", "character 26 is one", id="blank"),
        pytest.param("https://sw.corp.example/a\tb", "character 26 is one", id="tab"),
        pytest.param("https://sw\\10.2", "Character 11 is a backslash", id="backslash"),
        pytest.param("https://sw/\x01", "Character 12 is invisible (U+0001)", id="control character"),
        pytest.param("https://sw/frissítés", "Character 17 is “í”. Write %C3%AD for it", id="accent in the path"),
        pytest.param("https://frissítés.example/", "here: xn--frissts-", id="accent in the host"),
        pytest.param("https://", "The host is missing", id="nothing behind the scheme"),
        pytest.param("https:///10.2.10", "The host is missing", id="path only"),
        pytest.param("https://:8443/", "The host is missing", id="port only"),
        pytest.param("https://sw:port/", "“port” is not a port", id="port of letters"),
        pytest.param("https://sw:99999/", "“99999” is not a port", id="port out of range"),
        pytest.param("https://sw_1.corp.example/", "underscore", id="underscore in the host"),
        pytest.param("https://[2001:db8::5/", "IPv6 address in brackets", id="bracket not closed"),
        pytest.param("https://2001:db8::5/", "in brackets", id="IPv6 without brackets"),
        pytest.param("https://me:secret@sw/", "every agent would see", id="password"),
        pytest.param("https://sw/" + "x" * LONGEST, "at most 2000 characters; this one has 2011", id="too long"),
    ],
)
def test_it_says_how_to_mend_a_url(typed: str, advice: str) -> None:
    with pytest.raises(ValueError, match=f"(?i){re.escape(advice)}") as refusal:
        cleaned(typed)
    assert "secret" not in str(refusal.value)


@given(st.from_regex(r"https?:/{0,3}[a-z0-9.:@\[\]_-]{0,12}[/?#]?[a-z %\\é\u00a0]{0,8}", fullmatch=True))
def test_the_database_takes_whatever_it_takes(typed: str) -> None:
    try:
        address = cleaned(typed)
    except ValueError:
        return
    assert re.search(ADDRESS_SQL, address)
