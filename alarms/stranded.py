"""Agents that the version rules refuse and that no update link helps, for all domains."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Max

from alarms.conditions import Condition
from alarms.kinds import Kind
from versioncontrol.admission import EVENTUALLY, Decision, Policy, decide
from versioncontrol.models import Component, Sighting
from versioncontrol.remedies import remedies
from versioncontrol.selectors import LATELY, policies

Refused = tuple[int, Policy, str, str, int]  # component, its policy, version, network, agents


def stranded(now: datetime) -> Iterator[Condition]:
    """An alarm a domain. What is asked for each domain is asked only for those that refuse somebody."""
    seen = (
        Sighting.objects.filter(last_seen__gte=now - LATELY)
        .order_by()
        .values_list("domain_id", "domain__name", "component_id", "version_key", "network")
        .annotate(version=Max("version"), agents=Count("pk"))
    )
    refused: defaultdict[tuple[int, str], list[Refused]] = defaultdict(list)
    decides: dict[int, dict[int, Policy]] = {}
    for pk, name, component, _, network, version, agents in seen:
        decides = decides or policies()
        policy = decides.get(pk, {}).get(component, Policy())
        if decide(policy, version, EVENTUALLY).decision is Decision.DENY:
            refused[pk, name].append((component, policy, version, network, agents))
    words = dict(Component.objects.values_list("pk", "name")) if refused else {}
    for domain, some in sorted(refused.items()):
        helps = remedies(domain[0]).helps
        lost: Counter[str] = Counter()
        for component, policy, version, network, agents in some:
            if helps(component, policy, version, network, EVENTUALLY) is None:
                lost[f"{words.get(component, 'component')} {version}"] += agents
        if lost:
            yield Condition(Kind.STRANDED, str(domain[0]), _sentence(lost), domain)


def _sentence(lost: Counter[str]) -> str:
    most = ", ".join(f"{version} ({agents})" for version, agents in lost.most_common(3))
    more = f" and {len(lost) - 3} more versions" if len(lost) > 3 else ""
    return f"Refused, with no update that helps: {most}{more}."
