"""Rules copied between domains: the difference is shown first."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.generic import TemplateView

from versioncontrol import copying
from versioncontrol.exceptions import AcknowledgementRequired
from versioncontrol.forms import CopyForm
from versioncontrol.views.policies import OfDomain


class Copy(OfDomain, TemplateView):
    """What to copy, the difference that it makes, and the copy itself. Who presses Copy has read the difference."""

    permission_required = (
        "versioncontrol.add_versionrule",
        "versioncontrol.change_versionrule",
        "versioncontrol.delete_versionrule",
    )
    template_name = "versioncontrol/copy.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(CopyForm(request.GET if "direction" in request.GET else None, domain=self.domain))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = CopyForm(request.POST, domain=self.domain)
        if not form.is_valid():
            return self.show(form)
        try:
            made = copying.copy_rules(
                source=form.source,
                targets=form.targets,
                replacing=form.cleaned_data["replacing"],
                shown=request.POST.get("shown", ""),
                acknowledged=request.POST.getlist("acknowledged"),
                actor=request.user,
            )
        except AcknowledgementRequired:
            messages.warning(request, "There is more to see than you saw. Look again, then copy.")
            return self.show(form)
        added, removed = sum(len(one.added) for one in made), sum(len(one.removed) for one in made)
        messages.success(request, f"Rules of {form.source.name} copied: {added} added, {removed} removed.")
        return self.to_list()

    def show(self, form: CopyForm) -> HttpResponse:
        context: dict[str, Any] = {"form": form, "domain": self.domain}
        if form.is_bound and form.is_valid():
            replacing = form.cleaned_data["replacing"]
            found = copying.differences(form.source, form.targets, replacing=replacing)
            context |= {
                "differences": found,
                "shown": copying.digest(found),
                "tokens": sorted({warned.token for one in found for warned in one.outlook.warnings}),
                "anything": any(not one.empty for one in found),
            }
        return self.render_to_response(self.get_context_data(**context))
