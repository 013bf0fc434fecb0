"""The writes of who was seen: in batches, in bounded space, and never in anybody's way."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count

from appservers.models import Domain
from versioncontrol.models import Component, Sighting
from versioncontrol.patterns import LONGEST, folded

MOST = 20_000  # rows of one component in one domain; what is new beyond them takes the place of what says least
KEPT = timedelta(days=90)
BATCH = 100  # rows of one transaction: nobody waits long for it, nor for the interpreter

Key = tuple[int, int, str]


class Report(NamedTuple):
    """An agent's question, or several of one agent; `version` has passed patterns.cleaned_version."""

    domain: int
    component: int
    version: str
    network: str  # of models.Side
    at: datetime
    agent: str = ""
    checks: int = 1

    @property
    def key(self) -> Key:
        """Whose row this is: the agent's, or the version's where the agent gives no id."""
        return self.domain, self.component, f"agent:{self.agent}" if self.agent else f"version:{folded(self.version)}"


def agent_id(text: str) -> str:
    """An agent's opaque id in bounded length: as given where it is short and printable, hashed otherwise."""
    given = text.strip()
    plain = len(given) <= LONGEST and given.isascii() and given.isprintable()
    return given if plain else hashlib.sha256(given.encode(errors="replace")).hexdigest()


def record(*, reports: Iterable[Report], most: int = MOST, rest: Callable[[float], object] = lambda _: None) -> int:
    """Write down who was seen, and say how many rows that took; `rest` is told the seconds of each batch after it.

    What belongs to no domain any more is dropped. What was not seen for KEPT in these domains is forgotten.
    """
    merged = _merged(reports)
    written = 0
    keys = sorted(merged)  # two writers meet in the same order
    for start in range(0, len(keys), BATCH):
        began = time.perf_counter()
        with transaction.atomic():
            written += _write([merged[key] for key in keys[start : start + BATCH]], most)
        rest(time.perf_counter() - began)
    _forget(merged.values())
    return written


def _forget(reports: Collection[Report]) -> None:
    if reports:
        old = max(one.at for one in reports) - KEPT
        Sighting.objects.filter(domain__in={one.domain for one in reports}, last_seen__lt=old).delete()


def _merged(reports: Iterable[Report]) -> dict[Key, Report]:
    """One report per row: the latest, with the checks of all."""
    merged: dict[Key, Report] = {}
    for report in reports:
        other = merged.get(report.key)
        latest = report if other is None or report.at >= other.at else other
        merged[report.key] = latest._replace(checks=report.checks + (other.checks if other else 0))
    return merged


def _write(reports: Sequence[Report], most: int) -> int:
    domains = set(Domain.objects.filter(pk__in={one.domain for one in reports}).values_list("pk", flat=True))
    known = set(Component.objects.filter(pk__in={one.component for one in reports}).values_list("pk", flat=True))
    kept = [one for one in reports if one.domain in domains and one.component in known]
    stored = {(row.domain_id, row.component_id, row.who): row for row in _stored(kept)}
    new = [one for one in kept if one.key not in stored]
    room = _room(new, most)
    for (domain, component), wanted in Counter((one.domain, one.component) for one in new).items():
        room[domain, component] += _make_room(domain, component, wanted - room[domain, component], stored.values())
    rows = []
    for report in kept:
        row = stored.get(report.key)
        if row is None:
            room[report.domain, report.component] -= 1
            if room[report.domain, report.component] < 0:
                continue
        rows.append(_row(report, row))
    Sighting.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["domain", "component", "who"],
        update_fields=["version", "version_key", "network", "first_seen", "last_seen", "checks"],
    )
    return len(rows)


def _stored(reports: Sequence[Report]) -> Iterable[Sighting]:
    return Sighting.objects.filter(
        domain__in={one.domain for one in reports},
        component__in={one.component for one in reports},
        who__in={one.key[2] for one in reports},
    )


def _room(new: Sequence[Report], most: int) -> Counter[tuple[int, int]]:
    """How many rows more each component may have; counted only when there are new ones."""
    room = Counter({(one.domain, one.component): most for one in new})
    if new:
        counted = Sighting.objects.filter(
            domain__in={one.domain for one in new}, component__in={one.component for one in new}
        )
        for domain, component, rows in (
            counted.order_by().values_list("domain_id", "component_id").annotate(Count("pk"))
        ):
            room[domain, component] -= rows
    return room


def _make_room(domain: int, component: int, wanted: int, but_for: Iterable[Sighting]) -> int:
    """Delete so many rows without an agent's id, those that asked least and longest ago; say how many there were.

    Made-up versions are asked about once: a flood of them replaces itself, and not who is there day by day.
    """
    if wanted <= 0:
        return 0
    found = Sighting.objects.filter(domain=domain, component=component, agent="").exclude(
        pk__in=[row.pk for row in but_for]
    )
    # What another process is writing just now stays.
    ordered = found.order_by("checks", "last_seen", "pk").select_for_update(skip_locked=True)
    least = ordered.values_list("pk", flat=True)[:wanted]
    deleted, _ = Sighting.objects.filter(pk__in=list(least)).delete()
    return deleted


def _row(report: Report, stored: Sighting | None) -> Sighting:
    """The row as it shall be; a report that comes late only counts."""
    row = Sighting(
        domain_id=report.domain,
        component_id=report.component,
        who=report.key[2],
        agent=report.agent,
        version=report.version,
        network=report.network,
        first_seen=report.at,
        last_seen=report.at,
        checks=report.checks,
    )
    if stored is None:
        return row
    row.checks += stored.checks
    if report.at < stored.last_seen:
        row.version, row.network = stored.version, stored.network
        row.first_seen, row.last_seen = stored.first_seen, stored.last_seen
    elif folded(report.version) == stored.version_key:
        row.first_seen = stored.first_seen
    return row
