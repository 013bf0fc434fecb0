"""python -m scripts.demo_domains JSON: write the domains of the demo, which come as JSON in one argument.

[{"name": "Szeged", "primary": 40001, "secondary": 40002 or null}, ...]; the numbers are ports.
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from appservers.models import ApplicationServer, Domain  # noqa: E402  after the apps are loaded
from appservers.services import save_domain  # noqa: E402
from scripts.installation import ADDRESS  # noqa: E402

INTERVAL = timedelta(minutes=0.1)


def main(described: list[dict[str, Any]]) -> None:
    for domain in described:
        save_domain(
            domain=Domain(name=domain["name"], auto_failover_interval=INTERVAL),
            primary=server(domain["primary"]),
            secondary=server(domain["secondary"]) if domain["secondary"] else None,
        )


def server(port: int) -> ApplicationServer:
    return ApplicationServer(server_fqdn=ADDRESS, server_port=port)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
