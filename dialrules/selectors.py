"""The reads: dial rules, as pages list them and as routing takes them."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from appservers.fields import fold
from appservers.models import Domain
from dialrules.models import DialRule
from dialrules.routing import Action, Rule

EVERY_NUMBER = "*"
ORDER = ("position", "pk")


def rules(domain: Domain) -> list[DialRule]:
    """The domain's rules in their order."""
    return list(DialRule.objects.filter(domain=domain).order_by(*ORDER))


def domains_with_rules(search: str = "", slug: str = "") -> QuerySet[Domain]:
    """Domains and their rules in order; with `slug` that domain alone, even without rules.

    `search` is part of the name of a domain or of one of its rules.
    """
    found = Domain.objects.prefetch_related(Prefetch("dial_rules", DialRule.objects.order_by(*ORDER)))
    if slug:
        return found.filter(slug=slug)
    own = DialRule.objects.filter(domain=OuterRef("pk"))
    found = found.filter(Exists(own))
    if key := fold(search.replace("\0", "")):
        found = found.filter(Q(name_key__contains=key) | Exists(own.filter(name_key__contains=key)))
    return found.order_by("name_key")


def matches_every_number(found: list[DialRule]) -> bool:
    """Whether no number can miss these rules."""
    return any(rule.enabled and rule.pattern == EVERY_NUMBER for rule in found)


def calls_in_words(domains: Sequence[Domain]) -> dict[int, str]:
    """What becomes of each domain's inbound calls in an emergency, by its key. One query."""
    patterns: dict[int, list[str]] = {}
    found = DialRule.objects.filter(domain__in=domains, enabled=True).order_by()
    for domain_id, pattern in found.values_list("domain_id", "pattern"):
        patterns.setdefault(domain_id, []).append(pattern)
    return {domain.pk: _in_words(patterns.get(domain.pk, []), domain.unmatched_calls) for domain in domains}


def _in_words(patterns: list[str], otherwise: str) -> str:
    rejected = otherwise == Action.REJECT
    if not patterns:
        return f"No dial rule is enabled: inbound calls {'are all rejected' if rejected else 'all proceed as usual'}."
    rules = "1 dial rule diverts" if len(patterns) == 1 else f"{len(patterns)} dial rules divert"
    if EVERY_NUMBER in patterns:
        return f"{rules} all inbound calls."
    return f"{rules} inbound calls; those without a rule {'are rejected' if rejected else 'proceed as usual'}."


def as_routed(found: list[DialRule]) -> list[Rule]:
    """The enabled rules as routing takes them."""
    return [Rule(rule.pk, rule.name, rule.pattern, rule.emergency_uri) for rule in found if rule.enabled]


def routed_in_emergencies() -> dict[int, list[Rule]]:
    """The enabled rules of the domains that are in an emergency, in one query."""
    routed: dict[int, list[Rule]] = {}
    found = DialRule.objects.filter(domain__emergency=True, enabled=True).order_by(*ORDER)
    for domain, key, name, pattern, uri in found.values_list("domain_id", "pk", "name", "pattern", "emergency_uri"):
        routed.setdefault(domain, []).append(Rule(key, name, pattern, uri))
    return routed


def unmatched(domain: Domain) -> Action:
    """What an inbound call gets in an emergency when no rule matches."""
    return Action(domain.unmatched_calls)
