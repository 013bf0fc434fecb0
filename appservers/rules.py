"""The rules that no single field can check. Pure: the form, the admin, the services and imports ask here."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Server:
    """What the rules need to know of a server; None where what was typed is not even a host name or a port."""

    fqdn: str | None
    port: int | None
    public_web: str | None


@dataclass(frozen=True)
class Problem:
    """A broken rule: the section (`general`, `primary`, `secondary`) and field it belongs to, and how to mend it."""

    section: str
    field: str
    message: str


def problems(*, outsource: bool, secondary_active: bool, primary: Server, secondary: Server | None) -> list[Problem]:
    """Every rule that the domain as described would break."""
    return [
        *_removal(secondary_active, secondary),
        *_same_endpoint(primary, secondary),
        *_public_web(outsource, "primary", primary),
        *_public_web(outsource, "secondary", secondary),
    ]


def _removal(secondary_active: bool, secondary: Server | None) -> Iterator[Problem]:
    if secondary_active and secondary is None:
        yield Problem(
            "secondary",
            "server_fqdn",
            "The secondary server is active and cannot be removed. "
            "Fail back to the primary first, under High Availability.",
        )


def _same_endpoint(primary: Server, secondary: Server | None) -> Iterator[Problem]:
    if secondary is None or None in (primary.fqdn, primary.port):
        return
    if (primary.fqdn, primary.port) == (secondary.fqdn, secondary.port):
        yield Problem(
            "secondary",
            "server_fqdn",
            f"{secondary.fqdn}:{secondary.port} is the primary server already. "
            "Give the secondary another name or port.",
        )


def _public_web(outsource: bool, section: str, server: Server | None) -> Iterator[Problem]:
    if outsource and server is not None and server.public_web == "":
        yield Problem(
            section,
            "public_web_fqdn",
            "Outsource is on: give the name under which this server is reached from the Internet, "
            "or turn Outsource off.",
        )
