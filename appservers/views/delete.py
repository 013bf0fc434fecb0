"""Deleting a domain."""

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.generic import View

from appservers.exceptions import Gone, NameMismatch
from appservers.forms import DeleteForm
from appservers.models import Domain
from appservers.selectors import domain_at, domains, servers_by_role, what_goes_with
from appservers.services import delete_domain


class DeleteDomain(PermissionRequiredMixin, View):
    """Asks for the domain's name, and says what goes with it."""

    permission_required = "appservers.delete_domain"

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.show(get_object_or_404(domains(), slug=slug), DeleteForm())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        domain, form = domain_at(slug), DeleteForm(request.POST)
        if domain is None:
            return self.gone()
        if form.is_valid():
            try:
                delete_domain(domain=domain, typed_name=form.cleaned_data["name"])
            except NameMismatch as mismatch:
                form.add_error("name", str(mismatch))
            except Gone:
                return self.gone()
            else:
                messages.success(request, f"“{domain.name}” was deleted.")
                return redirect("failover:list")
        return self.show(domain, form)

    def show(self, domain: Domain, form: DeleteForm) -> HttpResponse:
        context = {
            "domain": domain,
            "form": form,
            "servers": servers_by_role(domain).values(),
            "goes": what_goes_with(domain),
        }
        return render(self.request, "appservers/delete.html", context)

    def gone(self) -> HttpResponse:
        messages.warning(self.request, "The domain was deleted already.")
        return redirect("failover:list")
