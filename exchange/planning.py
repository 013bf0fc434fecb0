"""The difference between what is stored and what a file wants, and what there is to say before it is made."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import timezone
from django.utils.crypto import salted_hmac

from appservers.models import ApplicationServer, Domain
from appservers.neighbours import cautioned
from exchange.checking import Wanted, checked, domain_of
from exchange.reading import described
from exchange.selectors import OWN, State, state
from exchange.site import LISTS, Key, Row, Site
from exchange.tree import unfit
from updatelinks import offers, selection
from versioncontrol import consequences
from versioncontrol.admission import Mode, Policy, Unlisted, compiled
from versioncontrol.impact import Policies, Seen, effects
from versioncontrol.models import Sighting
from versioncontrol.selectors import LATELY, fleet

MOST_REMOVED = 200  # a deletion takes some 20 ms, and the monitor waits for the end of all of them
AT_ONCE = "acts-at-once"  # the code of what the monitor would do within seconds
TIMED = ("auto_failover_interval", "automatic_failover")
ABOUT_VERSIONS = ("version_rules", "component_modes", "update_links")
NOUNS = {
    "version_rules": "Version rule",
    "component_modes": "Mode",
    "update_links": "Update link",
    "dial_rules": "Dial rule",
}


class What(StrEnum):
    """What becomes of a domain."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One property or row: what it is, and what it becomes; empty where there is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Caution:
    """What somebody should know before; the code is what is acknowledged."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one domain."""

    what: What
    key: str
    before: Site | None
    after: Site | None
    warnings: tuple[Caution, ...] = ()

    @property
    def name(self) -> str:
        """As it is called in the end."""
        site = self.after or self.before
        return site.name if site else ""

    @property
    def changes(self) -> list[Change]:
        """Property by property."""
        return list(_changes(self.before, self.after))


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an import would do; `state` is what it would do it to."""

    state: State
    components: Mapping[str, str]
    differences: tuple[Difference, ...]

    @property
    def empty(self) -> bool:
        return not (self.differences or self.components)

    @property
    def codes(self) -> list[str]:
        """What is to be acknowledged."""
        return sorted({warning.code for one in self.differences for warning in one.warnings})

    def of(self, what: What) -> list[Difference]:
        """The domains of which this becomes."""
        return [one for one in self.differences if one.what == what]

    @property
    def removed(self) -> list[Difference]:
        return self.of(What.REMOVED)

    @property
    def fingerprint(self) -> str:
        """The same for two plans only if they do the same to the same; nobody else can make one."""
        told = [self.components, *([one.key, _told(one.before), _told(one.after)] for one in self.differences)]
        digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()
        return salted_hmac("exchange.plan", digest, algorithm="sha256").hexdigest()


def plan(name: str, content: bytes, *, prune: bool) -> Plan:
    """What an import of this file would do; with `prune` it deletes the domains that are not in it. Raises Unfit."""
    description = described(name, content)
    now = state()
    wanted = checked(description, now)
    found = []
    for key, site in wanted.sites.items():
        stored = now.domains.get(key)
        if stored is None or stored.site != site:
            found.append(Difference(What.CHANGED if stored else What.ADDED, key, stored.site if stored else None, site))
    if prune:
        gone = sorted(now.domains.keys() - wanted.sites.keys())
        if len(gone) > MOST_REMOVED:
            raise unfit(f"{len(gone)} domains would be deleted; one import deletes at most {MOST_REMOVED}.")
        found += [Difference(What.REMOVED, key, now.domains[key].site, None) for key in gone]
    return Plan(now, wanted.components, tuple(_with_warnings(found, now, wanted)))


def _told(site: Site | None) -> object:
    if site is None:
        return None
    lists = [[kind, [[*key, dict(row)] for key, row in rows.items()]] for kind, rows in site.lists.items()]
    return [dict(site.general), dict(site.primary), dict(site.secondary) if site.secondary else None, lists]


def _changes(before: Site | None, after: Site | None) -> Iterator[Change]:
    for prefix, name in (("", "general"), ("Primary, ", "primary"), ("Secondary, ", "secondary")):
        yield from _properties(prefix, *(getattr(site, name) if site else None for site in (before, after)))
    for kind in LISTS:
        was, becomes = (dict(site.lists[kind]) if site else {} for site in (before, after))
        for key in [*was, *(key for key in becomes if key not in was)]:
            if was.get(key) != becomes.get(key):
                yield Change(NOUNS[kind], _shown(kind, was.get(key)), _shown(kind, becomes.get(key)))


def _properties(prefix: str, before: Row | None, after: Row | None) -> Iterator[Change]:
    for name in after or before or {}:
        was, becomes = (row[name] if row else "" for row in (before, after))
        if was != becomes:
            yield Change(f"{prefix}{_label(name)}", was, becomes)


def _label(name: str) -> str:
    if name == "unlisted_components":
        return "Components without rules"
    fields = (Domain if name in OWN else ApplicationServer)._meta.fields
    return next(str(field.verbose_name) for field in fields if field.name == name)


def _shown(kind: str, row: Row | None) -> str:
    """A row in one line."""
    if row is None:
        return ""
    match kind:
        case "version_rules":
            return f"{row['component']} {row['pattern']}"
        case "component_modes":
            return f"{row['component']}: {row['mode']}" + (f" from {row['enforce_at']}" if row["enforce_at"] else "")
        case "update_links":
            urls = [f"{where} {row[f'{where}_url']}" for where in ("private", "public") if row[f"{where}_url"]]
            return f"{row['component']} {row['version']}: {', '.join(urls)}"
    off = "" if row["enabled"] == "true" else " (not enabled)"
    return f"{row['position']}. {row['name']}: {row['pattern']} → {row['emergency_uri']}{off}"


def _with_warnings(found: list[Difference], now: State, wanted: Wanted) -> Iterator[Difference]:
    """The differences with what is to be said about each; of new domains only their patterns, for they serve nobody."""
    moment = timezone.now()
    seen = set(Sighting.objects.filter(last_seen__gte=moment - LATELY).values_list("domain_id", flat=True).distinct())
    numbers = {key: pk for key, (pk, _) in now.components.items()}
    numbers |= {key: -place for place, key in enumerate(wanted.components, start=1)}
    called = {key: name for key, (_, name) in now.components.items()} | dict(wanted.components)
    names = {number: called[key] for key, number in numbers.items()}
    for one in found:
        warnings: list[Caution] = []
        if one.after and not one.before:
            warnings += _about_patterns({}, _policies(one.after, numbers), (), names)
        if one.before and one.after:
            pk = now.domains[one.key].pk
            if any(one.before.general[name] != one.after.general[name] for name in TIMED):
                warnings += _at_once(pk, one.after)
            if _about_versions(one.before) != _about_versions(one.after):
                agents = fleet(Domain(pk=pk), moment - LATELY) if pk in seen else []
                warnings += _about_agents(one.before, one.after, agents, numbers, names, moment)
        yield Difference(one.what, one.key, one.before, one.after, tuple(warnings))


def _about_versions(site: Site) -> object:
    return site.general["unlisted_components"], [site.lists[kind] for kind in ABOUT_VERSIONS]


def _at_once(pk: int, site: Site) -> Iterator[Caution]:
    stored = Domain.objects.filter(pk=pk).first()
    if stored is not None:
        wanted = domain_of(site)
        wanted.pk, wanted.active_role = stored.pk, stored.active_role
        yield from (Caution(AT_ONCE, sentence) for sentence in cautioned(stored, wanted))


def _about_patterns(
    now: Policies, then: Policies, agents: Iterable[Seen], names: Mapping[int, str]
) -> Iterator[Caution]:
    """What the new patterns say by themselves."""
    for warned in consequences.in_short(consequences.of_new_patterns(now, then, agents), names):
        yield Caution(warned.code.value, warned.sentence)


def _about_agents(
    before: Site,
    after: Site,
    agents: list[Seen],
    numbers: Mapping[str, int],
    names: Mapping[int, str],
    moment: datetime,
) -> Iterator[Caution]:
    """What the new patterns say, and what the change does to those who were seen, with the links as they will be."""
    links: dict[int, list[selection.Link]] = {}
    for (component, _), row in after.lists["update_links"].items():
        link = selection.link(row["version"], row["private_url"], row["public_url"])
        links.setdefault(numbers[component], []).append(link)
    helped = offers.remedies(links)
    now, then = _policies(before, numbers), _policies(after, numbers)
    yield from _about_patterns(now, then, agents, names)
    found = tuple(effects(agents, now, then, helped.helps, moment))
    for warned in consequences.warned(found, now, then, helped):
        yield Caution(warned.code.value, warned.sentence)


def _policies(site: Site, numbers: Mapping[str, int]) -> dict[int, Policy]:
    """What decides about each component of the catalogue."""
    modes = {key[0]: row for key, row in site.lists["component_modes"].items()}
    usual = {"mode": Mode.ENFORCE, "enforce_at": ""}
    unlisted = Unlisted(site.general["unlisted_components"])
    patterns: dict[str, list[str]] = {}
    for (component, _), row in site.lists["version_rules"].items():
        patterns.setdefault(component, []).append(row["pattern"])

    def policy(key: str) -> Policy:
        mode = modes.get(key, usual)
        from_then = datetime.fromisoformat(mode["enforce_at"]) if mode["enforce_at"] else None
        return Policy(compiled(patterns.get(key, ())), Mode(mode["mode"]), from_then, unlisted)

    return {number: policy(key) for key, number in numbers.items()}


def in_words(plan: Plan) -> Iterable[str]:
    """The difference for a terminal, line by line; what people typed sends no control sequence to it."""
    signs = {What.ADDED: "+", What.CHANGED: "~", What.REMOVED: "-"}
    lines = [f"+ component {name}" for name in plan.components.values()]
    for one in plan.differences:
        lines.append(f"{signs[one.what]} {one.name}")
        for change in one.changes if one.what is not What.REMOVED else []:
            lines.append(f"    {change.label}: {change.before or 'nothing'} -> {change.after or 'nothing'}")
        lines += [f"    ! {warning.sentence}" for warning in one.warnings]
    return ("".join(letter if letter.isprintable() else " " for letter in line) for line in lines)


def rows_that_differ(kind: str, one: Difference) -> tuple[list[Key], list[Key], list[Key]]:
    """The rows of a list to add, to change and to remove."""
    was, becomes = (site.lists[kind] if site else {} for site in (one.before, one.after))
    added = [key for key in becomes if key not in was]
    changed = [key for key in becomes if key in was and was[key] != becomes[key]]
    return added, changed, [key for key in was if key not in becomes]
