"""python -m bench.patients INTERVAL PORT OWN...: domains whose primary is a naming service on a port of its own.

INTERVAL is the Auto-Failover Interval in seconds, PORT that of the secondaries; one domain for each OWN port.
"""

import sys
from datetime import timedelta

import django

django.setup()

from appservers.models import ApplicationServer, Domain, ProbeKind, Role  # noqa: E402  after the apps are loaded


def main(interval: float, port: int, own: list[int]) -> None:
    for number in own:
        domain = Domain.objects.create(
            name=f"Patient {number}",
            slug=f"patient-{number}",
            probe_kind=ProbeKind.GIOP,
            auto_failover_interval=timedelta(seconds=interval),
        )
        for role, where in ((Role.PRIMARY, number), (Role.SECONDARY, port)):
            ApplicationServer.objects.create(domain=domain, role=role, server_fqdn="127.0.0.1", server_port=where)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), [int(word) for word in sys.argv[3:]])
