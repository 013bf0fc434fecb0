"""The panel of the High Availability page that shows how the servers were."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import View

from appservers.models import Domain
from common.live import answer_poll
from failover import charts
from failover.months import months
from failover.past import PERIODS, past
from failover.selectors import leading_monitor

PART = "failover/past.html"
MONTHS = 12  # that are shown at once


class PastPart(PermissionRequiredMixin, View):
    """The panel, which asks for itself once a minute."""

    permission_required = "appservers.view_domain"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        domain = get_object_or_404(Domain, slug=slug)
        return answer_poll(request, PART, past_context(domain, request.GET.get("period", "")))


def past_context(domain: Domain, word: str) -> dict[str, Any]:
    """What the panel shows of a period; a word that is none means the shortest."""
    period = next((period for period in PERIODS if period.word == word), PERIODS[0])
    now = timezone.now()
    end, monitor = now.replace(second=0, microsecond=0), leading_monitor(now)
    servers = past(
        domain,
        start=end - period.span,
        end=end,
        point=period.point,
        row=period.row,
        monitor=monitor,
    )
    scale = charts.scale_of(servers)
    by_month = months(domain, now=end, monitor=monitor)
    return {
        "domain": domain,
        "periods": PERIODS,
        "period": period,
        "recorded": any(server.recorded for server in servers),
        "lanes": charts.lanes(servers, scale),
        "legend": charts.legend(),
        "labels": scale.labels if scale else [],
        "lines": scale.lines if scale else [],
        "size": charts.SIZE,
        "roles": [server.role for server in servers],
        "months": by_month[:MONTHS],
        "earlier": by_month[MONTHS:],
    }
