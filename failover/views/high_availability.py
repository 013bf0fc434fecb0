"""The High Availability page of one domain."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import TemplateView, View

from appservers.models import Domain
from common.live import answer_poll, render_part
from failover.overview import found, row
from failover.selectors import leading_monitor
from failover.timeline import timeline

PART = "failover/high_availability_part.html"


class HighAvailability(PermissionRequiredMixin, TemplateView):
    """Both servers, where the domain stands, what happened."""

    permission_required = "appservers.view_domain"
    template_name = "failover/high_availability.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = part_context(kwargs["slug"])
        return super().get_context_data(
            domain=context["domain"], part=render_part(self.request, PART, context), **kwargs
        )


class HighAvailabilityPart(PermissionRequiredMixin, View):
    """The part that refreshes itself."""

    permission_required = "appservers.view_domain"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return answer_poll(request, PART, part_context(slug))


def part_context(slug: str) -> dict[str, Any]:
    """What the page shows of a domain."""
    domain: Domain = get_object_or_404(found(), slug=slug)
    monitor = leading_monitor(timezone.now())
    return {
        "domain": domain,
        "row": row(domain, watched=monitor is not None),
        "monitor": monitor,
        "entries": timeline(domain),
        "interval": domain.auto_failover_interval.total_seconds(),
    }
