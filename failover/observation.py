"""What a probe saw. Pure: standard library only."""

from dataclasses import dataclass
from enum import StrEnum


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
        """The reason in an administrator's words, to follow a colon or a dash."""
        return SENTENCES[self]


SENTENCES = {
    Reason.OK: "answers",
    Reason.REFUSED: "refuses connections: the host is up, but no naming service listens on this port",
    Reason.TIMEOUT: "does not answer in time: host off, network cut or packets dropped",
    Reason.RESET: "resets the connection",
    Reason.CLOSED: "closes the connection at once",
    Reason.UNREACHABLE: "cannot be reached: no route to the host",
    Reason.UNRESOLVED: "cannot be checked: its name does not resolve",
    Reason.NO_RESOURCES: "cannot be checked: the monitor ran out of sockets or memory",
}


@dataclass(frozen=True, slots=True)
class Target:
    """What to probe: one server in one version of its configuration."""

    server: int
    configuration: int
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Observation:
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
