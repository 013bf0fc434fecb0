"""Why an emergency was declared or ended: the emergency keeps it, not the history of its domain."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from appservers.models import Emergency


def reasons(turned: Sequence[Any]) -> dict[int, str]:
    """By the key of each record of a domain whose emergency it turned on or off: the reason that was given, if any."""
    if not turned:
        return {}
    theirs = Q(domain__in=[row.id for row in turned]) | Q(domain=None, domain_name__in=[row.name for row in turned])
    known = list(Emergency.objects.filter(theirs).order_by("declared_at", "pk"))
    return {row.pk: _reason(row, known) for row in turned}


def _reason(row: Any, known: list[Emergency]) -> str:
    """The latest that fits: a reason is given just before it takes effect."""
    fitting = [
        one for one in known if row.id == one.domain_id or (one.domain_id is None and one.domain_name == row.name)
    ]
    if row.emergency:
        open_then = [
            one for one in fitting if one.declared_at <= row.history_date <= (one.ended_at or row.history_date)
        ]
        return f"“{open_then[-1].reason}”" if open_then else ""
    over = [one for one in fitting if one.ended_at and one.ended_at <= row.history_date]
    return f"“{over[-1].end_reason}”" if over else ""
