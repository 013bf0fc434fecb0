"""From what a file says to what is wanted: over what is stored, in canonical form, checked as the forms check it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from appservers.fields import fold
from appservers.models import DEFAULT_PORT, ApplicationServer, Domain
from appservers.services import problems_of
from common import distinct
from exchange.reading import Description, Entry, Given, Leaves
from exchange.selectors import IDENTIFIED_BY, MODELS, OWN, State, Stored, in_order, is_usual
from exchange.site import GENERAL, LISTS, SERVER, SERVERS, Key, Row, Site
from exchange.tree import Problem, Unfit
from exchange.values import as_text, meant
from versioncontrol.admission import Unlisted
from versioncontrol.models import Component

NEW_GENERAL = {name: as_text(getattr(Domain(), name)) for name in OWN} | {"unlisted_components": Unlisted.ALLOW.value}
NEW_SERVER = dict.fromkeys(SERVER, "") | {"server_port": str(DEFAULT_PORT)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The domains of a file as they are to be, and the components to add to the catalogue; by folded names."""

    sites: Mapping[str, Site]
    components: Mapping[str, str]


def checked(description: Description, state: State) -> Wanted:
    """What is wanted. Raises Unfit with everything that is wrong."""
    check = Check(state, list(description.problems))
    components = check.components(description)
    sites: dict[str, Site] = {}
    places: dict[str, str] = {}
    for given in description.domains:
        leaf = given.general.get("name")
        key = fold(leaf.text or "") if leaf else ""
        if key and key in places:
            check.complain(leaf.place if leaf else given.place, f"This domain stands at {places[key]} already.")
            continue
        places[key] = given.place
        if (site := check.site(given, state.domains.get(key))) is not None:
            sites[key] = site
    if check.problems:
        raise Unfit(check.problems)
    return Wanted(sites, components)


class Check:
    """One check of one file; goes on behind what is wrong, to say everything at once."""

    def __init__(self, state: State, problems: list[Problem]) -> None:
        self.state = state
        self.problems = problems
        self.catalogue = {key: name for key, (_, name) in state.components.items()}

    def complain(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))

    def refused(self, error: ValidationError, leaves: Leaves, place: str) -> None:
        """Say at the properties, or at what they belong to, what a model refuses."""
        for name, messages in error.message_dict.items():
            self.complain(leaves[name].place if name in leaves else place, " ".join(messages))

    def components(self, description: Description) -> dict[str, str]:
        """Those that the catalogue does not have yet."""
        new: dict[str, str] = {}
        for leaf in description.components:
            component = Component(name=leaf.text or "")
            try:
                distinct.check(component)
            except ValidationError as error:
                self.complain(leaf.place, " ".join(error.messages))
                continue
            if component.name_key not in self.catalogue:
                self.catalogue[component.name_key] = new[component.name_key] = component.name
        return new

    def site(self, given: Given, stored: Stored | None) -> Site | None:
        """The domain as it is to be; None when there is something to mend."""
        before = len(self.problems)
        old = stored.site if stored else None
        if stored is None and given.primary is None:
            self.complain(given.place, "A domain that does not exist yet needs a name and a primary server.")
            return None
        general = self.row(given.general, old.general if old else NEW_GENERAL)
        primary = self.server(given.primary, old.primary if old else None)
        secondary = None if given.without_secondary else self.server(given.secondary, old.secondary if old else None)
        lists = {
            kind: self.rows(kind, given.lists[kind]) if kind in given.lists else old.lists[kind] if old else {}
            for kind in LISTS
        }
        if primary is None:
            return None
        wanted = Site(general, primary, secondary, lists)
        if old is None or (old.general, old.primary, old.secondary) != (general, primary, secondary):
            wanted = self.within_the_rules(wanted, given, stored)
        return wanted if len(self.problems) == before else None

    def row(self, leaves: Leaves, base: Row) -> dict[str, str]:
        """The texts, those that are given over the others."""
        texts = dict(base)
        for name, leaf in leaves.items():
            try:
                texts[name] = as_text(meant(name, leaf.text or ""))
            except ValidationError as error:
                self.complain(leaf.place, " ".join(error.messages))
        return texts

    def server(self, entry: Entry | None, old: Row | None) -> Row | None:
        return old if entry is None else self.row(entry.leaves, old or NEW_SERVER)

    def within_the_rules(self, site: Site, given: Given, stored: Stored | None) -> Site:
        """The domain in the form that its models give it; complains of the rules that it breaks."""
        domain, primary, secondary = domain_of(site), server_of(site.primary), server_of(site.secondary)
        domain.pk = stored.pk if stored else None
        entries = dict(zip(SERVERS, (given.primary, given.secondary), strict=True))
        active = stored is not None and stored.secondary_active
        assert primary is not None  # noqa: S101  for mypy; every domain has a primary server
        said = {problem.place for problem in self.problems}
        for problem in problems_of(domain, primary, secondary, secondary_active=active):
            entry = entries.get(problem.section)
            leaves = given.general if problem.section == "general" else entry.leaves if entry else {}
            place = entry.place if entry else given.place
            place = leaves[problem.field].place if problem.field in leaves else place
            if place not in said:
                self.complain(place, problem.message)
        unlisted = site.general["unlisted_components"]
        general = texts_of(domain, OWN) | {"unlisted_components": unlisted}
        return Site(general, texts_of(primary, SERVER), texts_of(secondary, SERVER) if secondary else None, site.lists)

    def rows(self, kind: str, entries: list[Entry]) -> Mapping[Key, Row]:
        """A list as it is to be, in its order."""
        found: dict[Key, Row] = {}
        places: dict[Key, str] = {}
        for entry in entries:
            made = self.mode(entry) if kind == "component_modes" else self.item(kind, entry)
            if made is None:
                continue
            key, row = made
            if key in places:
                self.complain(entry.place, f"This says the same as {places[key]}. Remove one of them.")
            places[key] = entry.place
            if kind != "component_modes" or not is_usual(row["mode"], row["enforce_at"]):
                found[key] = row
        return in_order(kind, found)

    def component(self, entry: Entry) -> str | None:
        """The folded name of the component that a row is for."""
        leaf = entry.leaves.get("component")
        key = fold(leaf.text or "") if leaf else ""
        if key in self.catalogue:
            return key
        if leaf is None or not key:
            self.complain(leaf.place if leaf else entry.place, "Give the component this is for.")
        else:
            said = f"The catalogue has no component “{leaf.text}”. Name it under “components” to add it."
            self.complain(leaf.place, said)
        return None

    def mode(self, entry: Entry) -> tuple[Key, Row] | None:
        component, before = self.component(entry), len(self.problems)
        row = self.row(entry.leaves, {"mode": "", "enforce_at": ""})
        if "mode" not in entry.leaves:
            self.complain(entry.place, "Give the mode: enforce or warn.")
        if row["mode"] == "warn" and row["enforce_at"]:
            self.complain(entry.place, "Warn only has no date. Choose to enforce from that date, or leave it out.")
        if component is None or len(self.problems) > before:
            return None
        return (component,), row | {"component": self.catalogue[component]}

    def item(self, kind: str, entry: Entry) -> tuple[Key, Row] | None:
        """A row of a list, checked by its model."""
        before = len(self.problems)
        of_component = "component" in LISTS[kind]
        component = self.component(entry) if of_component else None
        own = [name for name in LISTS[kind] if name != "component"]
        given = {name: leaf for name, leaf in entry.leaves.items() if name in own}
        model: Any = MODELS[kind]
        instance = model(**{name: meant(name, text) for name, text in self.row(given, {}).items()})
        try:
            distinct.check(instance)
        except ValidationError as error:
            self.refused(error, entry.leaves, entry.place)
        if len(self.problems) > before:
            return None
        identity = getattr(instance, IDENTIFIED_BY[kind])
        row = texts_of(instance, own)
        if component is None:
            return (identity,), row
        return (component, identity), {"component": self.catalogue[component], **row}


def texts_of(instance: Any, names: Any) -> dict[str, str]:
    """What a model holds, as texts."""
    return {name: as_text(getattr(instance, name)) for name in names}


def domain_of(site: Site) -> Domain:
    """The domain by itself, not stored."""
    return Domain(**{name: meant(name, site.general[name]) for name in GENERAL if name in OWN})


def server_of(row: Row | None) -> ApplicationServer | None:
    """A server, not stored."""
    return ApplicationServer(**{name: meant(name, text) for name, text in row.items()}) if row else None
