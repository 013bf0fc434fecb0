"""How often one person may press a button that makes the server ask others."""

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any


def permits_another(
    session: MutableMapping[str, Any], name: str, now: datetime, *, at_most: int = 10, within: timedelta
) -> bool:
    """Whether this session has not done it too often lately; if so, this one is counted."""
    done = [moment for moment in session.get(name, []) if moment > (now - within).timestamp()]
    permitted = len(done) < at_most
    session[name] = [*done, now.timestamp()] if permitted else done
    return permitted
