"""Notices: what was told to whom, what waits, and what was given up."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.generic import TemplateView, View

from failover.conf import email_is_set_up
from failover.deliveries import Filters, dead_letters, deliveries
from failover.models import Channel, Notice, Subscriber
from failover.notices import revive

PER_PAGE = 50


class Notices(PermissionRequiredMixin, TemplateView):
    """The list."""

    permission_required = "failover.view_notice"
    template_name = "failover/notices.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        filters = Filters(self.request.GET)
        page = Paginator(filters.found(), PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            filters=filters,
            filtered=any(self.request.GET.get(name) for name in filters.fields),
            page=page,
            deliveries=deliveries(list(page)),
            dead=dead_letters(),
            subscribers=Subscriber.objects.exists(),
            no_mail=no_mail(),
            query=_query(self.request),
            **context,
        )


class Retry(PermissionRequiredMixin, View):
    """A dead letter is tried again."""

    permission_required = "failover.change_notice"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(Notice, pk=pk)
        if revive(notice, timezone.now()):
            messages.success(request, f"“{notice.subject}” is tried again.")
        else:
            messages.warning(request, "It is no dead letter any more; somebody was faster.")
        return redirect("notices:list")


def no_mail() -> bool:
    """Whether somebody waits for e-mail that nobody can send."""
    return not email_is_set_up() and Subscriber.objects.filter(channel=Channel.EMAIL, enabled=True).exists()


def _query(request: HttpRequest) -> str:
    """The filters of the address without the page, for links."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
