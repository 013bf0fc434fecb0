"""What is exchanged of a domain: all that people configure, as texts in one canonical form. Pure.

Who is active, epochs, pauses, emergencies and a broken glass are not configuration and never appear here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Row = Mapping[str, str]
Key = tuple[str, ...]


class Kind(StrEnum):
    """How a property is written down."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    MOMENT = "moment"


GENERAL = {
    "name": Kind.TEXT,
    "auto_failover_interval": Kind.NUMBER,
    "outsource": Kind.FLAG,
    "unmatched_calls": Kind.TEXT,
    "unique_anonymous": Kind.FLAG,
    "probe_kind": Kind.TEXT,
    "object_key": Kind.TEXT,
    "automatic_failover": Kind.FLAG,
    "unlisted_components": Kind.TEXT,
}
SERVER = {
    "server_fqdn": Kind.TEXT,
    "server_port": Kind.NUMBER,
    "private_web_fqdn": Kind.TEXT,
    "public_web_fqdn": Kind.TEXT,
}
SERVERS = ("primary", "secondary")
LISTS = {
    "version_rules": {"component": Kind.TEXT, "pattern": Kind.TEXT},
    "component_modes": {"component": Kind.TEXT, "mode": Kind.TEXT, "enforce_at": Kind.MOMENT},
    "update_links": {
        "component": Kind.TEXT,
        "version": Kind.TEXT,
        "private_url": Kind.TEXT,
        "public_url": Kind.TEXT,
    },
    "dial_rules": {
        "name": Kind.TEXT,
        "pattern": Kind.TEXT,
        "emergency_uri": Kind.TEXT,
        "enabled": Kind.FLAG,
    },
}
ORDERED = "dial_rules"  # the first that matches wins; their rows carry `position`, counted from 1


@dataclass(frozen=True, slots=True)
class Site:
    """A domain; the rows of its lists stand in the order in which they are written down."""

    general: Row
    primary: Row
    secondary: Row | None = None
    lists: Mapping[str, Mapping[Key, Row]] = field(default_factory=lambda: {kind: {} for kind in LISTS})

    @property
    def name(self) -> str:
        return self.general["name"]
