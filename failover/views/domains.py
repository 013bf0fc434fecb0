"""The list of domains: where each stands, the failing ones first, as the address wants it."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.generic import TemplateView, View

from common.live import answer_stamped
from common.preferences import Preferences, change
from failover import listing, wanted
from failover.listing import Page
from failover.savedviews import Refused, delete_view, rename_view, save_view, saved_views
from failover.views.drawnrows import Rows, worst
from failover.wanted import Wanted

ROWS = "failover/list_rows.html"
QUICK: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Needs attention", {"state": "attention"}),
    ("Counting down", {"state": "counting_down"}),
    ("Paused", {"paused": "yes"}),
    ("Emergency", {"emergency": "yes"}),
    ("Outsource", {"outsource": "yes"}),
)
BULK = ("appservers.switch_domain", "appservers.declare_emergency", "appservers.delete_domain")


class DomainList(PermissionRequiredMixin, TemplateView):
    """The page."""

    permission_required = "appservers.view_domain"
    template_name = "failover/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, wrong = read(self.request)
        page = read_page(self.request, asked)
        return super().get_context_data(
            part=rows_part(self.request, page),
            page=page,
            wanted=page.wanted,
            wrong=wrong,
            here=page.wanted.here,
            carried=parse_qsl(page.wanted.address()),
            own=wanted.FILTERS,
            quick=_quick(page.wanted),
            filters=_filters(page.wanted),
            narrowed=sum(bool(getattr(asked, name)) for name in wanted.FILTERS),
            columns=[(name, label, name in asked.columns) for name, label in wanted.COLUMNS.items()],
            sizes=wanted.SIZES,
            views=saved_views(preferences(self.request)),
            may_act=may_act(self.request),
            **kwargs,
        )


class DomainRows(PermissionRequiredMixin, View):
    """The rows, for the page that polls."""

    permission_required = "appservers.view_domain"

    def get(self, request: HttpRequest) -> HttpResponse:
        page = read_page(request, read(request)[0])
        return answer_stamped(request, page.stamp, lambda: rows_part(request, page))


class Columns(PermissionRequiredMixin, View):
    """The columns and the length of the page that the person wants from now on."""

    permission_required = "appservers.view_domain"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        asked = read_here(request, request.POST.get("here", ""))
        chosen = [name for name in wanted.COLUMNS if name in request.POST.getlist("column")]
        size = request.POST.get("size", "")

        def act(kept: Preferences) -> None:
            kept["columns"] = chosen
            if size in map(str, wanted.SIZES):
                kept["size"] = int(size)

        change(request.user, act)
        wished = replace(asked, columns=tuple(chosen), size=preferences(request).get("size", asked.size))
        return to_list(read_here(request, wished.whole).address())


class Views(PermissionRequiredMixin, TemplateView):
    """The person's saved views: save, rename, delete."""

    permission_required = "appservers.view_domain"
    template_name = "failover/views.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, _ = read(self.request)
        return super().get_context_data(views=saved_views(preferences(self.request)), here=asked.address(), **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        sent, person = request.POST, request.user
        asked = read_here(request, sent.get("here", ""))
        try:
            match sent.get("do"):
                case "save":
                    name = save_view(person=person, name=sent.get("name", ""), query=asked.whole)
                    messages.success(request, f"The view “{name}” was saved.")
                    return to_list(asked.address())
                case "rename":
                    name = rename_view(person=person, old=sent.get("old", ""), name=sent.get("name", ""))
                    messages.success(request, f"The view is called “{name}” now.")
                case "delete" if not sent.get("sure"):
                    return self.render_to_response(self.get_context_data(asking=sent.get("old", "")))
                case "delete":
                    delete_view(person=person, name=sent.get("old", ""))
                    messages.success(request, "The view was deleted.")
        except Refused as refused:
            return self.render_to_response(
                self.get_context_data(
                    refused=str(refused), typed=sent.get("name", ""), old=sent.get("old", ""), saving=asked.address()
                )
            )
        return redirect("failover:views")


def read(request: HttpRequest) -> tuple[Wanted, list[str]]:
    """What the address wants, and what of it means nothing."""
    kept = preferences(request)
    return wanted.read(request.GET.dict(), kept.get("columns"), kept.get("size"))


def read_here(request: HttpRequest, query: str) -> Wanted:
    """What the address wanted from which the person comes."""
    kept = preferences(request)
    return wanted.read(QueryDict(query).dict(), kept.get("columns"), kept.get("size"))[0]


def read_page(request: HttpRequest, asked: Wanted) -> Page:
    """The page that is asked for; what a person may do shows in its rows."""
    return listing.page(asked, now=timezone.now(), of=held(request))


def held(request: HttpRequest) -> list[str]:
    """The person's permissions."""
    user: Any = request.user
    return sorted(user.get_all_permissions())


def rows_part(request: HttpRequest, page: Page) -> SafeString:
    """The table."""
    draw = Rows(request, page.wanted.columns, may_act(request), held(request))
    rows = [draw.of(line) for line in page.lines]
    says, tone = worst(rows, watched=page.monitor is not None, first=page.first, every=page.every)
    context = {
        "page": page,
        "rows": [row.html for row in rows],
        "says": says,
        "tone": tone,
        "wanted": page.wanted,
        "here": page.wanted.here,
        "heads": _heads(page.wanted),
        "monitor": page.monitor,
        "ahead": page.ahead,
        "fingerprint": page.stamp,
        "may_act": may_act(request),
        "previous": page.wanted.address(page=page.number - 1),
        "next": page.wanted.address(page=page.number + 1),
    }
    return mark_safe(render_to_string(ROWS, context, request))  # noqa: S308  rendered by Django, escaped there


def may_act(request: HttpRequest) -> bool:
    """Whether the person may do anything to selected rows."""
    user: Any = request.user
    return any(user.has_perm(permission) for permission in BULK)


def preferences(request: HttpRequest) -> Preferences:
    """The person's preferences."""
    kept: Preferences = getattr(request.user, "preferences", {})
    return kept


def to_list(query: str) -> HttpResponse:
    """Back to the list as it was."""
    return redirect(f"{reverse('failover:list')}?{query}")


def _quick(asked: Wanted) -> list[tuple[str, str, bool]]:
    """The filters that are asked for most: label, query, whether it is this one."""
    nothing = dict.fromkeys(wanted.FILTERS, "")
    now = {name: getattr(asked, name) for name in nothing}
    return [(label, asked.address(**nothing | chosen), now == nothing | chosen) for label, chosen in QUICK]


def _filters(asked: Wanted) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Each filter: its name, label, what is chosen, and the choices."""
    return [
        (name, label, getattr(asked, name), [("", "Any"), *choices.items()])
        for name, (label, choices) in wanted.FILTERS.items()
    ]


def _heads(asked: Wanted) -> list[tuple[str, str, str, str]]:
    """The columns' heads: label, query that sorts by it, `ascending`, `descending` or nothing, and its name."""
    labels = {wanted.FIRST: "State", "name": "Domain"} | {name: wanted.COLUMNS[name] for name in asked.columns}
    return [
        (
            label,
            asked.address(sort=name) if name == wanted.FIRST else asked.sorted_by(name),
            _direction(asked, name),
            name,
        )
        for name, label in labels.items()
    ]


def _direction(asked: Wanted, name: str) -> str:
    return {name: "ascending", f"-{name}": "descending"}.get(asked.sort, "")
