"""The monitors: who watches, who leads, and what to do when nobody does."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView, View

from common.live import answer_poll, render_part
from common.status import Tone
from failover.roster import Roster, roster
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
    everybody, monitor = roster(now), leading_monitor(now)
    says, tone = _worst(everybody, watched=monitor is not None)
    return {"roster": everybody, "monitor": monitor, "ahead": monitor_ahead(now), "says": says, "tone": tone}


def _worst(everybody: Roster, *, watched: bool) -> tuple[str, Tone]:
    """What the window's title says of them, and how loud it is."""
    if not watched:
        return "nobody watches", Tone.BAD
    tones = [row.look.tone for row in everybody.rows if row.needs_attention]
    says = f"{len(tones)} need{'s' * (len(tones) == 1)} attention" if tones else "all is well"
    return says, Tone.BAD if Tone.BAD in tones else Tone.WARN if tones else Tone.OK
