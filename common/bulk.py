"""Many rows of one kind written in few statements, with the history that each would get by itself."""

from collections.abc import Sequence

from django.db.models import Model
from simple_history.utils import bulk_create_with_history

from common.actions import action_id

AT_ONCE = 500


def create(rows: Sequence[Model]) -> None:
    """Create the rows; afterwards they know their keys. Nothing is checked but by the database."""
    if rows:
        bulk_create_with_history(rows, type(rows[0]), AT_ONCE, default_change_reason=action_id() or None)
