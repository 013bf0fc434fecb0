"""What a probe saw. Pure: standard library only."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How a server is probed: whether the handshake completes, or whether the naming service answers."""

    TCP = "tcp"
    GIOP = "giop"


class Verdict(StrEnum):
    """What an observation says about the server."""

    HEALTHY = "healthy"
    OUTAGE = "outage"
    NO_EVIDENCE = "no_evidence"


class Reason(StrEnum):
    """Why, as stored and shown; FAILOVER.md section 1."""

    OK = "ok"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"
    UNREACHABLE = "unreachable"
    BAD_REPLY = "bad_reply"
    NO_NAMING_SERVICE = "no_naming_service"
    UNRESOLVED = "unresolved"
    NO_RESOURCES = "no_resources"

    @property
    def verdict(self) -> Verdict:
        """A monitor's own trouble is never a server's outage."""
        if self is Reason.OK:
            return Verdict.HEALTHY
        return Verdict.NO_EVIDENCE if self in (Reason.UNRESOLVED, Reason.NO_RESOURCES) else Verdict.OUTAGE

    @property
    def sentence(self) -> str:
        """What the server does, in an administrator's words, to follow its name."""
        return WORDS[self][0]

    @property
    def hint(self) -> str:
        """What that usually means and where to look; empty when all is well."""
        return WORDS[self][1]


WORDS = {
    Reason.OK: ("answers", ""),
    Reason.REFUSED: (
        "refuses connections",
        "The host is up, but nothing listens on this port: the naming service is not running, or on another port.",
    ),
    Reason.TIMEOUT: (
        "does not answer in time",
        "The host is off, the network is cut, a firewall drops the packets, or the naming service hangs.",
    ),
    Reason.RESET: (
        "resets the connection",
        "The naming service is crashing, or something in between cuts connections.",
    ),
    Reason.CLOSED: ("closes the connection at once", "Something else than the naming service may hold this port."),
    Reason.UNREACHABLE: ("cannot be reached", "There is no route to the host: look at the network and the address."),
    Reason.BAD_REPLY: (
        "answers in another language",
        "Something listens on this port that is not a CORBA naming service.",
    ),
    Reason.NO_NAMING_SERVICE: (
        "does not know the object key",
        "A CORBA server listens on this port, but not the naming service under this key: look at port and key.",
    ),
    Reason.UNRESOLVED: (
        "has a name that does not resolve",
        "This says nothing about the server: look at the Server FQDN and at the monitor's DNS.",
    ),
    Reason.NO_RESOURCES: (
        "could not be checked",
        "The monitor ran out of sockets, ports or memory; this says nothing about the server.",
    ),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What to probe: one server in one version of its configuration."""

    server: int
    configuration: int
    host: str
    port: int
    kind: Kind = Kind.TCP
    key: bytes = b"NameService"


class Observation(NamedTuple):
    """The result of one probe; `started` and `finished` are seconds on the monitor's monotonic clock."""

    server: int
    configuration: int
    reason: Reason
    started: float
    finished: float

    @property
    def latency(self) -> float:
        """Milliseconds from start to result."""
        return (self.finished - self.started) * 1000
