"""The reads: what to watch, how servers and domains stand, what happened."""

from datetime import datetime, timedelta

from appservers.models import ApplicationServer, Domain, Role
from failover.board import WatchedDomain, WatchedServer
from failover.conf import HEARTBEAT_LOST
from failover.health import Status
from failover.models import Monitor, ServerHealth
from failover.observation import Kind


def watched_domains(pk: int | None = None) -> list[WatchedDomain]:
    """Every domain, or the one asked for, as the monitor needs it; a domain without an active server is left out."""
    domains = Domain.objects.exclude(active_role="").prefetch_related("servers")
    if pk is not None:
        domains = domains.filter(pk=pk)
    watched = [_watched(domain) for domain in domains]
    return [domain for domain in watched if domain.active in domain.servers]


def _watched(domain: Domain) -> WatchedDomain:
    servers = {
        Role(server.role): WatchedServer(
            server.pk, Role(server.role), server.configuration, server.server_fqdn, server.server_port
        )
        for server in domain.servers.all()
    }
    return WatchedDomain(
        pk=domain.pk,
        name=domain.name,
        active=Role(domain.active_role),
        epoch=domain.epoch,
        interval=domain.auto_failover_interval.total_seconds(),
        kind=Kind(domain.probe_kind),
        key=domain.object_key.encode(),
        servers=servers,
    )


def lock_domain(pk: int) -> Domain | None:
    """The domain as it is now, locked until the transaction ends; None when it is gone."""
    return Domain.objects.select_for_update(no_key=True).filter(pk=pk).first()


def leading_monitor(now: datetime) -> Monitor | None:
    """The monitor that leads and gave a sign of life just now; None means that nobody watches."""
    alive = now - timedelta(seconds=HEARTBEAT_LOST)
    return Monitor.objects.filter(leads=True, stopped_at=None, heartbeat_at__gte=alive).first()


def trusted_status(server: ApplicationServer, now: datetime) -> Status:
    """The status of a server if a live monitor vouches for it, unknown otherwise."""
    if leading_monitor(now) is None:
        return Status.UNKNOWN
    health = ServerHealth.objects.filter(server=server).first()
    return Status(health.status) if health else Status.UNKNOWN
