"""The banner that every page of a domain in an emergency carries."""

from typing import Any

from django import template

from appservers.models import Domain
from appservers.neighbours import calls_in_an_emergency
from appservers.selectors import open_emergency

register = template.Library()


@register.inclusion_tag("appservers/emergency_banner.html", takes_context=True)
def emergency_banner(context: dict[str, Any], domain: Domain | None) -> dict[str, Any]:
    """What is declared, by whom and why; nothing when there is no emergency."""
    declared = domain is not None and domain.pk is not None and domain.emergency
    return {
        "domain": domain if declared else None,
        "calls": calls_in_an_emergency([domain]).get(domain.pk, "") if declared and domain else "",
        "emergency": open_emergency(domain) if declared and domain else None,
        "perms": context.get("perms"),
        "request": context.get("request"),
    }
