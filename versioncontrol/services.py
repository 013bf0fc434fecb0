"""The writes: components and version rules."""

from common import distinct
from versioncontrol.models import Component, VersionRule


def save_component(*, component: Component) -> Component:
    """Create or change a component of the catalogue; see distinct.save for what it raises."""
    return distinct.save(component)


def save_rule(*, rule: VersionRule, seen: int | None = None) -> VersionRule:
    """Create or change a rule; see distinct.save for `seen` and for what it raises."""
    return distinct.save(rule, seen)


def delete_rule(*, rule: VersionRule) -> bool:
    """Delete a rule; False when somebody else did so before."""
    return distinct.delete(rule)
