"""What people and the monitor did to domains, besides changing what is configured, as lines of the trail."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.timezone import localtime

from alarms.models import Alarm
from appservers.models import Domain
from audit import entry
from audit.entry import Change, Entry
from audit.models import Action, known
from audit.names import Names, known_as
from audit.wanted import Wanted
from common.status import Look
from failover.models import Hold, Pause, ScheduledSwitch, SwitchEvent, SwitchRefusal

ITS_TIME = "its time"  # who ended a pause that ended by itself


@dataclass(frozen=True, slots=True)
class Telling:
    """What a line says of a row, besides when, who and of which domain."""

    noun: str
    subject: str = ""
    text: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Events:
    """One kind of event of a table that keeps the domain's name, if any; `at`, `who` and `tie` are fields of it."""

    key: str
    label: str
    model: type[Model]
    at: str
    who: str
    look: Look
    tell: Callable[[Any], Telling]
    tie: str = "request_id"
    of_domain: bool = True

    def chosen(self, wanted: Wanted) -> QuerySet[Any] | None:
        """The rows that are wanted; None when there cannot be any."""
        if wanted.domain and not self.of_domain:
            return None
        found = self.model._default_manager.exclude(**{self.at: None})
        if wanted.action:
            found = found.filter(**{self.tie: wanted.action})
        if wanted.domain:
            named = Domain.history.filter(known_as(wanted.domain))
            found = found.filter(
                Q(domain__in=named.values("id")) | Q(domain=None, domain_name__in=named.values("name"))
            )
        return found.filter(**{f"{self.who}__icontains": wanted.who}) if wanted.who else found

    def entries(self, keys: Iterable[int], names: Names) -> dict[int, Entry]:
        """These rows as lines."""
        found = self.model._default_manager.filter(pk__in=list(keys))
        rows = list(found.select_related("domain") if self.of_domain else found)
        actions = known({getattr(row, self.tie) for row in rows})
        return {row.pk: self._entry(row, self.tell(row), actions) for row in rows}

    def _entry(self, row: Any, told: Telling, actions: dict[str, Action]) -> Entry:
        action = actions.get(getattr(row, self.tie))
        domain = row.domain if self.of_domain else None
        return Entry(
            at=getattr(row, self.at),
            actor=getattr(row, self.who) or ITS_TIME,
            look=self.look,
            noun=told.noun,
            subject=told.subject,
            domain=row.domain_name if self.of_domain else "",
            slug=domain.slug if domain else "",
            text=told.text,
            changes=list(told.changes),
            action=getattr(row, self.tie),
            address=action.address if action else "",
        )


def _switch(row: SwitchEvent) -> Telling:
    to, forced = row.get_to_role_display(), ", forced" if row.forced else ""
    change = Change("Active", row.get_from_role_display(), to)
    text = f"“{row.reason}”" if row.reason else row.sentence
    return Telling(row.get_cause_display(), f"to {to}, epoch {row.epoch}{forced}", text, (change,))


def _refusal(row: SwitchRefusal) -> Telling:
    given = f" Reason given: “{row.reason}”" if row.reason else ""
    return Telling(row.get_cause_display(), f"to {row.get_to_role_display()}", f"{row.sentence}{given}")


def _pause(row: Pause) -> Telling:
    until = f"until {localtime(row.until):%Y-%m-%d %H:%M:%S}" if row.until else "until somebody resumes it"
    return Telling("Automatic switching", until, f"“{row.reason}”")


def _resumption(row: Pause) -> Telling:
    return Telling("Automatic switching", "", f"It was paused by {row.actor_name}: “{row.reason}”")


def _clearance(row: Hold) -> Telling:
    return Telling("Hold", row.get_kind_display(), f"“{row.note}”")


def _schedule(row: ScheduledSwitch) -> Telling:
    opens, closes = localtime(row.opens_at), localtime(row.closes_at)
    window = f"{opens:%Y-%m-%d %H:%M} to {closes:%Y-%m-%d %H:%M}{', nightly' if row.nightly else ''}"
    return Telling("Switch", f"to {row.get_to_role_display()}, {window}", f"“{row.reason}”")


def _acknowledgement(row: Alarm) -> Telling:
    return Telling("Alarm", row.get_kind_display() if row.domain_name else str(row), f"“{row.note}”")


EVENTS = [  # apps that nobody imports add theirs at the start
    Events("switch", "Switches", SwitchEvent, "at", "actor_name", entry.SWITCHED, _switch),
    Events("refusal", "Refused switches", SwitchRefusal, "at", "actor_name", entry.REFUSED, _refusal),
    Events("schedule", "Scheduled switches", ScheduledSwitch, "created_at", "actor_name", entry.SCHEDULED, _schedule),
    Events("pause", "Pauses", Pause, "started_at", "actor_name", entry.PAUSED, _pause),
    Events("pause", "Pauses", Pause, "ended_at", "ended_by", entry.RESUMED, _resumption, "end_request_id"),
    Events("hold", "Cleared holds", Hold, "cleared_at", "cleared_by", entry.CLEARED, _clearance),
    Events("alarm", "Alarms", Alarm, "acknowledged_at", "acknowledged_by", entry.ACKNOWLEDGED, _acknowledgement),
]
