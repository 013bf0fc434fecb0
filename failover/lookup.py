"""Names to addresses as the system finds them: its hosts file, then DNS with the name servers of resolv.conf."""

import asyncio
import logging
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.name
import dns.resolver
from dns.asyncbackend import get_backend
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.message import QueryMessage
from dns.rdatatype import AAAA, SOA, A, RdataType

from failover.hosts_file import Address, HostsFile, Version, version

log = logging.getLogger(__name__)

LIFETIME = 5.0  # for all questions about one name together
PATIENCE = 2.0  # for one name server, then the next is asked
GRACE = 1.0  # for the other address family, when one has answered
SOON = 5.0  # until a name is asked about again whose look-up failed
WRITTEN = 30.0  # until the hosts file is looked at again
FAMILIES = {A: socket.AF_INET, AAAA: socket.AF_INET6}
BOTH = frozenset(FAMILIES.values())
SILENT = "the name servers do not answer"
HERE = "127.0.0.1"  # what resolv.conf(5) says when it names no server


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look-up found, and for how many seconds that holds."""

    addresses: tuple[Address, ...] = ()
    ttl: float = SOON
    trouble: str = ""  # why there is no address, or not of each family
    missing: frozenset[socket.AddressFamily] = frozenset()  # families of which nothing was learned


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of one name in one address family."""

    addresses: tuple[Address, ...] = ()
    ttl: float = SOON
    trouble: str = ""
    failed: bool = False  # nothing was learned, in contrast to: there is no address


NOT_YET = Part(trouble=SILENT, failed=True)


class SystemLookup:
    """Asks the hosts file and then DNS; both files are read again when they have changed."""

    def __init__(
        self,
        *,
        hosts: Path = Path("/etc/hosts"),
        servers: Path = Path("/etc/resolv.conf"),
        port: int = 53,
        lifetime: float = LIFETIME,
    ) -> None:
        self._hosts, self._servers, self._port, self._lifetime = HostsFile(hosts), servers, port, lifetime
        self._version: Version | None = None
        self._resolver: Resolver | None = None

    async def __call__(self, host: str) -> Answer:
        """What is found within the lifetime; whatever names and name servers may cause is a trouble in the answer."""
        try:
            if addresses := self._hosts.addresses(host):
                return Answer(addresses, WRITTEN)
            # dnspython measures by the time of day, which may be set; this is the deadline that holds.
            async with asyncio.timeout(self._lifetime):
                return await self._ask(host)
        except TimeoutError:
            return Answer(trouble=SILENT, missing=BOTH)
        except (DNSException, OSError, ValueError) as error:
            return Answer(trouble=str(error), missing=BOTH)

    async def _ask(self, host: str) -> Answer:
        """The first of the names that may be meant which has an address.

        A failure ends the search: the next name could be another host's.
        """
        answer, resolver = Answer(), self._configured()
        for name in candidates(host, resolver):
            answer = combined(await self._both(resolver, name))
            if answer.addresses or answer.missing:
                break
        return answer

    async def _both(self, resolver: Resolver, name: dns.name.Name) -> dict[RdataType, Part]:
        """Both address families, asked at the same time. One that found addresses waits a moment for the other."""
        asked = {kind: asyncio.create_task(self._part(resolver, name, kind)) for kind in FAMILIES}
        try:
            done, late = await asyncio.wait(asked.values(), return_when=asyncio.FIRST_COMPLETED)
            if late:
                found = any(task.result().addresses for task in done)
                await asyncio.wait(late, timeout=GRACE if found else None)
            return {kind: task.result() if task.done() else NOT_YET for kind, task in asked.items()}
        finally:
            for task in asked.values():
                task.cancel()

    async def _part(self, resolver: Resolver, name: dns.name.Name, kind: RdataType) -> Part:
        try:
            answer = await resolver.resolve(
                name, kind, raise_on_no_answer=False, lifetime=self._lifetime, backend=get_backend("asyncio")
            )
        except dns.resolver.NXDOMAIN as error:
            return Part(ttl=ttl_without(error.kwargs["responses"][name]), trouble="there is no such name")
        except (DNSException, OSError) as error:
            return Part(trouble=words(error), failed=True)
        if not answer:
            return Part(ttl=ttl_without(answer.response), trouble="the name has no address")
        addresses = tuple((FAMILIES[kind], str(record.address)) for record in answer)
        return Part(addresses, answer.chaining_result.minimum_ttl)

    def _configured(self) -> Resolver:
        """dnspython's resolver, for the name servers that the system's file names now."""
        current = version(self._servers)
        if self._resolver is None or current != self._version:
            self._version = current
            try:
                self._resolver = configured(self._servers, self._port, min(PATIENCE, self._lifetime))
            except (DNSException, OSError, ValueError) as error:
                if self._resolver is None:
                    raise
                log.warning(
                    "%s cannot be used (%s); the name servers that it named before are asked", self._servers, error
                )
        return self._resolver


def configured(path: Path, port: int, patience: float) -> Resolver:
    """A resolver for the name servers of this file, or for the one of this machine when it names none."""
    resolver = Resolver(configure=False)
    try:
        resolver.read_resolv_conf(path)
    except dns.resolver.NoResolverConfiguration:
        resolver.nameservers = [HERE]
    resolver.port, resolver.timeout = port, min(resolver.timeout, patience)
    return resolver


def candidates(host: str, resolver: Resolver) -> Iterator[dns.name.Name]:
    """The full names that may be meant, in the system's order: one with few dots is searched first."""
    if host.endswith("."):
        yield dns.name.from_text(host)
        return
    name = dns.name.from_text(host, None)
    whole = name.concatenate(dns.name.root)
    dots = 1 if resolver.ndots is None else resolver.ndots
    suffixes = [suffix for suffix in resolver.search or [resolver.domain] if suffix != dns.name.root]
    if len(name) > dots:
        yield whole
    for suffix in suffixes:
        yield name.concatenate(suffix)
    if len(name) <= dots:
        yield whole


def ttl_without(response: QueryMessage) -> float:
    """For how long there is no address, as the zone's SOA record says."""
    told = any(records.rdtype == SOA for records in response.authority)
    return response.resolve_chaining().minimum_ttl if told else SOON


def combined(parts: Mapping[RdataType, Part]) -> Answer:
    """What the answers of both families say together."""
    found = tuple(address for part in parts.values() for address in part.addresses)
    telling = [part for part in parts.values() if part.addresses or not found]
    return Answer(
        found,
        ttl=min(part.ttl for part in telling),
        trouble="; ".join(dict.fromkeys(part.trouble for part in parts.values() if part.failed or not found)),
        missing=frozenset(FAMILIES[kind] for kind, part in parts.items() if part.failed),
    )


def words(error: Exception) -> str:
    """Why name servers gave no answer, shorter than dnspython says it."""
    if isinstance(error, dns.exception.Timeout):
        return SILENT
    if isinstance(error, dns.resolver.NoNameservers):
        reasons = dict.fromkeys(str(reason) for _, _, _, reason, _ in error.kwargs["errors"])
        return f"the name servers fail: {', '.join(reasons)}"
    return str(error)
