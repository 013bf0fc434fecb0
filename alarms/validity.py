"""Until when a certificate holds, from its DER bytes (X.509, RFC 5280). Pure.

The standard library tells it only of certificates that it trusts, and those of a company's own authority, or expired
ones, are just the ones to look at.
"""

from datetime import UTC, datetime
from typing import NamedTuple

SEQUENCE, UTC_TIME, GENERALIZED_TIME, VERSION = 0x30, 0x17, 0x18, 0xA0
FORMATS = {UTC_TIME: "%y%m%d%H%M%SZ", GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}
BEFORE_VALIDITY = 3  # of the body of a certificate: serial number, algorithm, issuer


class Element(NamedTuple):
    """One DER element: its tag, and where its content begins and ends."""

    tag: int
    start: int
    end: int


def expires_at(der: bytes) -> datetime:
    """When the certificate expires. Raises ValueError for what is none."""
    certificate = _element(der, 0, SEQUENCE)
    body = _element(der, certificate.start, SEQUENCE)
    element = _element(der, body.start)
    if element.tag == VERSION:
        element = _element(der, element.end)
    for _ in range(BEFORE_VALIDITY):
        element = _element(der, element.end)
    if element.tag != SEQUENCE:
        raise ValueError("no validity where it belongs")
    begins = _element(der, element.start)
    ends = _element(der, begins.end)
    if ends.tag not in FORMATS or ends.end > element.end:
        raise ValueError("the validity has no end")
    return datetime.strptime(der[ends.start : ends.end].decode("ascii"), FORMATS[ends.tag]).replace(tzinfo=UTC)


def _element(der: bytes, at: int, tag: int | None = None) -> Element:
    if at + 2 > len(der):
        raise ValueError("it ends too early")
    length, start = der[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(der[start : start + size]), start + size
    if start + length > len(der) or tag not in (None, der[at]):
        raise ValueError("this is no certificate")
    return Element(der[at], start, start + length)
