"""How a person wants pages to look: kept with the person, so that it survives signing out."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

Preferences = dict[str, Any]


def change(person: Any, act: Callable[[Preferences], None]) -> None:
    """Let `act` change the preferences, one change after the other; what it raises leaves them as they were."""
    with transaction.atomic():
        stored: Any = get_user_model()._default_manager.select_for_update().get(pk=person.pk)
        act(stored.preferences)
        stored.save(update_fields=["preferences"])
    person.preferences = stored.preferences
