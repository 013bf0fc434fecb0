"""Host names come out in one form that the database takes too, or are refused with advice."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appservers.hosts import HOST_PORT_SQL, HOST_SQL, host, host_and_port

LONG = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])  # 253 characters


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        pytest.param("ce-a.corp.example", "ce-a.corp.example", id="plain"),
        pytest.param("  CE-A.Corp.Example ", "ce-a.corp.example", id="capitals and blanks at the ends"),
        pytest.param("ce-a.corp.example.", "ce-a.corp.example", id="dot at the end"),
        pytest.param("ce1", "ce1", id="one label"),
        pytest.param("győr.example", "xn--gyr-7xa.example", id="internationalised"),
        pytest.param("例え.テスト。", "xn--r8jz45g.xn--zckzah", id="ideographic dots"),
        pytest.param("10.1.2.3", "10.1.2.3", id="IPv4"),
        pytest.param("[2001:DB8:0::5]", "[2001:db8::5]", id="IPv6"),
        pytest.param(LONG, LONG, id="253 characters"),
    ],
)
def test_it_accepts(typed: str, stored: str) -> None:
    assert host(typed) == host_and_port(typed) == stored


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        pytest.param("", "Give a host name", id="empty"),
        pytest.param("_ce.corp.example", "underscore", id="underscore at a label's start"),
        pytest.param("ce_a.corp.example", "underscore", id="underscore inside"),
        pytest.param("a" + LONG, "at most 253 characters; this one has 254", id="254 characters"),
        pytest.param("x" * 100_000, "at most 253 characters", id="100,000 characters"),
        pytest.param("a" * 64 + ".example", "at most 63 characters", id="long label"),
        pytest.param("ce-a-.corp.example", "starts or ends with a dash", id="trailing dash"),
        pytest.param("-ce.corp.example", "starts or ends with a dash", id="leading dash"),
        pytest.param("ce a.corp.example", "no blanks", id="blank inside"),
        pytest.param("https://ce-a.corp.example/x", "here: ce-a.corp.example.", id="URL"),
        pytest.param("//ce-a.corp.example", "here: ce-a.corp.example.", id="URL without scheme"),
        pytest.param("https://", "This is a URL", id="scheme alone"),
        pytest.param("anna@ce-a.corp.example", "no “@”", id="user"),
        pytest.param("ce..example", "Two dots", id="empty label"),
        pytest.param(".", "Two dots", id="dot alone"),
        pytest.param("ce\0a", "holds a character", id="NUL"),
        pytest.param("ce!a", "holds a character", id="punctuation"),
        pytest.param("\u202ece.example", "no valid internationalised form", id="direction mark"),
        pytest.param("\U0001f4a9\u0600.example", "no valid internationalised form", id="no letters"),
        pytest.param("300.1.2.3", "is not an IPv4 address", id="IPv4 out of range"),
        pytest.param("10.1", "is not an IPv4 address", id="IPv4 cut short"),
        pytest.param("[2001:db8::zz]", "is not an IPv6 address", id="no IPv6"),
        pytest.param("[fe80::1%eth0]", "is not an IPv6 address", id="IPv6 with a zone"),
        pytest.param("2001:db8::5", "in brackets: [2001:db8::5]", id="IPv6 without brackets"),
    ],
)
def test_it_refuses_with_advice(typed: str, advice: str) -> None:
    for canonical in (host, host_and_port):
        with pytest.raises(ValueError, match=re.escape(advice)):
            canonical(typed)


def test_a_port_does_not_belong_to_a_host() -> None:
    with pytest.raises(ValueError, match="a port goes where a port is asked for"):
        host("ce:80")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        pytest.param("CE:8443", "ce:8443", id="name and port"),
        pytest.param("ce:0080", "ce:80", id="zeros in front"),
        pytest.param("[::1]:80", "[::1]:80", id="IPv6 and port"),
        pytest.param("10.1.2.3:65535", "10.1.2.3:65535", id="IPv4 and port"),
    ],
)
def test_it_accepts_a_port_where_one_may_be(typed: str, stored: str) -> None:
    assert host_and_port(typed) == stored


@pytest.mark.parametrize("port", ["", "0", "65536", "00000080", "0000099999", "8o", "٣", "-1", "9" * 5000])
def test_it_refuses_a_port(port: str) -> None:
    with pytest.raises(ValueError, match=r"is not a port|at most 253"):
        host_and_port(f"ce:{port}")


ALPHABET = string.ascii_letters + string.digits + "-_.:[]/%@ é例\0\u202e"


@given(
    st.one_of(
        st.text(),
        st.text(alphabet=ALPHABET, max_size=40),
        st.ip_addresses().map(str),
        st.ip_addresses(v=6).map("[{}]".format),
    )
)
def test_whatever_is_accepted_is_canonical_and_taken_by_the_database(text: str) -> None:
    for canonical, pattern in ((host, HOST_SQL), (host_and_port, HOST_PORT_SQL)):
        try:
            stored = canonical(text)
        except ValueError:
            continue
        assert canonical(stored) == stored
        assert re.search(pattern, stored)
        assert len(stored) <= 253 + len(":65535")
