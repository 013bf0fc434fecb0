"""Where a caller is, and whose URLs it may be given."""

import pytest

from common.forwarded import parsed
from updatelinks.networks import Network, Networks, Place, place, usable

NETWORKS = Networks(
    corporate=parsed(["10.0.0.0/8", "fc00::/7"]),
    dmz_proxies=parsed(["10.0.5.0/29"]),
    trusted_proxies=parsed(["10.0.1.1", "10.0.5.2", "2001:db8::1"]),
)
BOTH, PUBLIC = (Network.PRIVATE, Network.PUBLIC), (Network.PUBLIC,)


@pytest.mark.parametrize(
    ("peer", "forwarded", "where"),
    [
        pytest.param("10.1.2.3", "", Place.CORPORATE, id="inside"),
        pytest.param("::ffff:10.1.2.3", "", Place.CORPORATE, id="inside, IPv4 in IPv6"),
        pytest.param("fd00::5", "", Place.CORPORATE, id="inside, IPv6"),
        pytest.param("203.0.113.9", "", Place.OUTSIDE, id="outside"),
        pytest.param("2001:db8::5", "", Place.OUTSIDE, id="outside, IPv6"),
        pytest.param("", "", Place.OUTSIDE, id="unknown"),
        pytest.param("", "10.1.2.3", Place.OUTSIDE, id="unknown, and names somebody"),
        pytest.param("203.0.113.9", "10.1.2.3", Place.OUTSIDE, id="nobody believes a stranger"),
        pytest.param("10.1.2.3", "203.0.113.9", Place.CORPORATE, id="nor an agent"),
        pytest.param("10.0.5.1", "", Place.DMZ_PROXY, id="a proxy in the DMZ"),
        pytest.param("10.0.5.1", "10.1.2.3", Place.DMZ_PROXY, id="a proxy in the DMZ that nobody trusts"),
        pytest.param("10.0.5.2", "", Place.DMZ_PROXY, id="a trusted proxy in the DMZ that names nobody"),
        pytest.param("10.0.5.2", "203.0.113.9", Place.OUTSIDE, id="a trusted proxy in the DMZ"),
        pytest.param("10.0.1.1", "203.0.113.9", Place.OUTSIDE, id="a trusted proxy"),
        pytest.param("10.0.1.1", "10.1.2.3", Place.CORPORATE, id="a trusted proxy, inside"),
        pytest.param("::ffff:10.0.1.1", "::ffff:10.1.2.3", Place.CORPORATE, id="the same, IPv4 in IPv6"),
        pytest.param("10.0.1.1", "", Place.OUTSIDE, id="a trusted proxy that names nobody"),
        pytest.param("10.0.1.1", "unknown", Place.OUTSIDE, id="a trusted proxy that names no address"),
        pytest.param("10.0.1.1", "10.1.2.3, rubbish", Place.OUTSIDE, id="what stands before rubbish does not count"),
        pytest.param("10.0.1.1", "10.1.2.3, 203.0.113.9", Place.OUTSIDE, id="what a stranger wrote does not count"),
        pytest.param("10.0.1.1", "203.0.113.9, 10.0.5.1", Place.DMZ_PROXY, id="through a DMZ proxy nobody trusts"),
        pytest.param("10.0.1.1", "203.0.113.9, 10.0.5.2", Place.OUTSIDE, id="through two trusted proxies"),
        pytest.param("10.0.1.1", "10.0.5.2", Place.DMZ_PROXY, id="the second names nobody"),
        pytest.param("10.0.1.1", "10.0.1.1", Place.OUTSIDE, id="a trusted proxy behind a trusted one names nobody"),
        pytest.param("10.0.1.1", " 10.1.2.3:5060 ", Place.CORPORATE, id="with a port"),
        pytest.param("2001:db8::1", "[fd00::5]:443", Place.CORPORATE, id="IPv6 with a port"),
    ],
)
def test_where_a_caller_is(peer: str, forwarded: str, where: Place) -> None:
    assert place(NETWORKS, peer, forwarded) is where


@pytest.mark.parametrize(
    ("outsource", "where", "hint", "networks"),
    [
        pytest.param(False, Place.OUTSIDE, None, BOTH, id="no Internet side: anyone"),
        pytest.param(False, Place.DMZ_PROXY, None, BOTH, id="no Internet side: a DMZ proxy too"),
        pytest.param(True, Place.DMZ_PROXY, None, PUBLIC, id="through the DMZ"),
        pytest.param(True, Place.CORPORATE, None, BOTH, id="inside"),
        pytest.param(True, Place.OUTSIDE, None, PUBLIC, id="outside"),
        pytest.param(True, Place.CORPORATE, "public", PUBLIC, id="inside, wants the public one"),
        pytest.param(False, Place.CORPORATE, "public", PUBLIC, id="no Internet side, wants the public one"),
        pytest.param(True, Place.OUTSIDE, "private", PUBLIC, id="outside, says it is inside"),
        pytest.param(True, Place.DMZ_PROXY, "private", PUBLIC, id="through the DMZ, says it is inside"),
        pytest.param(True, Place.CORPORATE, "private", BOTH, id="inside, and says so"),
    ],
)
def test_whose_urls_a_caller_may_be_given(
    outsource: bool, where: Place, hint: str | None, networks: tuple[Network, ...]
) -> None:
    assert usable(outsource=outsource, place=where, hint=hint) == networks


def test_a_list_of_networks_takes_addresses_and_ipv4_in_ipv6() -> None:
    assert [str(network) for network in parsed(["10.0.0.1", "::ffff:10.0.0.0/104", "10.1.2.3/8", "::1"])] == [
        "10.0.0.1/32",
        "10.0.0.0/8",
        "10.0.0.0/8",
        "::1/128",
    ]


def test_what_is_no_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"“10\.0\.0\.0/33” is no network"):
        parsed(["10.0.0.0/8", "10.0.0.0/33"])
