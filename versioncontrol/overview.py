"""What the pages show of a domain: its components with rules and mode, and who runs what."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from appservers.models import Domain
from common.status import Look
from versioncontrol import looks, selectors
from versioncontrol.admission import Decision, Policy, Verdict, decide
from versioncontrol.impact import Effect, Seen
from versioncontrol.models import Component, VersionRule
from versioncontrol.patterns import folded
from versioncontrol.remedies import remedies

LOCKED_OUT, LET_IN = "locked out", "let in"


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule, and how many of the agents seen lately it lets in before another does; texts, for hundreds on a page."""

    pk: str
    pattern: str
    agents: str


@dataclass(frozen=True, slots=True)
class Section:
    """A component with all that decides about it."""

    component: Component
    policy: Policy
    look: Look
    lines: tuple[RuleLine, ...]
    agents: int
    refused: int  # of them by the rules, whether that is enforced or not


@dataclass(frozen=True, slots=True)
class FleetLine:
    """One version of a component: who runs it, and what becomes of it now."""

    component: Component
    version: str
    agents: int
    inside: int
    outside: int
    checks: int
    share: float  # of the component's agents, in percent
    first_seen: datetime
    last_seen: datetime
    verdict: Verdict
    stranded: bool

    @property
    def percent(self) -> str:
        """The share as people read it, and as the bar's width."""
        return f"{self.share:.1f}"

    @property
    def look(self) -> Look:
        return looks.DECISIONS[self.verdict.decision]

    @property
    def sentence(self) -> str:
        return looks.sentence(self.verdict)


def sections(domain: Domain, now: datetime) -> list[Section]:
    """The components of the catalogue, those with rules first. Few queries, whatever there is."""
    policies = selectors.policies_of(domain)
    keys = {
        (component, pattern): pk
        for pk, component, pattern in VersionRule.objects.filter(domain=domain)
        .order_by()
        .values_list("pk", "component_id", "pattern")
    }
    seen: dict[int, list[Seen]] = defaultdict(list)
    for one in selectors.fleet(domain, now - selectors.LATELY):
        seen[one.component].append(one)
    made = [
        _section(component, policies[component.pk], keys, seen[component.pk], now)
        for component in selectors.components()
        if component.pk in policies
    ]
    return sorted(made, key=lambda section: not section.lines)


def _section(
    component: Component, policy: Policy, keys: Mapping[tuple[int, str], int], seen: Sequence[Seen], now: datetime
) -> Section:
    let_in: Counter[str] = Counter()
    refused = 0
    for one in seen:
        matched = policy.rules.match(one.version)
        let_in[matched.pattern if matched else ""] += one.agents
        refused += one.agents * (not policy.admits(one.version))
    return Section(
        component,
        policy,
        looks.mode(policy.mode, policy.enforce_at is None or policy.enforce_at <= now, policy.enforce_at),
        tuple(
            RuleLine(str(keys[component.pk, pattern]), pattern, str(let_in[pattern]))
            for pattern in policy.rules.patterns
            if (component.pk, pattern) in keys  # a rule that came in between appears at the next look
        ),
        sum(one.agents for one in seen),
        refused,
    )


def fleet_lines(domain: Domain, since: datetime, now: datetime) -> list[FleetLine]:
    """Who runs what, by component, the version that most agents run first."""
    policies, helps = selectors.policies_of(domain), remedies(domain.pk).helps
    components = {component.pk: component for component in selectors.components()}
    grouped: dict[tuple[int, str], list[Seen]] = defaultdict(list)
    totals: Counter[int] = Counter()
    for one in selectors.fleet(domain, since):
        if one.component in components:
            grouped[one.component, folded(one.version)].append(one)
            totals[one.component] += one.agents
    lines = []
    for (key, _), some in grouped.items():
        policy, version = policies[key], some[0].version
        verdict = decide(policy, version, now)
        denied = verdict.decision is Decision.DENY
        stranded = denied and any(helps(key, policy, version, one.network, now) is None for one in some)
        lines.append(_fleet_line(components[key], some, totals[key], verdict, stranded))
    return sorted(lines, key=lambda line: (line.component.name_key, -line.agents))


def _fleet_line(component: Component, some: Sequence[Seen], total: int, verdict: Verdict, stranded: bool) -> FleetLine:
    agents = sum(one.agents for one in some)
    inside = sum(one.agents for one in some if one.network == "private")
    return FleetLine(
        component,
        some[0].version,
        agents,
        inside,
        agents - inside,
        sum(one.checks for one in some),
        100 * agents / total,
        min(one.first_seen for one in some),
        max(one.last_seen for one in some),
        verdict,
        stranded,
    )


@dataclass(frozen=True, slots=True)
class EffectLine:
    """A seen version as a preview shows it; those that change come first."""

    version: str
    agents: int
    look: Look
    change: str
    last_seen: datetime


def effect_lines(found: Iterable[Effect]) -> list[EffectLine]:
    """The effects by version, worst first; a version that is seen inside and outside is one line."""
    grouped: dict[str, list[Effect]] = defaultdict(list)
    for effect in found:
        grouped[folded(effect.seen.version)].append(effect)
    lines = [_effect_line(some) for some in grouped.values()]
    order = {LOCKED_OUT: 0, LET_IN: 1, "": 2}
    return sorted(lines, key=lambda line: (order[line.change], -line.agents))


def _effect_line(some: Sequence[Effect]) -> EffectLine:
    first = some[0]
    stranded = any(effect.stranded for effect in some)
    change = LOCKED_OUT if first.locked_out else LET_IN if first.newly_allowed else ""
    return EffectLine(
        first.seen.version,
        sum(effect.seen.agents for effect in some),
        looks.STRANDED if stranded else looks.DECISIONS[first.then.decision],
        change,
        max(effect.seen.last_seen for effect in some),
    )
