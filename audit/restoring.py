"""An earlier version of what people configure, and the way back to it.

Nothing is written past the services: what they refuse now is refused, whatever was allowed then.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import Q, QuerySet
from django.utils.text import capfirst

from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import servers_by_role
from appservers.services import save_domain
from appservers.store import GENERAL_FIELDS, SERVER_FIELDS
from audit.entry import Change
from audit.histories import RESTORABLE, History, history_of
from audit.names import Names
from common import distinct
from failover.models import Subscriber
from failover.subscribers import save_subscriber

TOGETHER = timedelta(seconds=1)  # what a script wrote at once, where no request ties it together
# Is declared and ended by somebody who means it, not as what comes with an old version: by kind, the fields.
MEANT = {"domain": ("emergency",), "versionpolicy": ("break_glass_until", "break_glass_reason", "break_glass_by")}
SERVER_LABELS = {
    field.name: str(field.verbose_name) for field in ApplicationServer._meta.fields if field.name in SERVER_FIELDS
}

Servers = dict[Role, ApplicationServer | None]


@dataclass(frozen=True, slots=True)
class Version:
    """What something was like once; `row` is what it is now, None when it is deleted."""

    history: History
    record: Any
    row: Any
    subject: str
    domain: str  # the name of the one that it belongs to, where it does not bear that name itself
    changes: list[Change]

    @property
    def noun(self) -> str:
        return str(self.history.tracked._meta.verbose_name)

    @property
    def permission(self) -> str:
        """What it takes to restore it."""
        meta = self.history.tracked._meta
        return f"{meta.app_label}.{get_permission_codename('change' if self.row else 'add', meta)}"

    @property
    def seen(self) -> int:
        """The number of the latest change of what there is now; 0 when there is nothing."""
        if self.row is None:
            return 0
        return self.row.revision if isinstance(self.row, Domain) else distinct.revision(self.row)


def version(kind: str, key: int) -> Version | None:
    """The version that this record of history tells of."""
    history = history_of(kind) if kind in RESTORABLE else None
    if history is None:
        return None
    record = history.records._default_manager.filter(pk=key).exclude(history_type="-").first()
    if record is None:
        return None
    row = history.tracked._default_manager.filter(pk=record.id).first()
    names, meant = Names(), {_label(history, name) for name in MEANT.get(kind, ())}
    changes = [change for change in history.differences(row, record, names) if change.label not in meant]
    changes += history.list_differences(row and row.history.latest(), record)
    if history.tracked is Domain:
        changes += _server_changes(row, _servers_then(record))
    subject, domain = history.subject(record, names), history.domain_of(record, names)
    return Version(history, record, row, subject, domain if domain != subject else "", changes)


def restore(
    then: Version, seen: int, acknowledged: Collection[str] = (), actor: Any = None, *, meant: bool = False
) -> str:
    """Write that version anew, as a change of its own; returns its name.

    `seen` is what the person saw as the present, `acknowledged` what they were told about it before, `meant` that they
    know what a domain does then at once. Raises what the services raise when they refuse; nothing was written.
    """
    if bool(seen) is not bool(then.row):
        raise distinct.Refused("It was deleted, or created anew, in the meantime. Below is how it is now.")
    if then.history.tracked is Domain:
        return str(_restore_domain(then, seen, meant=meant))
    _check_related(then)
    row = then.record.instance
    row.pk = then.row.pk if then.row else None
    row._state.adding = then.row is None
    known = seen if then.row else None
    if then.history.tracked is Subscriber:
        return str(save_subscriber(subscriber=row, domains=_domains_then(then.record), seen=known))
    return str(distinct.write(row, seen=known, acknowledged=acknowledged, actor=actor))


def _label(history: History, name: str) -> str:
    return str(capfirst(history.tracked._meta.get_field(name).verbose_name))


def _domains_then(record: Any) -> QuerySet[Domain]:
    """Those of the subscriber's chosen domains that still exist."""
    found = Domain.objects.filter(pk__in=record.domains.values("domain"))
    if not record.all_domains and not found.exists():
        raise distinct.Gone("The domains that were chosen then are deleted, so it would be told nothing.")
    return found


def _check_related(then: Version) -> None:
    """Raises Gone when what it belonged to is deleted."""
    for field in then.history.tracked._meta.fields:
        related = field.related_model
        if related and not related._default_manager.filter(pk=getattr(then.record, field.attname)).exists():
            raise distinct.Gone(f"Its {field.verbose_name.lower()} was deleted, so it cannot come back.")


def _restore_domain(then: Version, seen: int, *, meant: bool) -> Domain:
    domain: Domain = then.row or Domain()
    for name in set(GENERAL_FIELDS) - {"emergency"}:
        setattr(domain, name, getattr(then.record, name))
    servers = _servers_then(then.record)
    primary = servers[Role.PRIMARY]
    if primary is None:
        raise distinct.Gone("What its servers were then is not recorded.")
    return save_domain(
        domain=domain,
        primary=primary,
        secondary=servers[Role.SECONDARY],
        seen_revision=seen if then.row else None,
        meant=meant,
    )


def _servers_then(record: Any) -> Servers:
    """The servers that belonged to that version: written before it, or together with it."""
    together = Q(history_date__lte=record.history_date)
    if record.history_change_reason:
        together |= Q(history_change_reason=record.history_change_reason)
    else:
        together |= Q(history_change_reason=None, history_date__lte=record.history_date + TOGETHER)
    kept = ApplicationServer.history.filter(together, domain_id=record.id)
    return {role: _server(kept.filter(role=role).order_by("-history_date", "-history_id").first()) for role in Role}


def _server(record: Any) -> ApplicationServer | None:
    if record is None or record.history_type == "-":
        return None
    return ApplicationServer(**{name: getattr(record, name) for name in SERVER_FIELDS})


def _server_changes(row: Domain | None, then: Servers) -> Iterator[Change]:
    now = servers_by_role(row) if row else {}
    for role, server in then.items():
        for name in SERVER_FIELDS:
            label = f"{role.label}, {SERVER_LABELS[name]}"
            was, becomes = (str(getattr(state, name, "") or "") for state in (now.get(role), server))
            if was != becomes:
                yield Change(label, was, becomes)
