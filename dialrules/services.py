"""The writes: dial rules and their order. A domain's row is locked first, so that its rules have one order."""

from django.db import transaction

from appservers.models import Domain
from common import distinct
from dialrules.models import DialRule


def save_rule(*, rule: DialRule, seen: int | None = None) -> DialRule:
    """Create or change a rule; a new one comes last, and a stored one stays where it is.

    See distinct.save for `seen` and for what it raises.
    """
    with transaction.atomic():
        if not _lock(rule):
            raise distinct.Gone("The domain was deleted in the meantime.")
        if rule._state.adding:
            rule.position = len(_numbered(rule)) + 1
        elif stored := DialRule.objects.filter(pk=rule.pk).first():
            rule.position = stored.position
        return distinct.save(rule, seen)


def delete_rule(*, rule: DialRule) -> bool:
    """Delete a rule; False when somebody else did so before."""
    with transaction.atomic():
        _lock(rule)
        return distinct.delete(rule)


def move_rule(*, rule: DialRule, up: bool) -> bool:
    """Swap a rule with its neighbour, if there is one on that side; False when the rule was deleted before."""
    with transaction.atomic():
        _lock(rule)
        order = _numbered(rule)
        place = next((place for place, other in enumerate(order) if other.pk == rule.pk), None)
        if place is None:
            return False
        other = place - 1 if up else place + 1
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
            _number(order)
    return True


def set_enabled(*, rule: DialRule, enabled: bool) -> bool:
    """Enable or disable a rule; False when somebody deleted it before."""
    with transaction.atomic():
        _lock(rule)
        stored = DialRule.objects.select_for_update().filter(pk=rule.pk).first()
        if stored is not None and stored.enabled != enabled:
            stored.enabled = enabled
            stored.save(update_fields=["enabled"])
    return stored is not None


def _lock(rule: DialRule) -> bool:
    return Domain.objects.select_for_update().filter(pk=rule.domain_id).first() is not None


def _numbered(rule: DialRule) -> list[DialRule]:
    """The domain's rules in their order, numbered from 1 without gaps."""
    order = list(DialRule.objects.filter(domain=rule.domain_id).order_by("position", "pk"))
    _number(order)
    return order


def _number(order: list[DialRule]) -> None:
    for position, rule in enumerate(order, start=1):
        if rule.position != position:
            rule.position = position
            rule.save(update_fields=["position"])
