"""The histories of all apps as lines of the trail: what was created, changed and deleted, with before and after."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Field, ForeignKey, Model, OuterRef, Q, QuerySet, Subquery
from django.utils.text import capfirst
from django.utils.timezone import localtime
from simple_history.models import HistoricalChanges, HistoricalRecords

from appservers.models import Domain
from audit import entry
from audit.entry import Change, Entry
from audit.models import Action, known
from audit.names import Names, known_as
from audit.reasons import reasons
from audit.wanted import Wanted
from common.words import minutes

LOOKS = {"+": entry.CREATED, "~": entry.CHANGED, "-": entry.DELETED}
SECRET = ("password", "secret", "token", "digest")  # no part of a field's name that the trail shows
RESTORABLE = (  # audit.restoring knows how
    "domain",
    "versionrule",
    "componentmode",
    "versionpolicy",
    "component",
    "updatelink",
    "dialrule",
    "subscriber",
)
FIRST = "The first change that is recorded; what it was like before is not known."
SAVED_AS_IT_WAS = "Saved with what belongs to it; nothing that is shown here differs."


class History:
    """The history of one model."""

    at = "history_date"

    def __init__(self, records: Any) -> None:
        self.records = records
        self.tracked: Any = records.instance_type
        self.key: str = self.tracked._meta.model_name
        self.label = capfirst(str(self.tracked._meta.verbose_name_plural))
        self.domain = "id" if self.tracked is Domain else "domain_id" if _has(self.tracked, "domain") else ""
        self.fields = [field for field in records.tracked_fields if _shown(field)]
        self.many = list(records._history_m2m_fields)

    def chosen(self, wanted: Wanted) -> QuerySet[Any] | None:
        """The records that are wanted, in no order; None when there cannot be any."""
        found: QuerySet[Any] = self.records._default_manager.all()
        if wanted.domain:
            if not self.domain:
                return None
            found = found.filter(**{f"{self.domain}__in": Domain.history.filter(known_as(wanted.domain)).values("id")})
        if wanted.who:
            found = found.filter(_by(wanted.who))
        if wanted.action:
            found = found.filter(history_change_reason=wanted.action)
        return found

    def entries(self, keys: Iterable[int], names: Names) -> dict[int, Entry]:
        """These records as lines."""
        earlier = self.records._default_manager.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
        latest = Subquery(earlier.order_by("-history_id").values("history_id")[:1])
        found = self.records._default_manager.filter(pk__in=list(keys)).annotate(before=latest)
        rows = list(found.select_related("history_user"))
        before = self.records._default_manager.in_bulk([row.before for row in rows if row.before])
        if self.domain:
            names.load_domains(getattr(row, self.domain) for row in rows)
        actions = known(row.history_change_reason for row in rows)
        lists = self._lists([*rows, *before.values()])
        why = reasons([row for row in rows if _turned(self.tracked, row, before.get(row.before))])
        return {row.pk: self._entry(row, before.get(row.before), actions, lists, names, why) for row in rows}

    def _entry(
        self, row: Any, before: Any, actions: dict[str, Action], lists: Any, names: Names, why: dict[int, str]
    ) -> Entry:
        action = actions.get(row.history_change_reason)
        old = None if row.history_type == "+" else (before or row) if row.history_type == "-" else before
        new = None if row.history_type == "-" else row
        first = row.history_type == "~" and before is None
        told = () if first else (self.differences(old, new, names), self._many_differences(old, new, lists))
        changes = [change for part in told for change in part]
        domain, slug = names.domain(getattr(row, self.domain)) if self.domain else ("", "")
        user = row.history_user.get_username() if row.history_user else entry.SCRIPT
        return Entry(
            at=row.history_date,
            actor=(action and action.username) or user,
            look=_look(self.tracked, row, before),
            noun=capfirst(str(self.tracked._meta.verbose_name)),
            subject=self.subject(row, names),
            domain=domain,
            slug=slug,
            text=why[row.pk] if row.pk in why else _remark(row, changes, first=first),
            changes=changes,
            action=action.request_id if action else "",
            address=action.address if action else "",
            version=(self.key, old.pk) if old and old.history_type != "-" and self.key in RESTORABLE else None,
        )

    def subject(self, row: Any, names: Names) -> str:
        """What people call it."""
        for fields in (getattr(self.tracked, "typed", ()), ("name",), ("username",), ("role",)):
            if fields and all(_has(self.records, name) for name in fields):
                return " ".join(_words(self.tracked._meta.get_field(name), row, names) for name in fields)
        return str(row.id)

    def domain_of(self, row: Any, names: Names) -> str:
        """The name of the domain that it belongs to, or is."""
        if not self.domain:
            return ""
        names.load_domains([getattr(row, self.domain)])
        return names.domain(getattr(row, self.domain))[0]

    def differences(self, old: Any, new: Any, names: Names) -> Iterator[Change]:
        """Each property in which two states differ; None is the state of what does not exist."""
        for field in self.fields:
            was, now = (_words(field, state, names) if state else "" for state in (old, new))
            if was != now:
                yield Change(capfirst(str(field.verbose_name)), was, now)

    def list_differences(self, old: Any, new: Any) -> Iterator[Change]:
        """Each list in which two records differ."""
        return self._many_differences(old, new, self._lists([one for one in (old, new) if one]))

    def _many_differences(self, old: Any, new: Any, lists: dict[tuple[str, int], list[str]]) -> Iterator[Change]:
        for field in self.many:
            was, now = (", ".join(lists.get((field.name, state.pk), [])) if state else "" for state in (old, new))
            if was != now:
                yield Change(capfirst(str(field.verbose_name)), was, now)

    def _lists(self, rows: list[Any]) -> dict[tuple[str, int], list[str]]:
        """What the records held of each many-to-many field."""
        lists: dict[tuple[str, int], list[str]] = {}
        for field in self.many:
            target = field.m2m_reverse_field_name()
            held = HistoricalRecords.m2m_models[field].objects.filter(history__in=rows).select_related(target)
            for one in held.order_by(target):
                lists.setdefault((field.name, one.history_id), []).append(str(getattr(one, target)))
        return lists


def histories() -> list[History]:
    """The histories of all apps, by what they are called."""
    found = [History(m) for m in apps.get_models() if issubclass(m, HistoricalChanges) and hasattr(m, "history_type")]
    return sorted(found, key=lambda history: history.label)


def history_of(kind: str) -> History | None:
    """The history with this key."""
    return next((history for history in histories() if history.key == kind), None)


def _by(who: str) -> Q:
    """Changes by somebody, also by one whose account is deleted since."""
    if who.casefold() == entry.SCRIPT:
        return Q(history_user=None, history_change_reason=None)
    actions = Action.objects.filter(username__icontains=who).values("request_id")
    return Q(history_user__username__icontains=who) | Q(history_change_reason__in=actions)


def _remark(row: Any, changes: list[Change], *, first: bool) -> str:
    if first:
        return FIRST
    return "" if changes or row.history_type != "~" else SAVED_AS_IT_WAS


def _turned(tracked: type[Model], row: Any, before: Any) -> bool:
    """Whether this declared an emergency, or ended it."""
    return tracked is Domain and row.history_type == "~" and before and before.emergency != row.emergency


def _look(tracked: type[Model], row: Any, before: Any) -> Any:
    if _turned(tracked, row, before):
        return entry.EMERGENCY if row.emergency else entry.EMERGENCY_OVER
    return LOOKS[row.history_type]


def _has(model: Any, name: str) -> bool:
    return any(field.name == name for field in model._meta.fields)


def _shown(field: "Field[Any, Any]") -> bool:
    """Whether the trail tells a field's values: not keys, not what follows from other fields, not secrets."""
    secret = any(word in field.name for word in SECRET)
    return field.editable and not field.primary_key and field.name != "domain" and not secret


def _words(field: Any, row: Any, names: Names) -> str:
    """A value in people's words; empty for none."""
    value = getattr(row, field.attname)
    if isinstance(field, ForeignKey):
        return names.other(field.related_model, value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, timedelta):
        return f"{minutes(value)} min"
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return str(dict(field.flatchoices).get(value, value)) if value is not None else ""
