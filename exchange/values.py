"""Between texts and values: the texts in which everything is exchanged and compared, and what they mean."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.timezone import get_current_timezone

from appservers.forms import DomainForm, ServerForm
from appservers.models import ProbeKind, UnmatchedCalls
from common.words import minutes
from versioncontrol.admission import Mode, Unlisted

FLAGS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "probe_kind": tuple(ProbeKind.values),
    "unmatched_calls": tuple(UnmatchedCalls.values),
    "unlisted_components": tuple(Unlisted),
    "mode": tuple(Mode),
}


def as_text(value: Any) -> str:
    """A value in its one form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return minutes(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)


def meant(name: str, text: str) -> Any:
    """What the text of this property means; a text that the models check by themselves as it is.

    Raises ValidationError.
    """
    if (reader := READERS.get(name)) is not None:
        return reader(text)
    if name in CHOICES:
        return _choice(text, CHOICES[name])
    return text


def _flag(text: str) -> bool:
    try:
        return FLAGS[text.strip().lower()]
    except KeyError:
        raise ValidationError("Write true or false.") from None


def _choice(text: str, known: tuple[str, ...]) -> str:
    word = text.strip().lower()
    if word not in known:
        raise ValidationError(f"Write {' or '.join(known)}.")
    return word


def _moment(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        given = datetime.fromisoformat(text.strip())
        return (given if given.tzinfo else given.replace(tzinfo=get_current_timezone())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValidationError("Write a date and a time, for example 2026-12-01T06:00.") from None


READERS: Mapping[str, Callable[[str], Any]] = {
    # The fields of the forms: they know what people write, and word what is wrong.
    "auto_failover_interval": DomainForm.base_fields["auto_failover_interval"].clean,
    "server_port": ServerForm.base_fields["server_port"].clean,
    "outsource": _flag,
    "unique_anonymous": _flag,
    "automatic_failover": _flag,
    "enabled": _flag,
    "enforce_at": _moment,
}
