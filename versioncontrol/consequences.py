"""What there is to say before a change: about the pattern, those who were seen, and the update links."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from appservers.models import Domain
from versioncontrol import selectors
from versioncontrol.admission import Policy, compiled
from versioncontrol.impact import Effect, Policies, Seen, effects
from versioncontrol.linting import Code, Warned, lint, lint_new
from versioncontrol.models import VersionRule
from versioncontrol.patterns import canonical
from versioncontrol.remedies import Remedies, remedies


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a change would do to the components that it touches, and what to say about it."""

    effects: tuple[Effect, ...]
    warnings: tuple[Warned, ...]
    now: Policies
    then: Policies

    @property
    def locked_out(self) -> tuple[Effect, ...]:
        return tuple(effect for effect in self.effects if effect.locked_out)

    @property
    def stranded(self) -> tuple[Effect, ...]:
        return tuple(effect for effect in self.effects if effect.stranded)


def of_rule(rule: VersionRule, now: datetime, also: Iterable[str] = ()) -> Outlook:
    """Of saving a rule, with further patterns of its component beside it; the rule's pattern has been cleaned."""
    before = selectors.policies_of(rule.domain)
    stored = VersionRule.objects.filter(pk=rule.pk).first() if rule.pk else None
    after = _without(dict(before), stored)
    others = [pattern for pattern in after[rule.component_id].rules.patterns if not _same(pattern, rule.pattern)]
    after[rule.component_id] = _with_rules(after[rule.component_id], [*others, rule.pattern, *also])
    components = touched(stored, rule)
    outlook = of_policies(rule.domain, before, after, now, components)
    seen = [effect.seen.version for effect in outlook.effects if effect.seen.component == rule.component_id]
    said = lint(rule.pattern, [*others, *also], seen)
    return replace(outlook, warnings=(*tied(said, after, components), *outlook.warnings))


def of_deletion(rule: VersionRule, now: datetime) -> Outlook:
    """Of deleting a rule."""
    before = selectors.policies_of(rule.domain)
    return of_policies(rule.domain, before, _without(dict(before), rule), now, touched(rule))


def of_policies(
    domain: Domain, before: Policies, after: Policies, now: datetime, components: Sequence[int] | None = None
) -> Outlook:
    """Of any change from these policies to those; the components that it touches, all unless some are named."""
    helped = remedies(domain.pk)
    fleet = selectors.fleet(domain, now - selectors.LATELY, components)
    found = tuple(effects(fleet, before, after, helped.helps, now))
    return Outlook(found, tied(warned(found, before, after, helped), after, components), before, after)


def tied(warnings: Iterable[Warned], after: Policies, components: Sequence[int] | None = None) -> tuple[Warned, ...]:
    """The warnings, tied to what will hold: who has read them has not read those of another change."""
    change = repr([(key, _meaning(after[key])) for key in sorted(after if components is None else components)])
    return tuple(replace(one, about=(change, *one.about)) for one in warnings)


def _meaning(policy: Policy) -> tuple[object, ...]:
    return policy.rules.patterns, policy.mode, policy.enforce_at, policy.unlisted, policy.break_glass_until


def warned(
    found: Sequence[Effect],
    before: Policies,
    after: Policies,
    helped: Remedies,
    days: int = selectors.LATELY.days,
) -> tuple[Warned, ...]:
    """What there is to say about these effects on those who were seen in so many days."""
    return (*_locked_out(found, days), *_denied_at_once(found, days), *_unlinked(before, after, helped))


def versions_seen(fleet: Iterable[Seen]) -> dict[int, list[str]]:
    """The versions by component; empty for one that was not seen."""
    seen: dict[int, list[str]] = defaultdict(list)
    for one in fleet:
        seen[one.component].append(one.version)
    return seen


def of_new_patterns(
    before: Policies, after: Policies, fleet: Iterable[Seen], unused: Mapping[int, Collection[str]] | None = None
) -> Iterator[tuple[int, str, Warned]]:
    """What there is to say about the patterns that a change adds, each with its component.

    `unused` are the patterns that match nothing in the fleet, if somebody has found them already.
    """
    seen = versions_seen(fleet)
    for component, policy in after.items():
        patterns = policy.rules.patterns
        had = {canonical(pattern) for pattern in before.get(component, Policy()).rules.patterns}
        new = [pattern for pattern in patterns if canonical(pattern) not in had]
        idle: Collection[str] = ()
        if new and seen[component]:
            idle = policy.rules.unused(seen[component]) if unused is None else unused[component]
        yield from ((component, *told) for told in lint_new(new, patterns, set(idle)))


def in_short(found: Iterable[tuple[int, str, Warned]], names: Mapping[int, str]) -> tuple[Warned, ...]:
    """The same for changes of many rules: one sentence for each component and kind of warning."""
    grouped: dict[tuple[int, Code], list[tuple[str, Warned]]] = defaultdict(list)
    for component, pattern, warned in found:
        grouped[component, warned.code].append((pattern, warned))
    return tuple(
        Warned(
            code,
            f"{names[component]} “{some[0][0]}”: {some[0][1].sentence}{_likewise(some[1:])}",
            about=(names[component], *(word for pattern, warned in some for word in (pattern, *warned.about))),
        )
        for (component, code), some in grouped.items()
    )


def _likewise(others: Sequence[tuple[str, Warned]]) -> str:
    if not others:
        return ""
    beyond = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f" Likewise {', '.join(f'“{pattern}”' for pattern, _ in others[:3])}{beyond}."


def touched(*rules: VersionRule | None) -> list[int]:
    """The components of these rules."""
    return sorted({rule.component_id for rule in rules if rule is not None})


def _locked_out(found: Iterable[Effect], days: int) -> Iterable[Warned]:
    denied = [effect for effect in found if effect.newly_denied]
    if not denied:
        return
    agents = sum(effect.seen.agents for effect in denied)
    stranded = sum(effect.seen.agents for effect in denied if effect.stranded)
    versions, named = _versions(denied)
    helpless = "it" if agents == 1 else "any of them" if stranded == agents else f"{stranded} of them"
    without = f" No update link helps {helpless}." if stranded else ""
    yield Warned(
        Code.LOCKS_OUT,
        f"It locks out {agents} agent{'' if agents == 1 else 's'} seen in the last {days} days: {named}.{without}",
        about=versions,
    )


def _denied_at_once(found: Iterable[Effect], days: int) -> Iterable[Warned]:
    """Those who would be denied in any case, only later."""
    denied = [effect for effect in found if effect.denied_at_once and not effect.newly_denied]
    if not denied:
        return
    agents = sum(effect.seen.agents for effect in denied)
    versions, named = _versions(denied)
    yield Warned(
        Code.DENIES_AT_ONCE,
        f"It denies at once {agents} agent{'' if agents == 1 else 's'} seen in the last {days} days that so far may "
        f"connect with a warning: {named}.",
        about=versions,
    )


def _versions(denied: Iterable[Effect]) -> tuple[tuple[str, ...], str]:
    """The first versions, and all of them as a sentence has them."""
    versions = tuple(dict.fromkeys(effect.seen.version for effect in denied))
    beyond = f" and {len(versions) - 5} more versions" if len(versions) > 5 else ""
    return versions[:5], ", ".join(versions[:5]) + beyond


def _unlinked(before: Policies, after: Policies, helped: Remedies) -> Iterable[Warned]:
    """Links that were admitted and no longer are."""
    lost = [
        version
        for component, versions in helped.versions.items()
        for version in versions
        if before.get(component, Policy()).admits(version) and not after.get(component, Policy()).admits(version)
    ]
    if lost:
        named = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        yield Warned(
            Code.LINK_NOT_ADMITTED,
            f"The update link{'' if len(lost) == 1 else 's'} to {named} would no longer be offered, because no rule "
            f"admits {'that version' if len(lost) == 1 else 'those versions'} any more.",
            about=tuple(lost),
        )


def _without(policies: dict[int, Policy], rule: VersionRule | None) -> dict[int, Policy]:
    if rule is not None:
        policy = policies[rule.component_id]
        left = [pattern for pattern in policy.rules.patterns if not _same(pattern, rule.pattern)]
        policies[rule.component_id] = _with_rules(policy, left)
    return policies


def _with_rules(policy: Policy, patterns: Iterable[str]) -> Policy:
    return replace(policy, rules=compiled(patterns))


def _same(one: str, other: str) -> bool:
    return canonical(one.strip()) == canonical(other.strip())
