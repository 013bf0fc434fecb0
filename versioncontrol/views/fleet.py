"""Who runs what: the fleet of a domain, as a page and as CSV."""

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView, View

from common.crud import number
from common.sheets import download, sheet
from versioncontrol import overview, selectors
from versioncontrol.overview import FleetLine
from versioncontrol.views.policies import OfDomain

SPANS = (1, 7, 14, 30, 90)
SHOWN = 300  # versions of a component; a flood of made-up ones makes no endless page
COLUMNS = (
    "component",
    "version",
    "agents",
    "share_percent",
    "inside",
    "outside",
    "decision",
    "reason",
    "stranded",
    "first_seen",
    "last_seen",
)


class FleetPart(OfDomain):
    """The lines of the span that the address names."""

    permission_required = ("versioncontrol.view_versionrule", "versioncontrol.view_sighting")
    request: HttpRequest

    @property
    def days(self) -> int:
        days = number(self.request.GET.get("days")) or 14
        return days if days in SPANS else 14

    def lines(self) -> list[FleetLine]:
        now = timezone.now()
        return overview.fleet_lines(self.domain, now - timedelta(days=self.days), now)


class Fleet(FleetPart, TemplateView):
    """The page."""

    template_name = "versioncontrol/fleet.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        lines = self.lines()
        full = selectors.full(self.domain)
        grouped = [(component, list(some)) for component, some in groupby(lines, key=lambda line: line.component)]
        return super().get_context_data(
            domain=self.domain,
            days=self.days,
            spans=SPANS,
            components=[
                (
                    component,
                    some[:SHOWN],
                    sum(line.agents for line in some),
                    len(some),
                    len(some[SHOWN:]),
                    component.pk in full,
                )
                for component, some in grouped
            ],
            **context,
        )


class FleetSheet(FleetPart, View):
    """The same for a spreadsheet."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = sheet(COLUMNS, (_cells(line) for line in self.lines()))
        return download(text, f"fleet-{self.domain.slug}.csv")


def _cells(line: FleetLine) -> list[object]:
    return [
        line.component.name,
        line.version,
        line.agents,
        round(line.share, 1),
        line.inside,
        line.outside,
        line.verdict.decision.value,
        line.verdict.reason.value,
        "yes" if line.stranded else "no",
        line.first_seen,
        line.last_seen,
    ]
