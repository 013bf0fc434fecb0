"""What load balancers and Prometheus ask: whether the console answers, and whether anybody decides."""

from collections.abc import Iterator

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from api.auth import reports
from api.problems import Problem
from common.errors import RETRY_AFTER
from failover.signs import Signs, deciding, signs

KIND = "text/plain; version=0.0.4; charset=utf-8"
FRESH = {"Cache-Control": "no-store"}


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Open to everybody: 503 while the database is away, for then nobody decides and no page answers."""
    try:
        decides = deciding(timezone.now())
    except (OperationalError, InterfaceError):
        told = {"status": "down", "database": "away", "deciding": False}
        return JsonResponse(told, status=503, headers={"Retry-After": str(RETRY_AFTER), **FRESH})
    # Without a monitor the console is needed more than ever: it stays in the load balancer.
    told = {"status": "ok" if decides else "degraded", "database": "ok", "deciding": decides}
    return JsonResponse(told, headers=FRESH)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, with a token of the scope `reports`; that the database is away is told without one."""
    try:
        reports(request)
        lines = list(_lines(signs(timezone.now())))
    except Problem as problem:
        return problem.response()
    except (OperationalError, InterfaceError):
        lines = [*_gauge("database_up", "Whether the database answers.", 0), *_gauge("deciding", DECIDING, 0)]
    return HttpResponse("\n".join([*lines, ""]), content_type=KIND, headers=FRESH)


DECIDING = "Whether a monitor leads and gave a sign of life just now; nothing switches by itself otherwise."


def _lines(found: Signs) -> Iterator[str]:
    yield from _gauge("database_up", "Whether the database answers.", 1)
    yield from _gauge("deciding", DECIDING, int(found.deciding))
    yield from _gauge("monitors", "Monitors that gave a sign of life just now.", found.monitors)
    yield from _gauge("check_lateness_seconds", "How late the latest checks of any monitor began.", found.lateness)
    yield from _gauge("paused_domains", "Domains whose automatic switching is paused.", found.paused)
    yield from _gauge("waiting_holds", "Holds that wait for somebody's word.", found.waiting)
    yield from _family("domains", "gauge", "Domains by where they stand.", "state", found.states)
    yield from _family("switches_total", "counter", "Switches that were made, by cause.", "cause", found.switches)


def _gauge(name: str, what: str, value: float) -> Iterator[str]:
    yield from _head(name, "gauge", what)
    yield f"contact_expert_{name} {value:g}"


def _family(name: str, kind: str, what: str, label: str, values: dict[str, int]) -> Iterator[str]:
    yield from _head(name, kind, what)
    for word, value in sorted(values.items()):
        yield f'contact_expert_{name}{{{label}="{word}"}} {value}'


def _head(name: str, kind: str, what: str) -> Iterator[str]:
    yield f"# HELP contact_expert_{name} {what}"
    yield f"# TYPE contact_expert_{name} {kind}"
