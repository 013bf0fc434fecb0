"""What the other monitors publish, as one monitor reads it. Pure: no clock and no database. FAILOVER.md section 5."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from failover.health import Status
from failover.votes import Ballot

Watched = tuple[int, int]  # a server and its configuration
SAME = 0.02  # seconds by which a count that is known better now is the same


class Finding(NamedTuple):
    """What a monitor finds amiss with a server; `counted` is seconds of outage, which grow while it is `counting`.

    `uptime` is the monitor's when it wrote that.
    """

    server: int
    configuration: int
    status: Status
    counted: float
    counting: bool
    uptime: float = 0.0


class Publication(NamedTuple):
    """A monitor's sign of life: `seq` grows with each, `revision` is that of the configuration it has read.

    Before it is `ready` it has not judged every server; then what it does not mention is not known to it. Afterwards it
    mentions every server that it does not see up. `uptime` are seconds by its own clock: its counts grew with them.
    """

    monitor: str
    seq: int
    revision: int
    ready: bool
    uptime: float = 0.0


@dataclass(slots=True)
class Peer:
    """One other monitor: its latest publication, when that moved, and its findings with since when each counts.

    That is a moment by the reader's clock, never too early: what is read late counts for less, until more is known.

    It is `mute` until its sequence is seen to move: what it published may be of long ago.
    """

    latest: Publication
    moved_at: float
    mute: bool
    findings: dict[int, tuple[Finding, float]]


class Peers:
    """The other monitors. One is live while its sequence moved within `patience` seconds by the reader's own clock.

    Who is seen for the first time, or after the reader itself could not read for that long, is taken to be live, and
    has no word: it stands against a switch until it speaks, or its time is over.
    """

    def __init__(self, *, patience: float) -> None:
        self._patience = patience
        self._read_at = float("-inf")
        self.configured: dict[int, int] = {}  # by server, the revision at which its present configuration was read
        self._peers: dict[str, Peer] = {}

    def take(
        self,
        publications: Iterable[Publication],
        findings: Mapping[str, Iterable[Finding]],
        *,
        now: float,
    ) -> set[int]:
        """Take over what was read just now; returns the servers of which it says something new."""
        if now - self._read_at > self._patience:
            self._peers = {}  # nobody's sequence could be seen to move: everybody is met anew
        self._read_at = now
        before, self._peers = (
            self._peers,
            {latest.monitor: self._renewed(latest, findings.get(latest.monitor, ()), now) for latest in publications},
        )
        return {
            server
            for name in before.keys() | self._peers.keys()
            for server in _news(before.get(name), self._peers.get(name))
        }

    @property
    def known(self) -> bool:
        """Whether there are any, live or not."""
        return bool(self._peers)

    def ballots(self, active: Watched, standby: Watched | None = None, *, now: float) -> list[Ballot]:
        """What each live peer says of a domain's two servers."""
        return [self._ballot(peer, active, standby, now) for peer in self._peers.values() if self._alive(peer, now)]

    def _renewed(self, latest: Publication, findings: Iterable[Finding], now: float) -> Peer:
        known = self._peers.get(latest.monitor)
        moved = known is None or latest.seq != known.latest.seq
        moved_at = now if known is None or moved else known.moved_at
        before = known.findings if known else {}
        renewed = {}
        for finding in findings:
            counted = counted_by_then(finding.counted, finding.counting, latest.uptime - finding.uptime)
            since, old = now - counted, before.get(finding.server)
            known_before = old is not None and old[0] == finding and old[1] <= since + SAME
            renewed[finding.server] = old if old is not None and known_before else (finding, since)
        return Peer(latest, moved_at, known is None or (known.mute and not moved), renewed)

    def _alive(self, peer: Peer, now: float) -> bool:
        return now - peer.moved_at <= self._patience

    def _ballot(self, peer: Peer, active: Watched, standby: Watched | None, now: float) -> Ballot:
        if peer.mute:
            return Ballot(active_down=False, standby_up=False, counted=0.0)
        down, counted = self._outage(peer, active, now)
        up = standby is not None and self._status(peer, standby) is Status.UP
        return Ballot(down, up, counted)

    def _outage(self, peer: Peer, server: Watched, now: float) -> tuple[bool, float]:
        if self._status(peer, server) is not Status.DOWN:
            return False, 0.0
        finding, since = peer.findings[server[0]]
        return True, now - since if finding.counting else finding.counted

    def _status(self, peer: Peer, server: Watched) -> Status:
        known = peer.findings.get(server[0])
        if known is not None:
            return known[0].status if known[0].configuration == server[1] else Status.UNKNOWN
        # A write elsewhere moves the revision too: what counts is that the peer has read this server as it is now.
        knows = peer.latest.revision >= self.configured.get(server[0], 0)
        return Status.UP if peer.latest.ready and knows else Status.UNKNOWN


def counted_by_then(counted: float, counting: bool, later: float) -> float:
    """Seconds of outage when a monitor gave a sign of life, so much `later` by its own clock than the finding."""
    return counted + (max(0.0, later) if counting else 0.0)


def _news(before: Peer | None, after: Peer | None) -> set[int]:
    """Servers of which a monitor says something else than before, or begins or ceases to have a word."""
    old, new = before.findings if before else {}, after.findings if after else {}
    if before is None or after is None or before.mute is not after.mute:
        return set(old) | set(new)
    return {server for server in old.keys() | new.keys() if old.get(server) is not new.get(server)}
