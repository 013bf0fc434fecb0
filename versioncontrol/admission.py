"""May this version connect: the decision and its reason; VERSIONS.md, rules 1, 2, 6 and 9. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from versioncontrol.matching import Matcher, matcher
from versioncontrol.patterns import canonical, folded, head, reading_order

EVENTUALLY = datetime.max.replace(tzinfo=UTC)  # when every date has come and every break-glass is over


class Mode(StrEnum):
    """What becomes of a version that no rule admits."""

    ENFORCE = "enforce"
    WARN = "warn"


class Unlisted(StrEnum):
    """What holds for components without rules."""

    ALLOW = "allow"
    DENY = "deny"


class Decision(StrEnum):
    """What the caller is told. A warned caller may connect."""

    ALLOW = "allow"
    WARN = "warn"
    DENY = "deny"


class Reason(StrEnum):
    """Why; the codes are part of the API."""

    RULE_MATCHED = "rule-matched"
    NO_RULES = "no-rules"
    NO_RULE_MATCHED = "no-rule-matched"
    NOT_YET_ENFORCED = "not-yet-enforced"
    WARN_ONLY = "warn-only"
    BREAK_GLASS = "break-glass"
    UNLISTED_DENIED = "unlisted-denied"


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern as typed, made ready; `rank` is its place in reading order."""

    pattern: str
    rank: int
    matcher: Matcher


@dataclass(frozen=True, slots=True)
class Rules:
    """The patterns of one component, found by how they begin, so that hundreds cost little more than one."""

    patterns: tuple[str, ...] = ()
    exact: Mapping[str, Rule] | None = None
    by_head: tuple[tuple[int, Mapping[str, tuple[Rule, ...]]], ...] = ()

    def matching(self, version: str) -> list[Rule]:
        """The rules that admit the version, as typed."""
        key = folded(version)
        found = [rule] if self.exact and (rule := self.exact.get(key)) else []
        for length, heads in self.by_head:
            found += [rule for rule in heads.get(key[:length], ()) if rule.matcher.admits(key)]
        return found

    def match(self, version: str) -> Rule | None:
        """Of them the first one in reading order."""
        return min(self.matching(version), key=lambda rule: rule.rank, default=None)

    def unused(self, versions: Iterable[str]) -> list[str]:
        """The patterns that admit none of these versions."""
        used = {rule.pattern for version in versions for rule in self.matching(version)}
        return [pattern for pattern in self.patterns if pattern not in used]


def compiled(patterns: Iterable[str]) -> Rules:
    """Rules from patterns as typed, in whatever order they come."""
    by_key = {canonical(pattern.strip()): pattern.strip() for pattern in sorted(patterns)}
    ordered = sorted(by_key, key=lambda key: (reading_order(key), key))
    exact: dict[str, Rule] = {}
    heads: dict[int, dict[str, tuple[Rule, ...]]] = {}
    for rank, key in enumerate(ordered):
        rule = Rule(by_key[key], rank, matcher(key))
        begins = head(key)
        if begins == key:
            exact[key] = rule
        else:
            same_length = heads.setdefault(len(begins), {})
            same_length[begins] = (*same_length.get(begins, ()), rule)
    return Rules(tuple(by_key[key] for key in ordered), exact, tuple(sorted(heads.items())))


@dataclass(frozen=True, slots=True)
class Policy:
    """All that decides about one component in one domain.

    `enforce_at` is the date from which ENFORCE denies (None: already); `break_glass_until` is the domain's.
    """

    rules: Rules = Rules()
    mode: Mode = Mode.ENFORCE
    enforce_at: datetime | None = None
    unlisted: Unlisted = Unlisted.ALLOW
    break_glass_until: datetime | None = None

    def admits(self, version: str) -> bool:
        """Whether the rules admit the version, as if they were enforced now."""
        return self.rules.match(version) is not None if self.rules.patterns else self.unlisted is Unlisted.ALLOW


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision with its reason.

    `matched_rule` and `accepted` are patterns as typed. `enforce_at` is the moment from which a warned caller will be
    denied, None where no such moment is set.
    """

    decision: Decision
    reason: Reason
    matched_rule: str | None = None
    accepted: tuple[str, ...] = ()
    enforce_at: datetime | None = None


def decide(policy: Policy, version: str, now: datetime) -> Verdict:
    """Decide about a version as reported; it has passed patterns.cleaned_version."""
    accepted = policy.rules.patterns
    if not accepted and policy.unlisted is Unlisted.ALLOW:
        return Verdict(Decision.ALLOW, Reason.NO_RULES)
    if (rule := policy.rules.match(version)) is not None:
        return Verdict(Decision.ALLOW, Reason.RULE_MATCHED, rule.pattern, accepted)
    if (mercy := _mercy(policy, now)) is not None:
        ends = None if mercy is Reason.WARN_ONLY else _enforced_from(policy)
        return Verdict(Decision.WARN, mercy, accepted=accepted, enforce_at=ends)
    return Verdict(Decision.DENY, Reason.NO_RULE_MATCHED if accepted else Reason.UNLISTED_DENIED, accepted=accepted)


def _mercy(policy: Policy, now: datetime) -> Reason | None:
    """Why a version that is not admitted may connect all the same; the component's own mode speaks first."""
    if policy.mode is Mode.WARN:
        return Reason.WARN_ONLY
    if policy.enforce_at is not None and now < policy.enforce_at:
        return Reason.NOT_YET_ENFORCED
    if policy.break_glass_until is not None and now < policy.break_glass_until:
        return Reason.BREAK_GLASS
    return None


def _enforced_from(policy: Policy) -> datetime | None:
    return max((at for at in (policy.enforce_at, policy.break_glass_until) if at is not None), default=None)
