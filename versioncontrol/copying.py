"""Rules copied from one domain to others: the difference first, then all of it in one transaction."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from appservers.models import Domain
from common import distinct
from versioncontrol import consequences, selectors
from versioncontrol.admission import Policy, compiled
from versioncontrol.consequences import Outlook
from versioncontrol.exceptions import AcknowledgementRequired
from versioncontrol.models import VersionRule
from versioncontrol.services import Actor, lock, record

MOST = 200  # domains at a time: all of them are locked until all are written


@dataclass(frozen=True, slots=True)
class Difference:
    """What a copy adds to one domain, removes from it, and does to those who were seen there."""

    target: Domain
    added: tuple[VersionRule, ...]
    removed: tuple[VersionRule, ...]
    outlook: Outlook

    @property
    def rules(self) -> tuple[tuple[VersionRule, ...], tuple[VersionRule, ...]]:
        return self.added, self.removed

    @property
    def empty(self) -> bool:
        return not any(self.rules)


def differences(source: Domain, targets: Sequence[Domain], *, replacing: bool) -> list[Difference]:
    """What copying would change; replacing also removes, for the components copied, what the source does not have."""
    given = {(rule.component_id, rule.pattern_key): rule for rule in selectors.rules(source)}
    return [_difference(given, target, replacing=replacing) for target in targets]


def digest(changes: Iterable[Difference]) -> str:
    """What a person sends who has seen these differences."""
    named = [
        (change.target.pk, *([(rule.component_id, rule.pattern) for rule in rules] for rules in change.rules))
        for change in changes
    ]
    return hashlib.sha256(repr(named).encode()).hexdigest()


def _difference(given: Mapping[tuple[int, str], VersionRule], target: Domain, *, replacing: bool) -> Difference:
    there = {(rule.component_id, rule.pattern_key): rule for rule in selectors.rules(target)}
    components = {component for component, _ in given}
    added = tuple(rule for key, rule in given.items() if key not in there)
    gone = [rule for key, rule in there.items() if key not in given and key[0] in components]
    removed = tuple(gone) if replacing else ()
    return Difference(target, added, removed, _outlook(target, added, removed))


def copy_rules(
    *,
    source: Domain,
    targets: Sequence[Domain],
    replacing: bool,
    shown: str | None = None,
    acknowledged: Collection[str] = (),
    actor: Actor = None,
) -> list[Difference]:
    """Copy the source's rules to all targets, or to none; `shown` is the digest of the differences a person has seen.

    Raises AcknowledgementRequired, also when they are not those any more.
    """
    with transaction.atomic():
        for domain in sorted([source, *targets], key=lambda domain: domain.pk):
            lock(domain.pk)
        changes = differences(source, targets, replacing=replacing)
        if shown is not None and shown != digest(changes):
            raise AcknowledgementRequired(())
        for change in changes:
            subject = f"Rules copied from {source.name}"
            record(change.target, subject, change.outlook.warnings, acknowledged, actor)
            for rule in change.removed:
                distinct.delete(rule)
        distinct.add_all(
            [
                VersionRule(domain=change.target, component=rule.component, pattern=rule.pattern)
                for change in changes
                for rule in change.added
            ]
        )
    return changes


def _outlook(target: Domain, added: Sequence[VersionRule], removed: Sequence[VersionRule]) -> Outlook:
    before = selectors.policies_of(target)
    touched = consequences.touched(*added, *removed)
    after = dict(before)
    for component in touched:
        after[component] = _changed(before[component], component, added, removed)
    outlook = consequences.of_policies(target, before, after, timezone.now(), touched)
    names = {rule.component_id: rule.component.name for rule in added}
    new = consequences.of_new_patterns(before, after, (effect.seen for effect in outlook.effects))
    said = consequences.tied(consequences.in_short(new, names), after, touched)
    return replace(outlook, warnings=(*said, *outlook.warnings))


def _changed(policy: Policy, component: int, added: Sequence[VersionRule], removed: Sequence[VersionRule]) -> Policy:
    out = {rule.pattern for rule in removed if rule.component_id == component}
    left = [pattern for pattern in policy.rules.patterns if pattern not in out]
    return replace(policy, rules=compiled([*left, *(rule.pattern for rule in added if rule.component_id == component)]))
