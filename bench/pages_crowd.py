"""Fills the database of DATABASE_URL with domains as a console of 10,000 sees them: most healthy, a few not."""

from datetime import datetime, timedelta

from django.utils import timezone

from appservers.models import ApplicationServer, Domain, Role
from failover.decision import Code, State
from failover.health import Status
from failover.models import Pause, ServerHealth, Standing
from failover.observation import Reason
from failover.testing import MonitorFactory

AT_ONCE = 1000
AMISS = {  # of every thousand domains, the one with this number
    0: (State.HELD, Code.STANDBY_DOWN),
    1: (State.EXPOSED, Code.NO_STANDBY),
    2: (State.COUNTING_DOWN, Code.INTERVAL_RUNNING),
    3: (State.CONFIRMING, Code.OUTAGE_SUSPECTED),
    4: (State.STEADY, Code.STANDBY_DOWN),
}


def crowd(number: int) -> None:
    """That many domains of two servers each, and a monitor that leads."""
    domains = Domain.objects.bulk_create(
        [
            Domain(
                name=f"Site {place:05}",
                slug=f"site-{place}",
                emergency=place % 500 == 7,
                outsource=False,
                probe_kind="giop" if place % 3 == 0 else "tcp",
            )
            for place in range(number)
        ],
        batch_size=AT_ONCE,
    )
    servers = ApplicationServer.objects.bulk_create(
        [
            ApplicationServer(domain=domain, role=role, server_fqdn=f"{domain.slug}-{role}.corp.example")
            for domain in domains
            for role in Role
        ],
        batch_size=AT_ONCE,
    )
    since = timezone.now() - timedelta(days=1)
    ServerHealth.objects.bulk_create(
        [
            ServerHealth(
                server=server, status=_status(place), since=since, checked_at=since, reason=Reason.OK, latency=1.5
            )
            for place, server in enumerate(servers)
        ],
        batch_size=AT_ONCE,
    )
    Standing.objects.bulk_create(
        [_standing(domain, place % 1000, since) for place, domain in enumerate(domains)], batch_size=AT_ONCE
    )
    Pause.objects.bulk_create(
        [
            Pause(domain=domain, domain_name=domain.name, reason="Patching", actor_name="anna", started_at=since)
            for domain in domains[5::400]
        ]
    )
    MonitorFactory.create()


def _status(server: int) -> Status:
    return Status.DOWN if server // 2 % 1000 < len(AMISS) and server % 2 == 0 else Status.UP


def _standing(domain: Domain, place: int, since: datetime) -> Standing:
    state, code = AMISS.get(place, (State.STEADY, Code.ALL_UP))
    sentence = "Both servers are up." if state is State.STEADY else "The active server is out, and so is the other."
    return Standing(domain=domain, state=state, code=code, sentence=sentence, since=since)
