"""Where a request comes from: by its TCP peer, and by X-Forwarded-For as far as trusted proxies wrote it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest

from common.requests import LONGEST_CHAIN, client_address_in
from updatelinks import conf, networks
from updatelinks.networks import Network, Networks, Place


def place(request: HttpRequest) -> Place:
    """Where the caller is."""
    return place_in(request.META)


def address(request: HttpRequest) -> str:
    """By what one caller without a token is told from others: what trusted proxies say of it, or its own address."""
    return address_in(request.META)


def address_in(environ: Mapping[str, Any]) -> str:
    """The same by the WSGI environment."""
    return client_address_in(environ) or _peer(environ)


def usable(request: HttpRequest, outsource: bool, hint: Network | None) -> tuple[Network, ...]:
    """Whose addresses the caller may be given, the better one first."""
    return usable_to(request.META, outsource, hint)


def usable_to(environ: Mapping[str, Any], outsource: bool, hint: Network | None) -> tuple[Network, ...]:
    """The same by the WSGI environment."""
    return networks.usable(outsource=outsource, place=place_in(environ), hint=hint)


def place_in(environ: Mapping[str, Any]) -> Place:
    """Where the caller is, by the WSGI environment."""
    # The near end is the one that counts.
    told = str(environ.get("HTTP_X_FORWARDED_FOR", ""))[-LONGEST_CHAIN:]
    return _place(conf.networks(), _peer(environ), told)


@lru_cache(maxsize=4096)
def _place(known: Networks, peer: str, told: str) -> Place:
    return networks.place(known, peer, told)


def _peer(environ: Mapping[str, Any]) -> str:
    return str(environ.get("REMOTE_ADDR", ""))
