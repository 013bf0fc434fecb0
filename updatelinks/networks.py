"""Where a caller is: inside the company, behind a DMZ proxy, or outside; VERSIONS.md, the network table. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from common.forwarded import Cidr, origin, within


class Network(StrEnum):
    """The two sides on which a link has a URL."""

    PRIVATE = "private"
    PUBLIC = "public"


class Place(StrEnum):
    """Where a caller is; who is not known to be inside is outside."""

    __hash__ = str.__hash__  # Enum's own is Python, and answers are looked up by it

    CORPORATE = "corporate"
    DMZ_PROXY = "dmz-proxy"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """The lists of the settings; two are the same when they are one, so that places can be remembered by it."""

    corporate: tuple[Cidr, ...] = ()
    dmz_proxies: tuple[Cidr, ...] = ()
    trusted_proxies: tuple[Cidr, ...] = ()


def place(networks: Networks, peer: str, forwarded_for: str = "") -> Place:
    """Where the caller is, by its TCP peer and by the header X-Forwarded-For as it came.

    A trusted proxy that names nobody, or nothing that is an address, leaves the caller unknown.
    """
    address = origin(peer, forwarded_for, networks.trusted_proxies)
    if address is None:
        return Place.OUTSIDE
    if within(address, networks.dmz_proxies):
        return Place.DMZ_PROXY
    if within(address, networks.trusted_proxies):
        return Place.OUTSIDE
    return Place.CORPORATE if within(address, networks.corporate) else Place.OUTSIDE


def usable(*, outsource: bool, place: Place, hint: str | None = None) -> tuple[Network, ...]:
    """Whose URLs the caller may be given, the better one first; the hint is what the caller says of itself.

    A caller may say that it is outside. That it is inside is never taken from its own words.
    """
    if hint == Network.PUBLIC:
        return (Network.PUBLIC,)
    if not outsource or place is Place.CORPORATE:
        return (Network.PRIVATE, Network.PUBLIC)
    return (Network.PUBLIC,)
