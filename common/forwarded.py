"""Whence a request comes: from its TCP peer on, whoever is a trusted proxy may name the one before it. Pure."""

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Cidr = ipaddress.IPv4Network | ipaddress.IPv6Network

MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


def origin(peer: str, forwarded_for: str, trusted: Iterable[Cidr]) -> Address | None:
    """Who asks, by the TCP peer and the header X-Forwarded-For as it came: the right-most one that is no trusted proxy.

    The last proxy where proxies name nobody; None where one names something that is no address.
    """
    proxies, address = tuple(trusted), address_of(peer)
    named = [name.strip() for name in forwarded_for.split(",") if name.strip()] if proxies else []
    while address is not None and named and within(address, proxies):
        address = address_of(named.pop())
    return address


def within(address: Address, networks: Iterable[Cidr]) -> bool:
    """Whether one of the networks has the address."""
    return any(address in network for network in networks)


def address_of(text: str) -> Address | None:
    """The address, with or without a port; IPv4 inside IPv6 is unwrapped."""
    for candidate in (text.strip(), _without_port(text.strip())):
        try:
            address = ipaddress.ip_address(candidate)
        except ValueError:
            continue
        return getattr(address, "ipv4_mapped", None) or address
    return None


def parsed(cidrs: Iterable[str]) -> tuple[Cidr, ...]:
    """A list as configured. Raises ValueError with a sentence that names the one that is no network."""
    return tuple(_network(cidr) for cidr in cidrs)


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0]


def _network(cidr: str) -> Cidr:
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError as error:
        raise ValueError(f"“{cidr}” is no network. Write an address or a CIDR such as 10.0.0.0/8.") from error
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(MAPPED):
        v4 = network.network_address.ipv4_mapped
        return ipaddress.IPv4Network((int(v4 or 0), network.prefixlen - 96))
    return network
