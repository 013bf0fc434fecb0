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
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, InterfaceError

from api.memory import Memory
from appservers.selectors import domains
from updatelinks import offers
from updatelinks.selection import Link, link
from versioncontrol import revision, selectors
from versioncontrol.admission import Policy, Rules
from versioncontrol.admission import compiled as patterns_compiled

log = logging.getLogger(__name__)

CHECKED = 1.0  # seconds
Made = TypeVar("Made")
EVER = datetime.min.replace(tzinfo=UTC)
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
    """Decisions as JSON by question, and what was told by how it was asked; good between two moments at which one
    changes by itself."""

    until: datetime = NEVER
    since: datetime = EVER
    bodies: Memory[bytes] = field(default_factory=Memory)
    told: Memory[Any] = field(default_factory=Memory)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All domains and components at one revision; never changed but for the answers it remembers."""

    revision: int
    sites: Mapping[str, Site]
    components: Mapping[str, Part]
    moments: tuple[datetime, ...]
    memory: list[Answers] = field(default_factory=lambda: [Answers(until=EVER)])

    def answers(self, now: datetime) -> Answers:
        """The answers that are good now."""
        (answers,) = self.memory
        if now >= answers.until:
            until = next((moment for moment in self.moments if moment > now), NEVER)
            since = max((moment for moment in self.moments if moment <= now), default=EVER)
            self.memory[0] = answers = Answers(until, since)
        elif now < answers.since:
            return Answers()  # another thread saw the moment come while this one was on its way; nothing is remembered
        return answers


class Remembering(Generic[Made]):
    """Makes only what it did not make the time before; what was not asked for since is forgotten."""

    def __init__(self, make: Callable[..., Made]) -> None:
        self._make = make
        self._before: dict[tuple[object, ...], Made] = {}
        self._now: dict[tuple[object, ...], Made] = {}

    def __call__(self, *of: object) -> Made:
        found = self._now.get(of) or self._before.get(of)
        if found is None:
            found = self._make(*of)
        self._now[of] = found
        return found

    def next_time(self) -> None:
        """What follows is the next time."""
        self._before, self._now = self._now, {}


class Compiler:
    """Makes snapshots one after the other; a change of one domain costs one domain's compilation."""

    def __init__(self) -> None:
        self._rules, self._link = Remembering(patterns_compiled), Remembering(link)

    def __call__(self) -> Snapshot:
        self._rules.next_time()
        self._link.next_time()
        return compiled(self._rules, self._link)


def compiled(
    ready: Callable[[tuple[str, ...]], Rules] = patterns_compiled, as_link: Callable[[str, str, str], Link] = link
) -> Snapshot:
    """The snapshot of now. The revision comes first: what changes in between is found at the next look."""
    number = revision.current()
    policies, links = selectors.policies(ready=ready), offers.links(ready=as_link)
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
        self._away = False

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
        """The snapshot, if it was looked at just now, or the database is known to be away; asks nobody."""
        return self._snapshot if self._away or self._clock() < self._checked + CHECKED else None

    def forget(self) -> None:
        """Compile it anew at the next request."""
        self._snapshot = None

    def _renewed(self, now: float) -> Snapshot:
        snapshot = self._snapshot
        try:
            if snapshot is None or self._number() != snapshot.revision:
                self._snapshot = snapshot = self._load()
            self._away = False
        except (DatabaseError, InterfaceError):
            if snapshot is None:
                raise
            if not self._away:
                log.warning("The database does not answer; decisions follow revision %s.", snapshot.revision)
            self._away = True
        self._checked = now
        return snapshot


WATCHED = Watched(Compiler(), revision.current)
