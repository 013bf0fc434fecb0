"""The monitors: who watches, who leads, and what to do when nobody does."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView, View

from common.live import answer_poll, render_part
from failover.roster import roster
from failover.selectors import leading_monitor, monitor_ahead

PART = "failover/monitors_part.html"


class Monitors(PermissionRequiredMixin, TemplateView):
    """The page."""

    permission_required = "failover.view_monitor"
    template_name = "failover/monitors.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(part=render_part(self.request, PART, part_context()), **context)


class MonitorsPart(PermissionRequiredMixin, View):
    """The part that refreshes itself."""

    permission_required = "failover.view_monitor"

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer_poll(request, PART, part_context())


def part_context() -> dict[str, Any]:
    """What the page shows."""
    now = timezone.now()
    return {"roster": roster(now), "monitor": leading_monitor(now), "ahead": monitor_ahead(now)}
