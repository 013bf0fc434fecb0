"""Rules copied from one domain to others: the difference first, then all of it in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from appservers.models import Domain
from common import distinct
from versioncontrol import consequences, selectors
from versioncontrol.admission import Policy, compiled
from versioncontrol.consequences import Outlook
from versioncontrol.models import VersionRule
from versioncontrol.services import Actor, lock, record


@dataclass(frozen=True, slots=True)
class Difference:
    """What a copy adds to one domain, removes from it, and does to those who were seen there."""

    target: Domain
    added: tuple[VersionRule, ...]
    removed: tuple[VersionRule, ...]
    outlook: Outlook

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed)


def difference(source: Domain, target: Domain, *, replacing: bool) -> Difference:
    """What copying would change; replacing also removes, for the components copied, what the source does not have."""
    given = {(rule.component_id, rule.pattern_key): rule for rule in selectors.rules(source)}
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
    acknowledged: Collection[str] = (),
    actor: Actor = None,
) -> list[Difference]:
    """Copy the source's rules to all targets, or to none. Raises AcknowledgementRequired."""
    made = []
    with transaction.atomic():
        for domain in sorted([source, *targets], key=lambda domain: domain.pk):
            lock(domain.pk)
        for target in targets:
            change = difference(source, target, replacing=replacing)
            subject = f"Rules copied from {source.name}"
            record(target, subject, change.outlook.warnings, acknowledged, actor)
            for rule in change.removed:
                distinct.delete(rule)
            for rule in change.added:
                distinct.save(VersionRule(domain=target, component=rule.component, pattern=rule.pattern))
            made.append(change)
    return made


def _outlook(target: Domain, added: Sequence[VersionRule], removed: Sequence[VersionRule]) -> Outlook:
    before = selectors.policies_of(target)
    touched = consequences.touched(*added, *removed)
    after = dict(before)
    for component in touched:
        after[component] = _changed(before[component], component, added, removed)
    outlook = consequences.of_policies(target, before, after, timezone.now(), touched)
    names = {rule.component_id: rule.component.name for rule in added}
    new = consequences.of_new_patterns(before, after, (effect.seen for effect in outlook.effects))
    return replace(outlook, warnings=(*consequences.in_short(new, names), *outlook.warnings))


def _changed(policy: Policy, component: int, added: Sequence[VersionRule], removed: Sequence[VersionRule]) -> Policy:
    out = {rule.pattern for rule in removed if rule.component_id == component}
    left = [pattern for pattern in policy.rules.patterns if pattern not in out]
    return replace(policy, rules=compiled([*left, *(rule.pattern for rule in added if rule.component_id == component)]))
