"""python -m bench.crowd SERVERS KIND PORT: fill the database of DATABASE_URL with domains of two servers each.

Server i is target i of engine.py, so that each has an address of its own.
"""

import sys

import django

django.setup()

from appservers.models import ApplicationServer, Domain, Role  # noqa: E402  after the apps are loaded
from bench.engine import target  # noqa: E402
from failover.observation import Kind  # noqa: E402

AT_ONCE = 1000


def main(servers: int, kind: Kind, port: int) -> None:
    domains = Domain.objects.bulk_create(
        [Domain(name=f"Site {number}", slug=f"site-{number}", probe_kind=kind) for number in range(servers // 2)],
        batch_size=AT_ONCE,
    )
    ApplicationServer.objects.bulk_create(
        [
            ApplicationServer(
                domain=domain,
                role=role,
                server_fqdn=target(2 * number + place, kind, hole_every=0, port=port).host,
                server_port=port,
            )
            for number, domain in enumerate(domains)
            for place, role in enumerate(Role)
        ],
        batch_size=AT_ONCE,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Kind(sys.argv[2]), int(sys.argv[3]))
