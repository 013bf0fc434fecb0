"""Addresses as people write them, and the names that the system's hosts file gives them."""

import ipaddress
import logging
import os
import socket
from pathlib import Path

log = logging.getLogger(__name__)

Address = tuple[socket.AddressFamily, str]
Version = tuple[int, int, int]

LOOPBACK: tuple[Address, ...] = ((socket.AF_INET, "127.0.0.1"),)
LOOPBACK_6: tuple[Address, ...] = ((socket.AF_INET6, "::1"),)


def literal(text: str) -> tuple[Address, ...]:
    """The address that a text is already, brackets or not; empty for a name."""
    try:
        address = ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return ()
    return ((socket.AF_INET6 if address.version == 6 else socket.AF_INET, str(address)),)


def known_without_asking(host: str) -> tuple[Address, ...]:
    """The addresses of an address, and of localhost, which is the same everywhere (RFC 6761); empty for other names."""
    name = plain(host)
    return loopback() if name == "localhost" or name.endswith(".localhost") else literal(host)


def loopback() -> tuple[Address, ...]:
    """This machine's own addresses, IPv6 where it has that: one that cannot even be tried would hide a refusal."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as trial:
            trial.bind(("::1", 0))
    except OSError:
        return LOOPBACK
    return LOOPBACK + LOOPBACK_6


def plain(name: str) -> str:
    """What two spellings of a name have in common."""
    return name.lower().removesuffix(".")


def parsed(text: str) -> dict[str, tuple[Address, ...]]:
    """The addresses by name. A line that starts with no address says nothing, as the system has it too."""
    names: dict[str, tuple[Address, ...]] = {}
    for line in text.splitlines():
        first, *others = line.partition("#")[0].split() or [""]
        for name in map(plain, others):
            names[name] = tuple(dict.fromkeys(names.get(name, ()) + literal(first)))
    return {name: addresses for name, addresses in names.items() if addresses}


def version(path: Path) -> Version | None:
    """What differs when a file was written or replaced; None when it cannot be read."""
    try:
        seen = os.stat(path)
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


class HostsFile:
    """The hosts file, read again when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version: Version | None = None
        self._names: dict[str, tuple[Address, ...]] = {}

    def addresses(self, host: str) -> tuple[Address, ...]:
        """All addresses that the file gives the name; empty when it does not name it."""
        if (current := version(self._path)) != self._version:
            self._version = current
            self._names = parsed(self._text()) if current else {}
        return self._names.get(plain(host), ())

    def _text(self) -> str:
        try:
            return self._path.read_text(errors="replace")
        except OSError as error:
            log.warning("%s cannot be read (%s); it counts as empty", self._path, error.strerror)
            return ""
