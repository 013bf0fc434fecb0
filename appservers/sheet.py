"""The page's three forms as one: General, Primary Server and Secondary Server Properties."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BoundField, ModelForm

from appservers import rules
from appservers.exceptions import Invalid
from appservers.forms import DomainForm, OpenedForm, SecondaryForm, ServerForm
from appservers.merging import Change, Merged, merge
from appservers.models import Domain, Role
from appservers.selectors import servers_by_role
from appservers.services import save_domain

CLASH = "clash"  # the error that is a note: both people changed the field


@dataclass(frozen=True)
class Difference:
    """A property that somebody else changed, in words."""

    field: BoundField
    label: str
    before: str
    after: str


class Sheet:
    """A domain as people fill it in: empty, as stored, or as typed."""

    def __init__(self, domain: Domain | None = None, typed: Mapping[str, Any] | None = None) -> None:
        servers = servers_by_role(domain) if domain else {}
        # Copies, for forms write what was typed into the instance, and pages still show what is stored.
        self.general = DomainForm(typed, instance=copy(domain))
        self.primary = ServerForm(typed, prefix="primary", instance=copy(servers.get(Role.PRIMARY)))
        self.secondary = SecondaryForm(typed, prefix="secondary", instance=copy(servers.get(Role.SECONDARY)))
        self.sections: dict[str, ModelForm[Any]] = {
            "general": self.general,
            "primary": self.primary,
            "secondary": self.secondary,
        }
        self.domain = domain
        self.opened = OpenedForm(typed, prefix="opened", initial=self.as_opened() if domain and typed is None else None)
        self.opened.is_valid()

    def as_opened(self) -> dict[str, Any]:
        """What OpenedForm keeps of the domain as it is shown now."""
        assert self.domain is not None  # noqa: S101  for mypy; a new domain was never opened
        return {"domain": self.domain.pk, "revision": self.domain.revision, "seen": self.texts()}

    def save(self, *, meant: bool = False) -> Domain | None:
        """Save what was typed; None when it does not do, and then the fields say why. Raises what the service does."""
        if [form for form in self.sections.values() if not form.is_valid()]:
            self._refuse(self._broken_rules())
            return None
        try:
            return save_domain(
                domain=self.general.instance,
                primary=self.primary.instance,
                secondary=None if self.secondary.left_out else self.secondary.instance,
                # A form without a revision has seen none, and meets a conflict.
                seen_revision=self.opened.cleaned_data.get("revision") or 0,
                meant=meant,
            )
        except Invalid as invalid:
            self._refuse(invalid.problems)
            return None

    def fields(self) -> dict[str, BoundField]:
        """Every field by its name on the page."""
        return {bound.html_name: bound for form in self.sections.values() for bound in form}

    def texts(self) -> dict[str, str]:
        """Every field's text as the page shows it; a switch that is on reads `on`."""
        return {name: _text(bound.value()) for name, bound in self.fields().items()}

    def mistakes(self) -> list[tuple[BoundField, str, str]]:
        """What is to be mended: the field, its label, and how."""
        return [
            (bound, self.label(name), " ".join(error.messages))
            for name, bound in self.fields().items()
            for error in bound.form.errors.as_data().get(bound.name, [])
            if error.code != CLASH
        ]

    def label(self, name: str) -> str:
        """A field's label, with the server that it belongs to."""
        bound = self.fields()[name]
        return f"{getattr(bound.form, 'title', '')} {bound.label}".strip()

    def _broken_rules(self) -> list[rules.Problem]:
        primary = self.primary.described
        return rules.problems(
            outsource=self.general.cleaned_data["outsource"],
            secondary_active=self.domain is not None and self.domain.active_role == Role.SECONDARY,
            primary=primary or rules.Server(None, None, None),
            secondary=self.secondary.described,
        )

    def _refuse(self, problems: list[rules.Problem]) -> None:
        for problem in problems:
            form = self.sections[problem.section]
            if problem.field not in form.errors:
                form.add_error(problem.field, problem.message)


def reconcile(sheet: Sheet, stored: Domain, by: str) -> tuple[Sheet, list[Difference]]:
    """The sheet to go on with after `by` saved the domain, and what `by` changed."""
    now = Sheet(stored)
    merged = merge(sheet.opened.cleaned_data.get("seen") or {}, sheet.texts(), now.texts())
    after = Sheet(stored, _posted(now, merged))
    for change in merged.changes:
        if change.clash:
            bound = after.fields()[change.name]
            note = f"{by} set this to {_word(bound, change.after)}. Submit replaces that with what is here."
            bound.form.add_error(bound.name, ValidationError(note, code=CLASH))
    return after, [_difference(after, change) for change in merged.changes]


def _difference(sheet: Sheet, change: Change) -> Difference:
    bound = sheet.fields()[change.name]
    return Difference(bound, sheet.label(change.name), _word(bound, change.before), _word(bound, change.after))


def _posted(now: Sheet, merged: Merged) -> dict[str, Any]:
    """The merged texts as a browser sends them, with the stored domain as the one that was opened."""
    opened = OpenedForm(prefix="opened", initial=now.as_opened())
    hidden = {bound.html_name: bound.value() for bound in opened}
    return {name: text for name, text in merged.texts.items() if text} | hidden


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value).strip()


def _word(bound: BoundField, text: str) -> str:
    if getattr(bound.field.widget, "input_type", "") == "checkbox":
        return "on" if text else "off"
    text = dict(getattr(bound.field, "choices", ())).get(text, text)
    return f"“{text}”" if text else "nothing"
