"""Which server is active and where calls go, held in memory: compiled anew when a count says that something changed.

A thread of the process looks at the counts (watching.py). What it did not look at just now serves nobody: the API then
asks the database, so that nobody is sent to the server that was active before for longer than FRESH.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.memory import Memory
from api.schemas import ServerRole
from appservers.models import Domain
from appservers.selectors import domains, every_server, servers_by_role
from appservers.selectors import revision as configuration
from dialrules import selectors
from dialrules.routing import Action, Rule
from updatelinks.networks import Network
from versioncontrol import revision

FRESH = 0.5  # seconds
ANYWAY = 30.0  # seconds after which it is compiled in any case, should a restore have lost the triggers that count
Number = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Server:
    """One of the two servers, as components are told of it."""

    host: str
    port: int
    private_web: str
    public_web: str

    def web(self, network: Network) -> str:
        return self.private_web if network is Network.PRIVATE else self.public_web


@dataclass(frozen=True, slots=True)
class Entry:
    """A domain as far as such answers need it; `rules` are filled in an emergency alone."""

    slug: str
    outsource: bool
    active: ServerRole
    epoch: int
    servers: Mapping[ServerRole, Server]
    emergency: bool
    unmatched: Action
    rules: Sequence[Rule] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """All domains at one moment, by slug; never changed but for the answers it remembers."""

    number: Number
    entries: Mapping[str, Entry]
    at: float
    told: Memory[Any] = field(default_factory=Memory)


def entry_of(domain: Domain) -> Entry:
    """One domain as the database has it now; who waits for a switch asks so."""
    servers = {
        ServerRole(role): Server(
            server.server_fqdn, server.server_port, server.private_web_fqdn, server.public_web_fqdn
        )
        for role, server in servers_by_role(domain).items()
    }
    rules = selectors.as_routed(selectors.rules(domain)) if domain.emergency else []
    return Entry(
        slug=domain.slug,
        outsource=domain.outsource,
        active=ServerRole(domain.active_role),
        epoch=domain.epoch,
        servers=servers,
        emergency=domain.emergency,
        unmatched=selectors.unmatched(domain),
        rules=tuple(rules),
    )


def number() -> Number:
    """The two counts: of domains and servers, and of dial rules."""
    return configuration(), revision.current(revision.CALLS)


def compiled(clock: Callable[[], float] = time.monotonic) -> Directory:
    """The directory of now. The number comes first: what changes in between is found at the next look."""
    at, seen = clock(), number()
    servers: dict[int, dict[ServerRole, Server]] = {}
    for domain, role, host, port, private, public in every_server():
        servers.setdefault(domain, {})[ServerRole(role)] = Server(host, port, private, public)
    rules = selectors.routed_in_emergencies()
    fields = ("pk", "slug", "outsource", "active_role", "epoch", "emergency", "unmatched_calls")
    entries = {}
    for key, slug, outsource, active, epoch, emergency, unmatched in (
        domains().prefetch_related(None).order_by().values_list(*fields)
    ):
        known = servers.get(key, {})
        if active in known:  # without an active server it is just being deleted, or this was read in between
            entries[slug] = Entry(
                slug, outsource, ServerRole(active), epoch, known, emergency, Action(unmatched),
                tuple(rules.get(key, ())),
            )  # fmt: skip
    return Directory(seen, entries, at)


class Kept:
    """The directory of this process."""

    def __init__(
        self,
        load: Callable[[], Directory] = compiled,
        number: Callable[[], Number] = number,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load, self._number, self._clock = load, number, clock
        self._directory: Directory | None = None
        self._looked = float("-inf")

    def look(self) -> None:
        """Compile it anew if something changed; one thread calls this."""
        now, directory = self._clock(), self._directory
        if directory is None or now >= directory.at + ANYWAY or self._number() != directory.number:
            self._directory = self._load()
        self._looked = now

    def fresh(self) -> Directory | None:
        """The directory, if it was looked at just now; asks nobody."""
        return self._directory if self._clock() < self._looked + FRESH else None

    def forget(self) -> None:
        """Serve nobody until the next look."""
        self._directory, self._looked = None, float("-inf")


DIRECTORY = Kept()
