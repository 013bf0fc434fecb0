"""Rows that a person keeps lists of, each told from the others by what it says, and the one way to write them."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime

from common import bulk


class Refused(Exception):
    """A change that was not made; nothing was written. Its text tells people why."""


class Duplicate(Refused):
    """Another row says the same; `field` is where a form shows it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Gone(Refused):
    """The row, or what it hangs on, was deleted in the meantime."""


class Unacknowledged(Refused):
    """There is something to say before; whoever means it all the same says so by the `codes`."""

    def __init__(self, message: str, codes: Sequence[str]) -> None:
        super().__init__(message)
        self.codes = tuple(codes)


class Changed(Refused):
    """Somebody saved the row after this person had opened it; `revision` is what is stored now."""

    def __init__(self, message: str, revision: int) -> None:
        super().__init__(message)
        self.revision = revision


class Distinct(models.Model):
    """A row that is unique by `identity`; the last field of `typed` is where a form reports a duplicate."""

    identity: ClassVar[tuple[str, ...]]
    typed: ClassVar[tuple[str, ...]]
    history: Any

    class Meta:
        abstract = True

    def taken(self) -> str:
        """The sentence for whoever wants to save another row that says what this one says."""
        raise NotImplementedError

    def twin(self) -> Self | None:
        """The stored row that says the same, if it is another one."""
        return type(self)._default_manager.filter(**self._identify()).exclude(pk=self.pk).first()

    def clean(self) -> None:
        self._identify()

    def validate_unique(self, exclude: Any = None) -> None:
        super().validate_unique(exclude=exclude)
        if set(self.typed) & set(exclude or ()):
            return
        if (twin := self.twin()) is not None:
            raise ValidationError({self.typed[-1]: ValidationError(twin.taken(), code="unique")})

    def validate_constraints(self, exclude: Any = None) -> None:
        # Of what identifies a row validate_unique has spoken, at a field and in people's words.
        super().validate_constraints(exclude={*(exclude or ()), *self.identity})

    def _identify(self) -> dict[str, Any]:
        """The values that identify the row; keys that fields derive from others are brought up to date."""
        fields = [field for field in self._meta.fields if field.name in self.identity]
        return {field.attname: field.pre_save(self, add=False) for field in fields}


Row = TypeVar("Row", bound=Distinct)
AnyRow = TypeVar("AnyRow", bound=models.Model)


def save(row: Row, seen: int | None = None) -> Row:
    """Create or change a row; the instance carries the wanted values.

    `seen` is the revision that the person had before them; without it the last save wins. Raises ValidationError,
    Duplicate, Changed or Gone; then nothing was written.
    """
    try:
        with transaction.atomic():
            check_seen(row, seen)
            check(row)
            row.save()
    except IntegrityError as error:
        if (refusal := _refusal(row)) is not None:
            raise refusal from error
        raise
    return row


_services: dict[type[models.Model], Callable[..., Any]] = {}


def register(model: type[models.Model], service: Callable[..., Any]) -> None:
    """Name the service that writes the model's rows, where more is to be done than to save them; see write()."""
    _services[model] = service


def write(row: Any, *, seen: int | None, acknowledged: Collection[str], actor: Any) -> Any:
    """Create or change a row as its own app does. Raises Unacknowledged, and what save() raises."""
    service = _services.get(type(row))
    return service(row, seen=seen, acknowledged=acknowledged, actor=actor) if service else save(row, seen)


def check(row: Distinct) -> None:
    """What save() checks of the row by itself, and the forms that its fields bring it into. Raises ValidationError."""
    related = {field.name for field in row._meta.fields if field.is_relation}
    row.clean_fields(exclude=related)  # related rows are the database's to check, at the commit
    row.clean()


def add_all(rows: Sequence[Distinct]) -> None:
    """Create many rows of one kind in few statements. Raises ValidationError, or IntegrityError for a duplicate."""
    for row in rows:
        check(row)
    bulk.create(rows)


def delete(row: Distinct) -> bool:
    """Delete a row; False when somebody else did so before."""
    with transaction.atomic():
        stored = _locked(row)
        if stored is not None:
            stored.delete()
    return stored is not None


def revision(row: models.Model) -> int:
    """The number of the row's latest change; 0 when none was recorded."""
    latest = _latest(row)
    return latest.history_id if latest else 0


def _locked(row: AnyRow) -> AnyRow | None:
    return type(row)._default_manager.select_for_update().filter(pk=row.pk).first()


def _latest(row: Any) -> Any:
    return row.history.select_related("history_user").order_by("-history_id").first()


def check_seen(row: models.Model, seen: int | None) -> None:
    """Lock what is stored of the row, and see that it is what the person saw. Raises Gone or Changed."""
    if row._state.adding:
        return
    stored = _locked(row)
    if stored is None:
        raise Gone(f"The {row._meta.verbose_name} was deleted in the meantime.")
    latest = _latest(stored)
    if seen is None or latest is None or latest.history_id == seen:
        return
    by = latest.history_user.get_username() if latest.history_user else "a script"
    at = date_format(localtime(latest.history_date), "H:i:s")
    raise Changed(f"It was changed by {by} at {at} and is now: {stored}.", latest.history_id)


def _refusal(row: Distinct) -> Refused | None:
    """Why the database refused, if it is something that people can do."""
    if (twin := row.twin()) is not None:
        return Duplicate(row.typed[-1], twin.taken())
    for field in row._meta.fields:
        wanted = getattr(row, field.attname)
        model = field.related_model
        if isinstance(model, type) and wanted is not None and not model._default_manager.filter(pk=wanted).exists():
            return Gone(f"The {field.verbose_name} was deleted in the meantime.")
    return None
