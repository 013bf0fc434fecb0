"""What must hold whatever happens (FAILOVER.md section 7), from the recorded history and the observer's alone."""

import re
from collections import defaultdict
from typing import Any

from tests.faults.lab import GOOD, Lab, Service, Site

BRIEF = 1.5  # RISE checks at the usual pace, and one more period
FRESH = 0.4  # for so long before a switch, at least, the new server must have answered
SILENT = ("deaf", "gone", "dripping", "endless", "too-slow")  # a check of such a server lasts until its deadline
DEADLINE = 0.5
EVENTS = """SELECT epoch, from_role, to_role, cause, at, inputs FROM failover_switchevent
    WHERE domain_id = %s ORDER BY epoch"""
INSIDE_A_PAUSE = """SELECT count(*) FROM failover_switchevent e JOIN failover_pause p ON p.domain_id = e.domain_id
    WHERE e.domain_id = %s AND e.cause = 'automatic' AND e.at >= p.started_at
    AND e.at < least(coalesce(p.ended_at, 'infinity'), coalesce(p.until, 'infinity'))"""
OPEN = "SELECT count(*) FROM failover_countdown WHERE domain_id = %s AND ended_at IS NULL"
FAULTS = re.compile(r"^.*a round failed.*$", re.MULTILINE)


def violations(lab: Lab, site: Site, *, settled: bool = True, evidence: bool = True) -> list[str]:
    """What did not hold for this site; empty when all did. `settled` when nothing is out any more."""
    events = lab.rows(EVENTS, site.pk)
    found = _one_history(lab, site, events)
    if evidence:
        found += _never_early(lab, site, events)
    if lab.rows(INSIDE_A_PAUSE, site.pk)[0][0]:
        found.append("I5: switched while paused")
    if settled and lab.rows(OPEN, site.pk)[0][0]:
        found.append("I7: a countdown did not end")
    return found


def _one_history(lab: Lab, site: Site, events: list[tuple[Any, ...]]) -> list[str]:
    """I1 and I6: events and epochs move together, by one, from and to alternating, and the observer saw the same."""
    found = []
    epochs = [event[0] for event in events]
    if epochs != list(range(1, len(events) + 1)):
        found.append(f"I1: the events have the epochs {epochs}")
    active = "primary"
    for epoch, from_role, to_role, *_ in events:
        if (from_role, to_role) != (active, "secondary" if active == "primary" else "primary"):
            found.append(f"I1: epoch {epoch} goes from {from_role} to {to_role} while {active} was active")
        active = to_role
    stored = lab.rows("SELECT active_role, epoch FROM appservers_domain WHERE id = %s", site.pk)
    if stored and tuple(stored[0]) != (active, len(events)):
        found.append(f"I6: the domain says {stored[0]}, its {len(events)} events say {active}")
    told = {event[0]: event[2] for event in events}
    for sight in lab.observer.domains[site.pk]:
        if sight.epoch and told.get(sight.epoch) != sight.active:
            found.append(f"I6: {sight.active} was seen active in epoch {sight.epoch}, which no event says")
    seen = [sight.epoch for sight in lab.observer.domains[site.pk]]
    if seen != sorted(set(seen)):
        found.append(f"I1: the epochs {seen} were seen in this order")
    return found


def _never_early(lab: Lab, site: Site, events: list[tuple[Any, ...]]) -> list[str]:
    """I2 and I3, on what the harness knows of the services."""
    causes = {event[0]: event[3] for event in events}
    found = []
    for sight in lab.observer.switches(site.pk):
        if causes.get(sight.epoch) != "automatic":
            continue
        old = site.service("secondary" if sight.active == "primary" else "primary")
        out = out_for(old, sight.at)
        if out < site.interval:
            found.append(f"I2: epoch {sight.epoch} came after {out:.2f} s of an interval of {site.interval:g} s")
        new = site.service(sight.active)
        if not new.good(sight.before - fresh(new, sight.before), sight.before, throughout=False):
            past = ", ".join(f"{manners} {sight.at - start:.2f} s before" for start, manners in new.history)
            found.append(f"I3: epoch {sight.epoch} went to a server that did not answer: {past}")
    return found


def fresh(service: Service, moment: float) -> float:
    """Seconds before that moment in which it must have answered: a check that still waits has not failed."""
    manners = [manners for start, manners in service.history if start < moment]
    return FRESH + DEADLINE if manners and manners[-1] in SILENT else FRESH


def out_for(service: Service, moment: float) -> float:
    """Seconds of outage until then; a recovery too brief for RISE checks stops the count and does not clear it."""
    past = [(start, manners) for start, manners in service.history if start < moment]
    ends = [start for start, _ in past[1:]] + [moment]
    seconds = 0.0
    for (start, manners), end in zip(past, ends, strict=True):
        if manners not in GOOD:
            seconds += end - start
        elif end - start > BRIEF:
            seconds = 0.0
    return seconds


def of_all(lab: Lab) -> list[str]:
    """What concerns the monitors as a whole: I4 and I9."""
    found = []
    terms = [term for _, _, term in lab.observer.leases]
    if terms != sorted(terms):
        found.append(f"I4: the terms of the lease were seen in the order {terms}")
    holders: dict[int, set[str]] = defaultdict(set)
    for _, holder, term in lab.observer.leases:
        holders[term] |= {holder} - {""}
    found += [f"I4: term {term} had the holders {sorted(all_)}" for term, all_ in holders.items() if len(all_) > 1]
    for one in lab.watchers:
        found += [f"I9: {one.host.name}: {line.strip()}" for line in FAULTS.findall(one.text)]
    return found
