"""The overview, and the wallboard: the whole installation on one page that refreshes itself."""

from typing import Any

from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView, View

from common.live import answer_poll, render_part
from failover import looks
from failover.glance import glance

PROLONGED = "prolonged"  # in the session of a wallboard: the day on which it was


class Home(PermissionRequiredMixin, TemplateView):
    """The overview."""

    permission_required = "appservers.view_domain"
    template_name = "failover/home.html"
    part = "failover/home_part.html"
    most = 25

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown = {"glance": glance(timezone.now(), self.most)}
        return super().get_context_data(part=render_part(self.request, self.part, shown), **shown, **context)


class HomePart(PermissionRequiredMixin, View):
    """What of it refreshes itself."""

    permission_required = "appservers.view_domain"
    page: type[Home] = Home

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer_poll(request, self.page.part, {"glance": glance(timezone.now(), self.page.most)})


class States(PermissionRequiredMixin, TemplateView):
    """What each state of a domain means, for whoever meets one first."""

    permission_required = "appservers.view_domain"
    template_name = "failover/states.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(looks=looks.OF_DOMAINS, **context)


class Wallboard(Home):
    """The same for a screen on the wall."""

    template_name = "failover/wallboard.html"
    part = "failover/wallboard_part.html"
    most = 8


class WallboardPart(HomePart):
    """What of it refreshes itself: all of it."""

    page = Wallboard

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.now().date().isoformat()
        if request.session.get(PROLONGED) != today:
            request.session[PROLONGED] = today  # what is written lasts its full time again: nobody signs in at a wall
        return super().get(request)
