"""The list of domains: where each stands, the failing ones first."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView, View

from common.live import answer_poll, render_part
from failover.overview import found, row
from failover.selectors import leading_monitor

PER_PAGE = 50
ROWS = "failover/list_rows.html"


class DomainList(PermissionRequiredMixin, TemplateView):
    """The page."""

    permission_required = "appservers.view_domain"
    template_name = "failover/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = rows_context(self.request)
        part = render_part(self.request, ROWS, rows)
        return super().get_context_data(part=part, search=rows["search"], total=rows["page"].paginator.count, **kwargs)


class DomainRows(PermissionRequiredMixin, View):
    """The rows, for the page that polls."""

    permission_required = "appservers.view_domain"

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer_poll(request, ROWS, rows_context(request))


def rows_context(request: HttpRequest) -> dict[str, Any]:
    """One page of rows, as the address asks."""
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    page = Paginator(found(search), PER_PAGE).get_page(request.GET.get("page"))
    monitor = leading_monitor(timezone.now())
    return {
        "rows": [row(domain, watched=monitor is not None) for domain in page],
        "page": page,
        "search": search,
        "monitor": monitor,
    }
