"""The page of alarms, and the one on which somebody acknowledges them."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import FormView, TemplateView, View

from alarms.certificates import look_now
from alarms.forms import Acknowledgement, Filters
from alarms.kinds import HINTS
from alarms.models import Alarm
from alarms.selectors import active, count_anew, nobody_leads, over, tally
from alarms.services import acknowledge
from alarms.webnames import endpoints
from appservers.models import Domain
from appservers.views.gone import to_the_list
from common.limits import permits_another
from common.live import answer_poll, render_part
from common.typed import repeated

PER_PAGE = 50
AT_MOST, WITHIN = 10, timedelta(minutes=1)
SHOWN = 5  # alarms that the page of acknowledging names
PART = "alarms/list_part.html"


class Alarms(PermissionRequiredMixin, TemplateView):
    """What is amiss, or was."""

    permission_required = "alarms.view_alarm"
    template_name = "alarms/list.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        shown = part_context(self.request)
        return super().get_context_data(part=render_part(self.request, PART, shown), **shown, **context)


class AlarmsPart(PermissionRequiredMixin, View):
    """The part that refreshes itself."""

    permission_required = "alarms.view_alarm"

    def get(self, request: HttpRequest) -> HttpResponse:
        return answer_poll(request, PART, part_context(request))


class Acknowledging(PermissionRequiredMixin, FormView[Acknowledgement]):
    """One alarm, or all that the filters of the address choose."""

    permission_required = "alarms.acknowledge_alarm"
    template_name = "alarms/acknowledge.html"
    form_class = Acknowledgement

    def get_initial(self) -> dict[str, Any]:
        return {"newest": Alarm.objects.aggregate(newest=Max("pk"))["newest"] or 0}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        fresh = active().filter(Filters(self.request.GET).condition(), acknowledged_at=None)
        total = fresh.count()
        more = max(0, total - SHOWN)
        kinds = set(fresh.order_by().values_list("kind", flat=True).distinct())
        remains = [hint.remains for kind, hint in HINTS.items() if kind in kinds and hint.remains]
        shown = {"alarms": list(fresh[:SHOWN]), "more": more, "total": total, "remains": remains}
        return super().get_context_data(**shown, **context)

    def form_valid(self, form: Acknowledgement) -> HttpResponse:
        chosen = Filters(self.request.GET).condition() & Q(pk__lte=form.cleaned_data["newest"])
        who, note = self.request.user.get_username(), form.cleaned_data["note"]
        count = acknowledge(chosen=chosen, actor=who, note=note, now=timezone.now())
        count_anew()
        if count:
            messages.success(self.request, f"{count} alarm{'s' * (count != 1)} acknowledged.")
        else:
            nothing = "Nothing was left to acknowledge: it is over, or somebody was faster."
            messages.warning(self.request, f"{nothing}{repeated(self.request, Acknowledgement)}")
        return redirect("alarms:list")


class LookNow(PermissionRequiredMixin, View):
    """Looks at the certificates of a domain's web FQDNs now, such as after one was renewed."""

    permission_required = "alarms.acknowledge_alarm"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        domain = Domain.objects.filter(slug=slug).first()
        if domain is None:
            return to_the_list(request, slug)
        if permits_another(request.session, "certificate_looks", timezone.now(), at_most=AT_MOST, within=WITHIN):
            seen = look_now(list(endpoints(domain)), timezone.now())
            shown = sum(one.expires_at is not None for one in seen)
            tell = messages.success if shown == len(seen) else messages.warning
            tell(request, f"{shown} of {len(seen)} addresses showed a certificate. Alarms follow within a minute.")
        else:
            messages.warning(request, f"That was {AT_MOST} looks within a minute. Wait a little, then look again.")
        return redirect(f"{reverse('appservers:detail', args=[slug])}#certificates")


def part_context(request: HttpRequest) -> dict[str, Any]:
    """One page of alarms, as the address asks."""
    filters = Filters(request.GET)
    found = (over() if filters.over else active()).filter(filters.condition())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    for name in ("page", "seen"):
        query.pop(name, None)
    alarms: list[Alarm] = list(page)
    absent = nobody_leads(timezone.now())
    counted = tally(absent)
    return {
        "filters": filters,
        "page": page,
        "alarms": alarms,
        "absent": None if filters.over else absent,
        "query": query.urlencode(),
        "tally": counted,
        "fresh": counted.waiting - (absent is not None),
    }
