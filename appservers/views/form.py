"""The form of a domain, new or stored."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import View

from appservers.exceptions import Conflict, Gone, Risky
from appservers.selectors import deletion, domain_at
from appservers.sheet import Sheet, reconcile


class FormPage(PermissionRequiredMixin, View):
    """What both forms share."""

    def show(self, sheet: Sheet, **context: Any) -> HttpResponse:
        """The page; what was typed is on it."""
        return render(self.request, "appservers/form.html", {"sheet": sheet, "domain": sheet.domain, **context})

    def saved(self, sheet: Sheet, message: str) -> HttpResponse:
        """Save and go to the domain's page, or show what is to be mended. Raises Conflict, Risky or Gone."""
        domain = sheet.save(meant="meant" in self.request.POST)
        if domain is None:
            return self.show(sheet)
        messages.success(self.request, message.format(domain.name))
        return redirect("appservers:detail", domain.slug)


class NewDomain(FormPage):
    """+New application server."""

    permission_required = "appservers.add_domain"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(Sheet())

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.saved(Sheet(typed=request.POST), "“{}” was created.")


class EditDomain(FormPage):
    """Edit a domain: nothing that others did meanwhile is overwritten unseen, and nothing typed is lost."""

    permission_required = "appservers.change_domain"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        domain = domain_at(slug)
        if domain is None:
            raise Http404
        return self.show(Sheet(domain))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        domain = domain_at(slug)
        sheet = Sheet(domain, request.POST)
        opened = sheet.opened.cleaned_data.get("domain")
        if domain is None or opened not in (None, domain.pk):
            return self.gone(request)
        try:
            return self.saved(sheet, "Saved.")
        except Conflict as conflict:
            return self.conflict(sheet, conflict, slug)
        except Risky as risky:
            return self.show(sheet, risky=risky)
        except Gone:
            return self.gone(request)

    def conflict(self, sheet: Sheet, conflict: Conflict, slug: str) -> HttpResponse:
        """Somebody saved in between: show who, when and what, merged with what this person typed."""
        stored = domain_at(slug)
        if stored is None:
            return self.gone(self.request)
        merged, differences = reconcile(sheet, stored, conflict.by)
        return self.show(merged, conflict=conflict, differences=differences)

    def gone(self, request: HttpRequest) -> HttpResponse:
        """Somebody deleted the domain in between: Submit creates it anew, for those who may."""
        sheet = Sheet(typed=request.POST)
        for form in sheet.sections.values():
            form.is_valid()
        return self.show(sheet, gone=True, deletion=deletion(sheet.opened.cleaned_data.get("domain")))
