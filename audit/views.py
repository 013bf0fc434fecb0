"""Pages of the audit trail: to read, and to take away."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.views.generic import TemplateView, View

from appservers.exceptions import Refused as DomainRefused
from appservers.exceptions import Risky
from audit import trail
from audit.entry import Entry
from audit.restoring import Version, restore, version
from audit.wanted import Filters, Wanted
from common import distinct
from common.crud import number
from common.sheets import download
from common.tables import Format, Row, rendered

PER_PAGE = 50
PER_FILE = 10_000
REFUSED = (DomainRefused, distinct.Refused, ValidationError)
COLUMNS = ("at", "who", "address", "did", "what", "subject", "domain", "changes", "text", "request")


class AuditPage(PermissionRequiredMixin):
    """For whoever may read the trail."""

    permission_required = "audit.view_trail"

    def filters(self, request: HttpRequest) -> Filters:
        """The filters in the address."""
        return Filters(request.GET, kinds=trail.kinds())


class AuditTrail(AuditPage, TemplateView):
    """Who did what, latest first."""

    template_name = "audit/list.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        filters = self.filters(self.request)
        wanted = filters.wanted()
        page = Paginator(trail.found(wanted), PER_PAGE).get_page(self.request.GET.get("page"))
        lines = trail.entries(list(page))
        together = Counter(line.action for line in lines)
        return super().get_context_data(
            filters=filters,
            filtered=wanted != Wanted(),
            wanted=wanted,
            page=page,
            entries=lines,
            shared={action for action, number in together.items() if action and number > 1},
            query=_query(self.request),
            per_file=PER_FILE,
            **context,
        )


class AuditFile(AuditPage, View):
    """The same lines as CSV."""

    def get(self, request: HttpRequest) -> HttpResponse:
        keys = list(trail.found(self.filters(request).wanted())[:PER_FILE])
        rows = [_row(entry) for start in range(0, len(keys), 500) for entry in trail.entries(keys[start : start + 500])]
        text = rendered(rows, COLUMNS, Format.CSV)
        return download(f"{text}\n", f"audit-trail-{timezone.localdate().isoformat()}.csv")


class Restore(AuditPage, View):
    """Shows what would change, and changes it for whoever may."""

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        return self.show(self.version(kind, pk))

    def post(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        then = self.version(kind, pk)
        if not request.user.has_perm(then.permission):
            raise PermissionDenied
        try:
            restore(
                then,
                number(request.POST.get("seen")) or 0,
                request.POST.getlist("acknowledged"),
                request.user,
                meant="meant" in request.POST,
            )
        except REFUSED as refused:
            return self.show(self.version(kind, pk), refused)
        messages.success(request, f"{capfirst(then.noun)} {then.subject} is again as it was.")
        return redirect("audit:list")

    def version(self, kind: str, pk: int) -> Version:
        """The version that the address names."""
        found = version(kind, pk)
        if found is None:
            raise Http404
        return found

    def show(self, then: Version, refused: Exception | None = None) -> HttpResponse:
        why = refused.messages if isinstance(refused, ValidationError) else [str(refused)] if refused else []
        codes = refused.codes if isinstance(refused, distinct.Unacknowledged) else ()
        permitted = self.request.user.has_perm(then.permission)
        risky = isinstance(refused, Risky)
        context = {"version": then, "why": why, "codes": codes, "risky": risky, "permitted": permitted}
        return render(self.request, "audit/restore.html", context)


def _query(request: HttpRequest) -> str:
    """The filters of the address without the page, for links."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _row(entry: Entry) -> Row:
    changes = [f"{change.label}: {change.before or '-'} → {change.after or '-'}" for change in entry.changes]
    return {
        "at": entry.at,
        "who": entry.actor,
        "address": entry.address,
        "did": entry.look.word,
        "what": entry.noun,
        "subject": entry.subject,
        "domain": entry.domain,
        "changes": "; ".join(changes),
        "text": entry.text,
        "request": entry.action,
    }
