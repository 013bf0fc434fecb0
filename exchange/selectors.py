"""The reads: what is stored of all domains, in the form in which it is exchanged; a query for each table."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from appservers.models import ApplicationServer, Domain, Role
from dialrules.models import DialRule
from exchange.site import GENERAL, LISTS, ORDERED, SERVER, Key, Row, Site
from exchange.values import as_text
from updatelinks.models import UpdateLink
from versioncontrol.admission import Mode, Unlisted
from versioncontrol.models import Component, ComponentMode, VersionPolicy, VersionRule
from versioncontrol.patterns import reading_order

OWN = tuple(name for name in GENERAL if name != "unlisted_components")
MODELS = {"version_rules": VersionRule, "update_links": UpdateLink, "dial_rules": DialRule}
# What tells the rows of a list apart, besides the component.
IDENTIFIED_BY = {"version_rules": "pattern_key", "update_links": "version_key", "dial_rules": "name_key"}


@dataclass(frozen=True, slots=True)
class Stored:
    """A domain as it is; `keys` are those of the rows of its lists."""

    pk: int
    secondary_active: bool
    site: Site
    keys: Mapping[str, Mapping[Key, int]]


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is stored: domains and components of the catalogue, by their folded names."""

    domains: Mapping[str, Stored]
    components: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def sites(self) -> list[Site]:
        """The domains in the order of their names, whatever the database sorts by."""
        return [self.domains[key].site for key in sorted(self.domains)]

    @property
    def catalogue(self) -> list[str]:
        """The names of the components in their order."""
        return [self.components[key][1] for key in sorted(self.components)]


def state() -> State:
    """What is stored now."""
    components = {key: (pk, name) for pk, key, name in Component.objects.values_list("pk", "name_key", "name")}
    of_key = {pk: (key, name) for key, (pk, name) in components.items()}
    servers: dict[tuple[int, str], Row] = {
        (pk, role): _row(SERVER, values)
        for pk, role, *values in ApplicationServer.objects.values_list("domain_id", "role", *SERVER)
    }
    unlisted = dict(VersionPolicy.objects.values_list("domain_id", "unlisted"))
    lists: dict[int, dict[str, dict[Key, Row]]] = defaultdict(lambda: {kind: {} for kind in LISTS})
    keys: dict[int, dict[str, dict[Key, int]]] = defaultdict(lambda: {kind: {} for kind in MODELS})
    _read_modes(lists, of_key)
    for kind in MODELS:
        _read_list(kind, lists, keys, of_key)
    found = {}
    for pk, key, active, *values in Domain.objects.values_list("pk", "name_key", "active_role", *OWN):
        if (pk, Role.PRIMARY) not in servers:
            continue  # created or deleted a moment ago
        general = {**_row(OWN, values), "unlisted_components": unlisted.get(pk, Unlisted.ALLOW.value)}
        site = Site(general, servers[pk, Role.PRIMARY], servers.get((pk, Role.SECONDARY)), lists[pk])
        found[key] = Stored(pk, active == Role.SECONDARY, site, keys[pk])
    return State(found, components)


def _row(names: Iterable[str], values: Iterable[object]) -> dict[str, str]:
    return {name: as_text(value) for name, value in zip(names, values, strict=True)}


def _read_modes(lists: dict[int, dict[str, dict[Key, Row]]], of_key: Mapping[int, tuple[str, str]]) -> None:
    columns = ("domain_id", "component_id", "mode", "enforce_at")
    for domain, component, mode, enforce_at in ComponentMode.objects.order_by("component__name_key").values_list(
        *columns
    ):
        if component in of_key and not is_usual(mode, as_text(enforce_at)):
            key, name = of_key[component]
            row = {"component": name, "mode": mode, "enforce_at": as_text(enforce_at)}
            lists[domain]["component_modes"][(key,)] = row
    for of_domain in lists.values():
        of_domain["component_modes"] = in_order("component_modes", of_domain["component_modes"])


def is_usual(mode: str, enforce_at: str) -> bool:
    """Whether this is what holds for a component of which nothing is said."""
    return mode == Mode.ENFORCE and not enforce_at


def _read_list(
    kind: str,
    lists: dict[int, dict[str, dict[Key, Row]]],
    keys: dict[int, dict[str, dict[Key, int]]],
    of_key: Mapping[int, tuple[str, str]],
) -> None:
    of_component = "component" in LISTS[kind]
    own = [name for name in LISTS[kind] if name != "component"]
    columns = ["component_id"] if of_component else []
    found = (
        MODELS[kind]._default_manager.order_by("position", "pk")
        if kind == ORDERED
        else MODELS[kind]._default_manager.order_by()
    )
    touched = set()
    for pk, domain, identity, *values in found.values_list("pk", "domain_id", IDENTIFIED_BY[kind], *columns, *own):
        row: dict[str, str] = {}
        key: Key = (identity,)
        if of_component:
            if (known := of_key.get(values.pop(0))) is None:
                continue  # it was added a moment ago, and is there at the next look
            component, row["component"] = known
            key = (component, identity)
        row |= _row(own, values)
        lists[domain][kind][key] = row
        keys[domain][kind][key] = pk
        touched.add(domain)
    for domain in touched:
        lists[domain][kind] = in_order(kind, lists[domain][kind])


def in_order(kind: str, rows: Mapping[Key, Row]) -> dict[Key, Row]:
    """The rows in the order in which they are written down; those whose order counts are numbered by it."""
    if kind == ORDERED:
        return {key: {**row, "position": str(place)} for place, (key, row) in enumerate(rows.items(), start=1)}
    return {key: rows[key] for key in sorted(rows, key=lambda key: (key[0], *map(reading_order, key[1:]), key))}
