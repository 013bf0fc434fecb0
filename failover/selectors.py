"""The reads: what to watch, how servers and domains stand, what happened."""

from datetime import datetime, timedelta

from appservers.models import ApplicationServer, Domain, Role
from failover.board import WatchedDomain, WatchedServer
from failover.conf import HEARTBEAT_LOST
from failover.health import Status
from failover.models import Monitor, ServerHealth
from failover.observation import Kind


def watched_domains(pk: int | None = None) -> list[WatchedDomain]:
    """Every domain, or the one asked for, as the monitor needs it; a domain without an active server is left out.

    One statement, so that a domain and its servers are of the same moment: a new kind of check beside the servers'
    old configuration would let the results of the one count for the other.
    """
    servers = ApplicationServer.objects.exclude(domain__active_role="").order_by()
    if pk is not None:
        servers = servers.filter(domain=pk)
    watched: dict[int, WatchedDomain] = {}
    rows = servers.values_list(
        *("domain", "domain__name", "domain__active_role", "domain__epoch", "domain__auto_failover_interval"),
        *("domain__probe_kind", "domain__object_key"),
        *("pk", "role", "configuration", "server_fqdn", "server_port"),
    )
    for domain, name, active, epoch, interval, kind, key, server, role, configuration, host, port in rows:
        if domain not in watched:
            watched[domain] = WatchedDomain(
                domain, name, Role(active), epoch, interval.total_seconds(), Kind(kind), key.encode(), {}
            )
        watched[domain].servers[Role(role)] = WatchedServer(server, Role(role), configuration, host, port)
    return [domain for domain in watched.values() if domain.active in domain.servers]


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
