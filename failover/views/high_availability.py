"""The High Availability page of one domain."""

from datetime import datetime
from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView, View

from appservers.models import Domain
from appservers.views.gone import to_the_list
from common.live import answer_poll, render_part
from failover.ballots import Poll, poll
from failover.decision import Code, State
from failover.overview import DomainRow, found, row
from failover.selectors import leading_monitor, monitor_ahead, unresolved
from failover.timeline import timeline
from failover.views import past

PART = "failover/high_availability_part.html"


class HighAvailability(PermissionRequiredMixin, TemplateView):
    """Both servers, where the domain stands, what happened."""

    permission_required = "appservers.view_domain"
    template_name = "failover/high_availability.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Domain.DoesNotExist:
            return to_the_list(request, kwargs["slug"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = part_context(kwargs["slug"])
        return super().get_context_data(
            domain=context["domain"],
            part=render_part(self.request, PART, context),
            past=render_part(self.request, past.PART, past.past_context(context["domain"], self._period())),
            **kwargs,
        )

    def _period(self) -> str:
        return self.request.GET.get("period", "")


class HighAvailabilityPart(PermissionRequiredMixin, View):
    """The part that refreshes itself."""

    permission_required = "appservers.view_domain"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        try:
            return answer_poll(request, PART, part_context(slug))
        except Domain.DoesNotExist:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})  # the page then says what happened


def part_context(slug: str) -> dict[str, Any]:
    """What the page shows of a domain; raises Domain.DoesNotExist."""
    domain = found().get(slug=slug)
    now = timezone.now()
    monitor = leading_monitor(now)
    shown = row(domain, watched=monitor is not None)
    return {
        "domain": domain,
        "row": shown,
        "poll": _poll(shown, now),
        "monitor": monitor,
        "ahead": monitor_ahead(now),
        "unresolved": unresolved(domain, now),
        "entries": timeline(domain),
        "interval": domain.auto_failover_interval.total_seconds(),
    }


def _poll(shown: DomainRow, now: datetime) -> Poll | None:
    """The votes, while a switch depends on them and they say more than the one monitor's state does."""
    if shown.state not in (State.COUNTING_DOWN, State.HELD) or shown.code == Code.PAUSED:
        return None
    votes = poll(shown.domain, now)
    return votes if votes.telling or shown.code in (Code.NO_MAJORITY, Code.MASS_OUTAGE) else None
