"""Saved views of the list: a name for an address, kept with the person who gave it."""

from dataclasses import dataclass
from typing import Any

from common.preferences import Preferences, change

KEY = "views"
MOST = 50
LONGEST_NAME = 60


class Refused(Exception):
    """A view that was not saved, renamed or deleted, with the reason."""


@dataclass(frozen=True)
class View:
    """A name and the query of an address."""

    name: str
    query: str


def saved_views(preferences: Preferences) -> list[View]:
    """The person's views by name."""
    found = [View(str(one["name"]), str(one["query"])) for one in preferences.get(KEY, [])]
    return sorted(found, key=lambda view: view.name.casefold())


def save_view(*, person: Any, name: str, query: str) -> str:
    """Keep the address under that name, which replaces a view that has it; the name as it is kept. Raises Refused."""
    kept = _clean(name)

    def act(preferences: Preferences) -> None:
        others = [view for view in preferences.get(KEY, []) if not _same(view["name"], kept)]
        if len(others) >= MOST:
            raise Refused(f"There are {MOST} saved views already. Delete one first.")
        preferences[KEY] = [*others, {"name": kept, "query": query}]

    change(person, act)
    return kept


def rename_view(*, person: Any, old: str, name: str) -> str:
    """Give a view another name; the name as it is kept. Raises Refused."""
    kept = _clean(name)

    def act(preferences: Preferences) -> None:
        views = preferences.get(KEY, [])
        one = next((view for view in views if view["name"] == old), None)
        if one is None:
            raise Refused(f"The view “{old[:LONGEST_NAME]}” does not exist any more.")
        if any(view is not one and _same(view["name"], kept) for view in views):
            raise Refused(f"There is a view “{kept}” already. Choose another name.")
        one["name"] = kept

    change(person, act)
    return kept


def delete_view(*, person: Any, name: str) -> None:
    """Forget a view; one that is gone already is no fault."""

    def act(preferences: Preferences) -> None:
        preferences[KEY] = [view for view in preferences.get(KEY, []) if view["name"] != name]

    change(person, act)


def _clean(name: str) -> str:
    kept = " ".join(name.replace("\0", "").split())
    if not kept:
        raise Refused("Give the view a name.")
    if len(kept) > LONGEST_NAME:
        raise Refused(f"Shorten the name to {LONGEST_NAME} characters.")
    return kept


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
