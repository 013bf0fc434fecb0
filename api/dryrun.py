"""What a proposed change would do to those who were seen; saves nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.lookups import component_by, unfit, version_of
from api.problems import Problem
from api.schemas import Changed, DryRun, Judged, PatternOf, Proposal, ProposedComponent, ProposedLink, Shadowed, Warned
from api.snapshot import WATCHED
from appservers.models import Domain
from updatelinks import addresses, offers
from updatelinks.networks import Network
from updatelinks.selection import Link, link
from versioncontrol import consequences, linting, selectors
from versioncontrol.admission import Mode, Policy, Verdict, compiled
from versioncontrol.impact import Effect, Policies, effects
from versioncontrol.models import Component
from versioncontrol.patterns import Unfit, canonical, cleaned, folded
from versioncontrol.remedies import Remedies

MOST = 500  # rules and links of one proposal: each is held against everything that was seen


def dry_run(domain: Domain, proposal: Proposal, now: datetime) -> DryRun:
    """The proposal held against who was seen in the last days. Raises Problem."""
    if sum(len(one.rules or ()) + len(one.links or ()) for one in proposal.components) > MOST:
        raise Problem("invalid-parameter", f"Propose at most {MOST} rules and links at a time.", parameter="components")
    before, links = selectors.policies_of(domain), dict(offers.links(domain.pk).get(domain.pk, {}))
    after = dict(before)
    if proposal.unlisted is not None:
        after = {key: replace(policy, unlisted=proposal.unlisted) for key, policy in after.items()}
    named: set[int] = set()
    for place, proposed in enumerate(proposal.components):
        where = f"components.{place}"
        key = component_by(WATCHED.current(), proposed.component, f"{where}.component").key
        if key in named:
            raise Problem("invalid-parameter", "The component is named twice.", parameter=f"{where}.component")
        named.add(key)
        policy = after.get(key, Policy())
        if proposed.rules is not None:
            policy = replace(policy, rules=compiled(_patterns(proposed.rules, f"{where}.rules")))
        _check_date(proposed, f"{where}.enforce_at")
        if proposed.mode is not None:
            policy = replace(policy, mode=proposed.mode, enforce_at=proposed.enforce_at)
        if proposed.links is not None:
            links[key] = _links(proposed.links, f"{where}.links")
        after[key] = policy
    helped = offers.remedies(links)
    fleet = selectors.fleet(domain, now - timedelta(days=proposal.days))
    found = tuple(effects(fleet, before, after, helped.helps, now))
    seen = consequences.versions_seen(effect.seen for effect in found)
    unused = {key: policy.rules.unused(seen[key]) for key, policy in after.items()}
    names = dict(Component.objects.values_list("pk", "name"))
    trial = Trial(before, after, helped, found, unused, names, proposal.days)
    warnings = list(trial.warnings())
    _refuse_unacknowledged(proposal, warnings)
    return _told(domain, trial, warnings)


@dataclass(frozen=True, slots=True)
class Trial:
    """The policies now and then, and what becomes of those who were seen."""

    before: Policies
    after: Policies
    helped: Remedies
    found: tuple[Effect, ...]
    unused: Mapping[int, Sequence[str]]
    names: Mapping[int, str]
    days: int

    def warnings(self) -> Iterator[Warned]:
        """What saving would have acknowledged: about each new pattern, then about each component."""
        for key, pattern, warned in consequences.of_new_patterns(
            self.before, self.after, (effect.seen for effect in self.found), self.unused
        ):
            yield self._warned(key, pattern, warned)
        for key, policy in self.after.items():
            own = [effect for effect in self.found if effect.seen.component == key]
            links = Remedies({key: self.helped.versions.get(key, ())}, self.helped.helps)
            before = {key: self.before.get(key, Policy())}
            for warned in consequences.warned(own, before, {key: policy}, links, self.days):
                yield self._warned(key, None, warned)

    def _warned(self, key: int, pattern: str | None, warned: linting.Warned) -> Warned:
        return Warned(
            component=self.names[key],
            pattern=pattern,
            code=warned.code,
            sentence=warned.sentence,
            better=list(warned.better),
        )


def _refuse_unacknowledged(proposal: Proposal, warnings: Sequence[Warned]) -> None:
    if proposal.acknowledged is None:
        return
    left = [warned for warned in warnings if warned.code not in proposal.acknowledged]
    if left:
        raise Problem(
            "acknowledgement-required",
            " ".join(warned.sentence for warned in left[:5]),
            parameter="acknowledged",
            more={"warnings": [warned.model_dump(mode="json") for warned in left]},
        )


def _check_date(proposed: ProposedComponent, where: str) -> None:
    if proposed.enforce_at is not None and proposed.mode is not Mode.ENFORCE:
        told = "A date goes with the mode enforce. Give that mode, or leave the date out."
        raise Problem("invalid-parameter", told, parameter=where)


def _told(domain: Domain, trial: Trial, warnings: list[Warned]) -> DryRun:
    names, found, after = trial.names, trial.found, trial.after
    return DryRun(
        domain=domain.slug,
        days=trial.days,
        newly_denied=sum(effect.seen.agents for effect in found if effect.newly_denied),
        denied_at_once=sum(effect.seen.agents for effect in found if effect.denied_at_once),
        newly_allowed=sum(effect.seen.agents for effect in found if effect.newly_allowed),
        stranded=sum(effect.seen.agents for effect in found if effect.stranded),
        versions=[_changed(names, effect) for effect in found],
        unused=[
            PatternOf(component=names[key], pattern=pattern)
            for key, patterns in trial.unused.items()
            for pattern in patterns
        ],
        shadowed=[
            Shadowed(component=names[key], pattern=narrow, by=wide)
            for key, policy in after.items()
            for narrow, wide in linting.shadowed(policy.rules.patterns).items()
        ],
        warnings=warnings,
    )


def _changed(names: Mapping[int, str], effect: Effect) -> Changed:
    seen = effect.seen
    return Changed(
        component=names[seen.component],
        version=seen.version,
        network=Network(seen.network),
        agents=seen.agents,
        last_seen=seen.last_seen,
        now=_judged(effect.now),
        then=_judged(effect.then),
        newly_denied=effect.newly_denied,
        denied_at_once=effect.denied_at_once,
        newly_allowed=effect.newly_allowed,
        stranded=effect.stranded,
    )


def _judged(verdict: Verdict) -> Judged:
    return Judged(decision=verdict.decision, reason=verdict.reason)


def _patterns(typed: Sequence[str], where: str) -> list[str]:
    found: dict[str, str] = {}
    for place, text in enumerate(typed):
        try:
            pattern = cleaned(text)
        except Unfit as error:
            raise unfit("invalid-pattern", error, f"{where}.{place}") from error
        if (twin := found.get(canonical(pattern))) is not None:
            told = f"“{pattern}” admits the same versions as “{twin}”. Leave one of them out."
            raise Problem("duplicate-rule", told, parameter=f"{where}.{place}")
        found[canonical(pattern)] = pattern
    return list(found.values())


def _links(typed: Sequence[ProposedLink], where: str) -> list[Link]:
    found: dict[str, Link] = {}
    for place, one in enumerate(typed):
        version = version_of(one.version, f"{where}.{place}.version")
        if folded(version) in found:
            told = f"Two links are for {version}. Leave one of them out."
            raise Problem("duplicate-link", told, parameter=f"{where}.{place}.version")
        urls = [_url(one, side, f"{where}.{place}.{side}") for side in ("private_url", "public_url")]
        if not any(urls):
            told = "Give a private or a public URL, or both."
            raise Problem("invalid-url", told, parameter=f"{where}.{place}.private_url")
        found[folded(version)] = link(version, *urls)
    return list(found.values())


def _url(one: ProposedLink, side: str, where: str) -> str:
    text: str = getattr(one, side)
    try:
        return addresses.cleaned(text) if text.strip() else ""
    except ValueError as error:
        raise Problem("invalid-url", str(error), parameter=where) from error
