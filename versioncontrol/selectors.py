"""The reads: a domain's version rules, and the components that have none."""

from django.db.models import QuerySet

from appservers.models import Domain
from versioncontrol.models import Component, VersionRule
from versioncontrol.patterns import reading_order


def rules(domain: Domain) -> list[VersionRule]:
    """The domain's rules by component, then by pattern as people read it."""
    found = VersionRule.objects.filter(domain=domain).select_related("domain", "component")
    return sorted(found, key=lambda rule: (rule.component.name_key, reading_order(rule.pattern_key)))


def unruled_components(domain: Domain) -> QuerySet[Component]:
    """The components of which every version may connect to the domain."""
    return Component.objects.exclude(version_rules__domain=domain)


def is_last(rule: VersionRule) -> bool:
    """Whether every version may connect once this rule is gone."""
    others = VersionRule.objects.filter(domain=rule.domain_id, component=rule.component_id).exclude(pk=rule.pk)
    return not others.exists()
