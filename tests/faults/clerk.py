"""python -m tests.faults.clerk: somebody at the console of the database in DATABASE_URL; obeys lines, says `done`."""

import sys
from collections.abc import Callable
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402  not before django.setup()

from appservers.models import ApplicationServer, Domain, Role  # noqa: E402
from appservers.services import delete_domain, save_domain  # noqa: E402
from appservers.testing import pair  # noqa: E402
from failover.clock import SystemClock  # noqa: E402
from failover.models import Subscriber  # noqa: E402
from failover.scheduling import schedule  # noqa: E402
from failover.subscribers import save_subscriber  # noqa: E402
from failover.switch import switch_by_hand  # noqa: E402

CLOCK = SystemClock()


def look() -> None:
    Domain.objects.count()


def create(primary: str, secondary: str) -> None:
    domain = pair(name="Trial", slug="trial", probe_kind="giop", auto_failover_interval=timedelta(seconds=2))
    for role, address in ((Role.PRIMARY, primary), (Role.SECONDARY, secondary)):
        ApplicationServer.objects.filter(domain=domain, role=role).update(server_fqdn=address)


def save(domain: Domain, address: str = "") -> None:
    servers = {server.role: server for server in domain.servers.all()}
    primary = servers[Role.PRIMARY.value]
    primary.server_fqdn = address or primary.server_fqdn
    save_domain(domain=domain, primary=primary, secondary=servers[Role.SECONDARY.value], meant=True)


def point(address: str) -> None:
    save(Domain.objects.get(), address)


def rename() -> None:
    domain = Domain.objects.get()
    domain.name += " renamed"
    save(domain)


def turn() -> None:
    for on in (False, True):
        domain = Domain.objects.get()
        domain.automatic_failover = on
        save(domain)


def delete() -> None:
    domain = Domain.objects.get()
    delete_domain(domain=domain, typed_name=domain.name)


def bulk() -> None:
    """As an import does it: everything is locked, changed and added to in one transaction."""
    with transaction.atomic():
        for domain in Domain.objects.select_for_update().order_by("pk"):
            domain.unique_anonymous = not domain.unique_anonymous
            save(domain)
        for number in range(50):
            primary = ApplicationServer(server_fqdn=f"192.0.2.{number + 1}", server_port=9999)
            save_domain(domain=Domain(name=f"Imported {number}"), primary=primary, secondary=None, meant=True)


def subscribe(address: str) -> None:
    desk = Subscriber.objects.get()
    desk.address = address
    save_subscriber(subscriber=desk, domains=[])


def plan(role: str) -> None:
    now = CLOCK.now()
    schedule(
        domain=Domain.objects.get(), to_role=Role(role), opens_at=now, closes_at=now + timedelta(hours=1),
        reason="a fault", actor_name="the harness", clock=CLOCK,
    )  # fmt: skip


def switch(role: str) -> None:
    domain = Domain.objects.get()
    switch_by_hand(
        domain=domain, to_role=Role(role), seen_epoch=domain.epoch, actor_name="the harness", reason="a fault",
        clock=CLOCK, force=True,
    )  # fmt: skip


ORDERS: dict[str, Callable[..., None]] = {
    one.__name__: one for one in (look, create, point, rename, turn, delete, bulk, subscribe, plan, switch)
}


def main() -> None:
    for line in sys.stdin:
        word, *values = line.split()
        ORDERS[word](*values)
        print("done", flush=True)


if __name__ == "__main__":
    main()
