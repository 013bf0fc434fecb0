"""The reads: rules, policies ready to decide, and who was seen."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum

from appservers.models import Domain
from versioncontrol.admission import Mode, Policy, Rules, Unlisted, compiled
from versioncontrol.impact import Seen
from versioncontrol.models import Acknowledgement, Component, ComponentMode, Sighting, VersionPolicy, VersionRule
from versioncontrol.patterns import reading_order
from versioncontrol.sightings import MOST

LATELY = timedelta(days=14)


def rules(domain: Domain) -> list[VersionRule]:
    """The domain's rules by component, then by pattern as people read it."""
    found = VersionRule.objects.filter(domain=domain).select_related("domain", "component")
    return sorted(found, key=lambda rule: (rule.component.name_key, reading_order(rule.pattern_key)))


def is_last(rule: VersionRule) -> bool:
    """Whether the component has no rule any more once this one is gone."""
    others = VersionRule.objects.filter(domain=rule.domain_id, component=rule.component_id).exclude(pk=rule.pk)
    return not others.exists()


def components() -> list[Component]:
    """The catalogue."""
    return list(Component.objects.all())


def policies(
    domain_id: int | None = None, ready: Callable[[tuple[str, ...]], Rules] = compiled
) -> dict[int, dict[int, Policy]]:
    """What decides, for one domain or all: domain -> component of the catalogue -> policy. Few queries, whatever.

    `ready` compiles patterns; who asks again and again passes one that remembers them.
    """
    only = {} if domain_id is None else {"domain": domain_id}
    patterns: dict[tuple[int, int], list[str]] = defaultdict(list)
    found = VersionRule.objects.filter(**only).order_by()
    for domain, component, pattern in found.values_list("domain_id", "component_id", "pattern"):
        patterns[domain, component].append(pattern)
    modes = {(mode.domain_id, mode.component_id): mode for mode in ComponentMode.objects.filter(**only)}
    whole = {policy.domain_id: policy for policy in VersionPolicy.objects.filter(**only)}
    keys = list(Component.objects.values_list("pk", flat=True))
    domains = Domain.objects.values_list("pk", flat=True) if domain_id is None else [domain_id]
    return {
        domain: {
            key: _policy(ready(tuple(patterns[domain, key])), modes.get((domain, key)), whole.get(domain))
            for key in keys
        }
        for domain in domains
    }


def policies_of(domain: Domain) -> dict[int, Policy]:
    """What decides in one domain, by component."""
    return policies(domain.pk)[domain.pk]


def _policy(found: Rules, mode: ComponentMode | None, whole: VersionPolicy | None) -> Policy:
    return Policy(
        rules=found,
        mode=Mode(mode.mode) if mode else Mode.ENFORCE,
        enforce_at=mode.enforce_at if mode else None,
        unlisted=Unlisted(whole.unlisted) if whole else Unlisted.ALLOW,
        break_glass_until=whole.break_glass_until if whole else None,
    )


def version_policy(domain: Domain) -> VersionPolicy:
    """The domain's own policy as stored, or one with the defaults that is not stored."""
    return VersionPolicy.objects.filter(domain=domain).first() or VersionPolicy(domain=domain)


def modes(domain: Domain) -> dict[int, ComponentMode]:
    """The stored modes by component."""
    return {mode.component_id: mode for mode in ComponentMode.objects.filter(domain=domain)}


def fleet(domain: Domain, since: datetime, component_ids: Sequence[int] | None = None) -> list[Seen]:
    """The versions seen since then, by component, version in reading order and network."""
    found = Sighting.objects.filter(domain=domain, last_seen__gte=since)
    if component_ids is not None:
        found = found.filter(component__in=component_ids)
    grouped = (
        found.order_by()
        .values_list("component_id", "version_key", "network")
        .annotate(
            version=Max("version"),
            agents=Count("pk"),
            total=Sum("checks"),
            first=Min("first_seen"),
            last=Max("last_seen"),
        )
    )
    seen = [
        Seen(component, version, network, agents, total, first, last)
        for component, _key, network, version, agents, total, first, last in grouped
    ]
    return sorted(seen, key=lambda one: (one.component, reading_order(one.version), one.version.lower(), one.network))


def full(domain: Domain, component_ids: Collection[int] | None = None) -> set[int]:
    """The components of which so many were seen that not all are kept, or those of the named ones."""
    found = Sighting.objects.filter(domain=domain)
    if component_ids is not None:
        found = found.filter(component__in=component_ids)
    counted = found.order_by().values_list("component_id").annotate(rows=Count("pk")).filter(rows__gte=MOST)
    return {component for component, _rows in counted}


def acknowledgements(domain: Domain, most: int = 10) -> QuerySet[Acknowledgement]:
    """The latest warnings that were set aside."""
    return Acknowledgement.objects.filter(domain=domain)[:most]


def broken_before(policy: VersionPolicy, most: int = 10) -> list[Any]:
    """The records of the policy in which the glass was broken or mended, latest first."""
    if policy._state.adding:
        return []
    records = policy.history.select_related("history_user").order_by("-history_id")[: most * 3]
    before = [*records[1:], None]
    return [
        record
        for record, earlier in zip(records, before, strict=False)
        if record.break_glass_until != (earlier.break_glass_until if earlier else None)
    ][:most]
