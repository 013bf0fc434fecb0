"""Ties together what one action changed: rows of history and events of whatever app carry its id."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from audit.models import Action
from common.actions import action_id, note_by, origin
from common.requests import client_address

LONGEST_PATH = 300
LONGEST_NAME = 150


def begin() -> None:
    """Listen to the histories of all apps, and note whatever asks for an id."""
    pre_create_historical_record.connect(_tie, dispatch_uid="audit")
    note_by(_note)


def _tie(history_instance: Any, **_: Any) -> None:
    """Write the id where history keeps a reason for a change."""
    if not history_instance.history_change_reason:
        history_instance.history_change_reason = action_id() or None


def _note(action: str) -> None:
    """Keep the request or the command itself, with its first change."""
    if (known := _described()) is not None:
        Action.objects.get_or_create(request_id=action, defaults={"at": timezone.now(), **known})


def _described() -> dict[str, str] | None:
    """Who acts, whence and how; None where nobody knows."""
    if (command := origin()) is not None:
        return {"username": command.who[:LONGEST_NAME], "path": command.what[:LONGEST_PATH]}
    request: HttpRequest | None = getattr(HistoricalRecords.context, "request", None)
    if request is None:
        return None
    user = getattr(request, "user", None)
    return {
        "username": user.get_username() if user is not None and user.is_authenticated else "",
        "address": client_address(request),
        "path": f"{request.method} {request.path}"[:LONGEST_PATH],
    }
