"""python -m bench.pages_timed DOMAINS TIMES: measures the list in the database of DATABASE_URL, which it fills.

One line for each page: its name, median, p95 and least in ms, median CPU in ms, queries, bytes, bytes compressed and
status, as JSON.
"""

import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable

import django

django.setup()

from django.db import connection  # noqa: E402  after the apps are loaded
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from access.testing import user_with_role  # noqa: E402
from bench.pages_crowd import crowd  # noqa: E402
from failover.models import Monitor  # noqa: E402
from failover.views.drawnrows import KEPT  # noqa: E402

COLD = "page 1, nothing drawn"
LIST = "/infrastructure/application-servers/"
UNMEASURED = 5


def main(domains: int, times: int) -> None:
    crowd(domains)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(user_with_role("Administrators", "administrator"))
    breathe()
    poll = client.get(LIST).content.decode().split('hx-get="')[1].split('"')[0]
    pages = {
        "list, page 1": LIST,
        COLD: LIST,
        "list, last page": f"{LIST}?page={domains // 50}",
        "search": f"{LIST}rows/?q=site+{domains - 1:05}",
        "search, whole page": f"{LIST}?q=site+{domains - 1:05}",
        "refresh, unchanged": poll.replace("&amp;", "&"),
        "refresh, changed": f"{LIST}rows/?seen=other",
        "sorted by last switch": f"{LIST}?sort=-switched",
        "paused": f"{LIST}?paused=yes",
        "admin changelist": "/admin/appservers/domain/",
        "admin search": f"/admin/appservers/domain/?q=site+{domains - 1:05}",
    }
    for name, address in pages.items():
        print(
            json.dumps([name, *measured(client, address, times, KEPT.clear if name == COLD else breathe)]), flush=True
        )


def breathe() -> None:
    """The monitor's sign of life."""
    Monitor.objects.update(heartbeat_at=timezone.now())


def measured(
    client: Client, address: str, times: int, before_each: Callable[[], object]
) -> tuple[float, float, float, float, int, int, int, int]:
    """What one page costs."""
    breathe()
    spent, worked = [], []
    for number in range(UNMEASURED + times):
        before_each()
        began, before = time.perf_counter(), time.process_time()
        response = client.get(address)
        if number >= UNMEASURED:
            spent.append(1000 * (time.perf_counter() - began))
            worked.append(1000 * (time.process_time() - before))
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    spent.sort()
    times_spent = statistics.median(spent), spent[int(0.95 * (len(spent) - 1))], spent[0], statistics.median(worked)
    size = len(response.content)
    compressed = len(gzip.compress(response.content, 6)) if size else 0
    return *times_spent, len(queries), size, compressed, response.status_code


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
