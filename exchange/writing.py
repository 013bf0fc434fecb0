"""How the lists of many domains are written: what goes first, then what changes, then all that is new at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from common import bulk, distinct
from dialrules.models import DialRule
from exchange.planning import Difference, rows_that_differ
from exchange.selectors import IDENTIFIED_BY, MODELS
from exchange.site import ORDERED, Key, Row
from exchange.values import meant
from versioncontrol.admission import Mode, Unlisted
from versioncontrol.models import ComponentMode, VersionPolicy

AT_ONCE = 500


def write_lists(differences: Sequence[Difference], domains: Mapping[str, int], components: Mapping[str, int]) -> None:
    """Write the lists of these domains; both mappings lead from folded names to keys."""
    _write_unlisted(differences, domains)
    _write_modes(differences, domains, components)
    for kind in MODELS:
        _write_rows(kind, differences, domains, components)


def _write_rows(
    kind: str, differences: Sequence[Difference], domains: Mapping[str, int], components: Mapping[str, int]
) -> None:
    model: Any = MODELS[kind]
    touched = {one.key: rows_that_differ(kind, one) for one in differences}
    touched = {key: rows for key, rows in touched.items() if any(rows)}
    stored = _stored(kind, [domains[key] for key in touched], components)
    new = []
    for one in differences:
        if one.key not in touched:
            continue
        added, changed, removed = touched[one.key]
        domain = domains[one.key]
        for key in removed:
            distinct.delete(stored[domain, key])
        assert one.after is not None  # noqa: S101  for mypy; nothing is written of what is removed
        rows = one.after.lists[kind]
        # Positions may have gaps: where one rule moves, all are numbered.
        for key in [key for key in rows if key not in added] if kind == ORDERED else changed:
            _save(stored[domain, key], rows[key])
        new += [_filled(model(domain_id=domain), rows[key], key, components) for key in added]
    distinct.add_all(new)


def _stored(kind: str, domains: list[int], components: Mapping[str, int]) -> dict[tuple[int, Key], Any]:
    """The rows of these domains."""
    names = {pk: key for key, pk in components.items()}
    found: dict[tuple[int, Key], Any] = {}
    model: Any = MODELS[kind]
    for start in range(0, len(domains), AT_ONCE):
        for row in model._default_manager.filter(domain__in=domains[start : start + AT_ONCE]):
            identity = getattr(row, IDENTIFIED_BY[kind])
            key = (identity,) if isinstance(row, DialRule) else (names[row.component_id], identity)
            found[row.domain_id, key] = row
    return found


def _save(stored: Any, row: Row) -> None:
    """Save what differs."""
    before = {name: getattr(stored, name) for name in row if name != "component"}
    _filled(stored, row, (), {})
    if any(getattr(stored, name) != was for name, was in before.items()):
        distinct.save(stored)


def _filled(instance: Any, row: Row, key: Key, components: Mapping[str, int]) -> Any:
    for name, text in row.items():
        if name == "position":
            instance.position = int(text)
        elif name != "component":
            setattr(instance, name, meant(name, text))
        elif key:
            instance.component_id = components[key[0]]
    return instance


def _write_unlisted(differences: Iterable[Difference], domains: Mapping[str, int]) -> None:
    wanted = {
        domains[one.key]: one.after.general["unlisted_components"]
        for one in differences
        if one.after
        and one.after.general["unlisted_components"]
        != (one.before.general["unlisted_components"] if one.before else Unlisted.ALLOW.value)
    }
    stored = {policy.domain_id: policy for policy in VersionPolicy.objects.filter(domain__in=wanted)}
    for policy in stored.values():
        policy.unlisted = wanted[policy.domain_id]
        policy.save()
    bulk.create([VersionPolicy(domain_id=pk, unlisted=word) for pk, word in wanted.items() if pk not in stored])


def _write_modes(differences: Iterable[Difference], domains: Mapping[str, int], components: Mapping[str, int]) -> None:
    """A mode that is not said any more becomes the usual one; its row stays, as after an edit by hand."""
    kind, usual = "component_modes", {"mode": Mode.ENFORCE.value, "enforce_at": ""}
    wanted: dict[tuple[int, int], Row] = {}
    for one in differences:
        added, changed, removed = rows_that_differ(kind, one)
        for key in [*added, *changed, *removed]:
            after = one.after.lists[kind].get(key) if one.after else None
            wanted[domains[one.key], components[key[0]]] = after or usual
    stored = {
        (row.domain_id, row.component_id): row
        for row in ComponentMode.objects.filter(domain__in={domain for domain, _ in wanted})
    }
    new = []
    for (domain, component), row in wanted.items():
        mode = stored.get((domain, component)) or ComponentMode(domain_id=domain, component_id=component)
        mode.mode, mode.enforce_at = row["mode"], meant("enforce_at", row["enforce_at"])
        if mode.pk:
            mode.save()
        else:
            new.append(mode)
    bulk.create(new)
