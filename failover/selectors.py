"""The reads: what to watch, how servers and domains stand, what happened."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Max, Q, QuerySet

from appservers.fields import fold
from appservers.models import ApplicationServer, Domain, Role
from appservers.selectors import find_domain
from common.prepared import Prepared
from failover import decision
from failover.board import NO_ORDERS, Orders, WatchedDomain, WatchedServer
from failover.conf import HEARTBEAT_LOST
from failover.health import Status
from failover.models import (
    Cause,
    Finding,
    Hold,
    HoldKind,
    Monitor,
    NameTrouble,
    Pause,
    ScheduledSwitch,
    ServerHealth,
    SwitchEvent,
    SwitchRefusal,
)
from failover.observation import Kind
from failover.peers import Finding as Found
from failover.peers import Publication

LOST = timedelta(seconds=HEARTBEAT_LOST)
DOMAIN = (
    "domain",
    "domain__name",
    "domain__active_role",
    "domain__epoch",
    "domain__auto_failover_interval",
    "domain__probe_kind",
    "domain__object_key",
    "domain__automatic_failover",
    "domain__automatic_turned_at",
)
SERVER = ("pk", "role", "configuration", "server_fqdn", "server_port")
FLAPS = 3

Kept = TypeVar("Kept", SwitchEvent, SwitchRefusal)
FLAPPING = timedelta(hours=1)


def watched_domains(pk: int | None = None) -> list[WatchedDomain]:
    """Every domain, or the one asked for, as the monitor needs it; a domain without an active server is left out.

    One statement, so that a domain and its servers are of the same moment: a new kind of check beside the servers'
    old configuration would let the results of the one count for the other.
    """
    servers = ApplicationServer.objects.exclude(domain__active_role="").order_by()
    if pk is not None:
        servers = servers.filter(domain=pk)
    watched: dict[int, WatchedDomain] = {}
    for row in servers.values_list(*DOMAIN, *SERVER):
        domain, name, active, epoch, interval, kind, key, automatic, turned, server, role, configuration, host, port = (
            row
        )
        if domain not in watched:
            watched[domain] = WatchedDomain(
                domain,
                name,
                Role(active),
                epoch,
                interval.total_seconds(),
                Kind(kind),
                key.encode(),
                automatic,
                {},
                turned,
            )
        watched[domain].servers[Role(role)] = WatchedServer(server, Role(role), configuration, host, port)
    return [domain for domain in watched.values() if domain.active in domain.servers]


def orders(pk: int | None = None) -> dict[int, Orders]:
    """What people said, or must say, about the domains, or the one asked for."""
    pauses, holds = Pause.objects.filter(ended_at=None), Hold.objects.filter(cleared_at=None)
    ever = Pause.objects.order_by().values_list("domain").annotate(latest=Max("pk"))
    if pk is not None:
        pauses, holds, ever = pauses.filter(domain=pk), holds.filter(domain=pk), ever.filter(domain=pk)
    paused = {
        domain: decision.Pause(actor, reason.rstrip("."), until)
        for domain, actor, reason, until in pauses.values_list("domain", "actor_name", "reason", "until")
        if domain is not None
    }
    held: defaultdict[int, set[str]] = defaultdict(set)
    for domain, kind in holds.values_list("domain", "kind"):
        if domain is not None:
            held[domain].add(kind)
    latest = {domain: key for domain, key in ever if domain is not None}
    return {
        domain: Orders(
            pause=paused.get(domain),
            latest=latest.get(domain, 0),
            behind=HoldKind.HISTORY_WENT_BACK in held[domain],
            flapping=HoldKind.ANTI_FLAP in held[domain],
        )
        for domain in latest.keys() | set(held)
    }


def orders_of(pk: int) -> Orders:
    """What people said, or must say, about one domain."""
    return orders(pk).get(pk, NO_ORDERS)


def publications(me: str) -> tuple[list[Publication], dict[str, list[Found]]]:
    """What the other monitors publish; a finding is of the same moment as its publication, or newer."""
    others = Monitor.objects.exclude(identity=me).filter(stopped_at=None)
    published = [Publication(*row) for row in others.values_list("identity", "seq", "revision", "ready", "uptime")]
    findings: defaultdict[str, list[Found]] = defaultdict(list)
    if published:
        rows = Finding.objects.filter(monitor__stopped_at=None).exclude(monitor__identity=me)
        for monitor, server, configuration, status, counted, counting, uptime in rows.values_list(
            "monitor__identity", "server", "configuration", "status", "counted", "counting", "uptime"
        ):
            findings[monitor].append(Found(server, configuration, Status(status), counted, counting, uptime))
    return published, findings


def overtaken(domain: int, since: datetime) -> bool:
    """Whether what was counted before does not count any more: it was switched, paused, or turned off or on since."""
    paused = Pause.objects.filter(Q(ended_at=None) | Q(ended_at__gte=since), domain=domain)
    turned = Domain.objects.filter(pk=domain, automatic_turned_at__gte=since)
    return paused.exists() or turned.exists() or SwitchEvent.objects.filter(domain=domain, at__gte=since).exists()


def flapping(domain: Domain, now: datetime) -> bool:
    """Whether the latest automatic switches that nobody acknowledged came too close together; FAILOVER.md, rule 9."""
    acknowledged = Hold.objects.filter(domain=domain, kind=HoldKind.ANTI_FLAP).exclude(cleared_at=None)
    times = [moment for moment in acknowledged.values_list("cleared_at", flat=True) if moment is not None]
    since = max([now - FLAPPING, *times])
    return SwitchEvent.objects.filter(domain=domain, cause=Cause.AUTOMATIC, at__gt=since).count() >= FLAPS


def epochs_behind() -> list[tuple[int, int]]:
    """Domains whose epoch is lower than that of an event, and that epoch. The database went back."""
    ahead = SwitchEvent.objects.filter(epoch__gt=F("domain__epoch")).order_by("epoch")
    return [(domain, epoch) for domain, epoch in dict(ahead.values_list("domain", "epoch")).items() if domain]


def due_schedules(now: datetime) -> list[ScheduledSwitch]:
    """Scheduled switches whose window is open or over."""
    return list(ScheduledSwitch.objects.filter(done_at=None, domain__isnull=False, opens_at__lte=now))


def lock_domain(pk: int, *, wait: bool = True) -> Domain | None:
    """The domain as it is now, locked until the transaction ends; None when it is gone.

    Without `wait` a domain that somebody else has locked raises OperationalError at once.
    """
    return Domain.objects.select_for_update(no_key=True, nowait=not wait).filter(pk=pk).first()


def leading_monitor(now: datetime) -> Monitor | None:
    """The monitor that leads and gave a sign of life just now; None means that nobody watches.

    A sign of life from the future proves nothing: it may be hours old by a clock that was wrong.
    """
    just_now = (now - LOST, now + LOST)
    return Monitor.objects.filter(leads=True, stopped_at=None, heartbeat_at__range=just_now).first()


def monitor_ahead(now: datetime) -> Monitor | None:
    """The monitor that claims to lead and whose clock disagrees with ours: its sign of life lies in the future."""
    return Monitor.objects.filter(leads=True, stopped_at=None, heartbeat_at__gt=now + LOST).first()


def unresolved(domain: Domain, now: datetime) -> list[NameTrouble]:
    """The names of the domain's servers that do not resolve for a live monitor, each once."""
    hosts = {server.server_fqdn for server in domain.servers.all()}
    live = NameTrouble.objects.filter(
        monitor__stopped_at=None, monitor__heartbeat_at__range=(now - LOST, now + LOST), host__in=hosts
    )
    return list({trouble.host: trouble for trouble in live.order_by("host", "-since")}.values())


def watchers(now: datetime) -> tuple[Monitor | None, Monitor | None]:
    """leading_monitor() and monitor_ahead() in one query, which an open list asks again and again."""
    fields, query = _leaders()
    leaders = [Monitor.from_db(DEFAULT_DB_ALIAS, fields, row) for row in query.rows({})]
    return (
        next((monitor for monitor in leaders if now - LOST <= monitor.heartbeat_at <= now + LOST), None),
        next((monitor for monitor in leaders if monitor.heartbeat_at > now + LOST), None),
    )


@cache
def _leaders() -> tuple[list[str], Prepared]:
    fields = [field.attname for field in Monitor._meta.concrete_fields]
    return fields, Prepared(Monitor.objects.filter(leads=True, stopped_at=None).values_list(*fields))


def switches_since(domain: Domain, epoch: int) -> list[SwitchEvent]:
    """Who switched the domain after that epoch, latest first."""
    return list(SwitchEvent.objects.filter(domain=domain, epoch__gt=epoch)[:5])


def trusted_status(server: ApplicationServer, now: datetime) -> Status:
    """The status of a server if a live monitor vouches for it as it is configured now, unknown otherwise."""
    if leading_monitor(now) is None:
        return Status.UNKNOWN
    health = ServerHealth.objects.filter(server=server, configuration=server.configuration).first()
    return Status(health.status) if health else Status.UNKNOWN


def switches_under(word: str) -> QuerySet[SwitchEvent]:
    """The switches of the domain with this name (any case) or slug, and those kept of deleted domains of that name."""
    return _under(word, SwitchEvent.objects.all())


def refusals_under(word: str | None) -> QuerySet[SwitchRefusal]:
    """The same of refusals; all of them without a word."""
    return SwitchRefusal.objects.all() if word is None else _under(word, SwitchRefusal.objects.all())


def _under(word: str, kept: QuerySet[Kept]) -> QuerySet[Kept]:
    domain = find_domain(word)
    wanted = fold(domain.name if domain else word)
    gone = kept.filter(domain=None).order_by().values_list("domain_name", flat=True).distinct()
    of_it = Q(domain=None, domain_name__in=[name for name in gone if fold(name) == wanted])
    return kept.filter(of_it | Q(domain=domain) if domain else of_it)
