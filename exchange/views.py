"""Pages of import and export."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic import TemplateView

from exchange.files import TYPES, Form, written
from exchange.forms import ConfirmForm, ExportForm, ImportForm, packed
from exchange.planning import Plan, plan
from exchange.selectors import state
from exchange.services import NotApplied, apply
from exchange.tree import MOST_PROBLEMS, Unfit

SHOWN = 100  # domains of which the page shows every change
WRITTEN = ("add", "change", "delete")
ROWS = ("versioncontrol.{}_versionrule", "updatelinks.{}_updatelink", "dialrules.{}_dialrule")
MEANWHILE = "The configuration changed after you had looked at it. Below is what the import would do now."


class Import(PermissionRequiredMixin, TemplateView):
    """A file, the difference that it makes, and the import; nobody imports what was not looked at."""

    permission_required = (
        "appservers.add_domain",
        "appservers.change_domain",
        "versioncontrol.change_versionpolicy",
        "versioncontrol.change_componentmode",
        *(row.format(action) for row in ROWS for action in WRITTEN),
    )
    template_name = "exchange/import.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(form=ImportForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "document" in request.POST:
            return self.confirmed(ConfirmForm(request.POST))
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form=form)
        file, prune = form.cleaned_data["file"], form.cleaned_data["prune"]
        return self.preview(file.name, file.read(), prune)

    def preview(self, name: str, content: bytes, prune: bool, why: str = "") -> HttpResponse:
        """What the import would do, with the button that does it; or what is to be mended."""
        try:
            found, document = plan(name, content, prune=prune), packed(content)
        except Unfit as unfit:
            return self.unfit(name, prune, [str(problem) for problem in unfit.problems])
        except ValueError as error:
            return self.unfit(name, prune, [str(error)])
        known = {"name": name, "document": document, "prune": prune, "seen": found.fingerprint}
        return self.show(plan=found, confirm=ConfirmForm(initial=known), why=why)

    def confirmed(self, form: ConfirmForm) -> HttpResponse:
        """Import what was seen."""
        if not form.is_valid():
            return self.show(form=ImportForm(), problems=["The file was damaged on its way. Choose it again."])
        name, content, prune = (form.cleaned_data[field] for field in ("name", "document", "prune"))
        try:
            found = plan(name, content, prune=prune)
        except Unfit as unfit:
            return self.unfit(name, prune, [str(problem) for problem in unfit.problems])
        if found.fingerprint != form.cleaned_data["seen"]:
            return self.preview(name, content, prune, MEANWHILE)
        if not form.confirms(found):
            return self.show(plan=found, confirm=form)
        self.check_permissions(found)
        try:
            apply(found, acknowledged=self.request.POST.getlist("acknowledged"), actor=self.request.user)
        except NotApplied as refused:
            return self.preview(name, content, prune, str(refused))
        messages.success(self.request, f"“{name}” was imported: {in_short(found)}.")
        return redirect("failover:list")

    def check_permissions(self, found: Plan) -> None:
        """What not every import does."""
        needed = ["appservers.delete_domain"] * bool(found.removed)
        needed += ["versioncontrol.add_component"] * bool(found.components)
        if not self.request.user.has_perms(needed):
            raise PermissionDenied

    def unfit(self, name: str, prune: bool, problems: list[str]) -> HttpResponse:
        """The file is to be mended and chosen again; a browser does not let a page choose it."""
        context = {"name": name, "problems": problems[:MOST_PROBLEMS], "more": len(problems[MOST_PROBLEMS:])}
        return self.show(form=ImportForm(initial={"prune": prune}), **context)

    def show(self, **context: Any) -> HttpResponse:
        found: Plan | None = context.get("plan")
        if found:
            left = max(0, len(found.differences) - SHOWN)
            context |= {"short": in_short(found), "shown": found.differences[:SHOWN], "left": left}
        return self.render_to_response(self.get_context_data(**context))


class Export(PermissionRequiredMixin, TemplateView):
    """The whole configuration as a file."""

    permission_required = (
        "appservers.view_domain",
        *(row.format("view") for row in ROWS),
    )
    template_name = "exchange/export.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ExportForm(request.GET if "form" in request.GET else None)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        chosen, now = Form(form.cleaned_data["form"]), state()
        response = HttpResponse(written(chosen, now.catalogue, now.sites), content_type=TYPES[chosen])
        name = f"application-servers-{timezone.localdate().isoformat()}.{chosen}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def in_short(found: Plan) -> str:
    """What a plan does, in numbers."""
    counted = [(len(found.of(one.what)), one.what.value) for one in found.differences]
    domains = ", ".join(f"{number} {word}" for number, word in dict.fromkeys(counted)) or "no domain changed"
    return domains + (f", {len(found.components)} new in the catalogue of components" if found.components else "")
