"""What decides about versions, held in memory: compiled once, and compiled anew when its revision has changed.

A decision asks no database. Once in CHECKED seconds a request of this process looks at the revision, so that a saved
rule is in force within that time and the time it takes to compile; while the database is away the last snapshot serves.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from django.db import DatabaseError, InterfaceError

from appservers.selectors import domains
from updatelinks import offers
from updatelinks.selection import Link
from versioncontrol import revision, selectors
from versioncontrol.admission import Policy

log = logging.getLogger(__name__)

CHECKED = 1.0  # seconds
MOST_ANSWERS = 20_000
MOST_BYTES = 16_000_000  # of answers: those of a component with hundreds of rules are long
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """A domain as far as decisions need it; policies and links by component."""

    key: int
    slug: str
    outsource: bool
    policies: Mapping[int, Policy]
    links: Mapping[int, Sequence[Link]]


@dataclass(frozen=True, slots=True)
class Part:
    """A component of the catalogue."""

    key: int
    name: str


@dataclass(slots=True)
class Answers:
    """Answers that were given, for those who ask the same; good until one of them changes by itself."""

    until: datetime = NEVER
    known: dict[tuple[object, ...], bytes] = field(default_factory=dict)
    size: int = 0

    def keep(self, question: tuple[object, ...], answer: bytes) -> None:
        if len(self.known) >= MOST_ANSWERS or self.size + len(answer) > MOST_BYTES:
            self.known.clear()
            self.size = 0
        self.known[question] = answer
        self.size += len(answer)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All domains and components at one revision; never changed but for the answers it remembers."""

    revision: int
    sites: Mapping[str, Site]
    components: Mapping[str, Part]
    moments: tuple[datetime, ...]
    memory: list[Answers] = field(default_factory=lambda: [Answers(until=datetime.min.replace(tzinfo=UTC))])

    def answers(self, now: datetime) -> Answers:
        """The answers that are good now."""
        (answers,) = self.memory
        if now >= answers.until:
            until = next((moment for moment in self.moments if moment > now), NEVER)
            self.memory[0] = answers = Answers(until)
        return answers


def compiled() -> Snapshot:
    """The snapshot of now. The revision comes first: what changes in between is found at the next look."""
    number = revision.current()
    policies, links = selectors.policies(), offers.links()
    sites = {
        domain.slug: Site(domain.pk, domain.slug, domain.outsource, policies[domain.pk], links.get(domain.pk, {}))
        for domain in domains().prefetch_related(None)
        if domain.pk in policies
    }
    components = {component.name_key: Part(component.pk, component.name) for component in selectors.components()}
    return Snapshot(number, sites, components, _moments(sites))


def _moments(sites: Mapping[str, Site]) -> tuple[datetime, ...]:
    """When answers change by themselves: components are enforced from a date, a break-glass ends."""
    found = {
        moment
        for site in sites.values()
        for policy in site.policies.values()
        for moment in (policy.enforce_at, policy.break_glass_until)
        if moment is not None
    }
    return tuple(sorted(found))


class Watched:
    """The snapshot of this process."""

    def __init__(
        self, load: Callable[[], Snapshot], number: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load, self._number, self._clock = load, number, clock
        self._lock = Lock()
        self._snapshot: Snapshot | None = None
        self._checked = 0.0

    def current(self) -> Snapshot:
        """The snapshot; the first request waits for it, later ones never wait for each other."""
        snapshot, now = self._snapshot, self._clock()
        if snapshot is not None and now < self._checked + CHECKED:
            return snapshot
        if not self._lock.acquire(blocking=snapshot is None):
            assert snapshot is not None  # noqa: S101  for mypy: without one it blocks
            return snapshot
        try:
            return self._renewed(now)
        finally:
            self._lock.release()

    def look(self) -> None:
        """Look at the revision now; the thread of watching.py does so more often than requests would."""
        with self._lock:
            self._renewed(self._clock())

    def fresh(self) -> Snapshot | None:
        """The snapshot, if it was looked at just now; asks nobody."""
        fresh = self._snapshot is not None and self._clock() < self._checked + CHECKED
        return self._snapshot if fresh else None

    def forget(self) -> None:
        """Compile it anew at the next request."""
        self._snapshot = None

    def _renewed(self, now: float) -> Snapshot:
        snapshot = self._snapshot
        try:
            if snapshot is None or self._number() != snapshot.revision:
                self._snapshot = snapshot = self._load()
        except (DatabaseError, InterfaceError):
            if snapshot is None:
                raise
            log.warning("The database does not answer; decisions follow revision %s.", snapshot.revision)
        self._checked = now
        return snapshot


WATCHED = Watched(compiled, revision.current)
