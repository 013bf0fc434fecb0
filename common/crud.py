"""The pages of what a domain keeps a list of: list, new, edit, delete. An app declares; here it is done."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth import get_permission_codename
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views.generic import TemplateView

from common import distinct
from common.typed import typed


class Page(PermissionRequiredMixin, TemplateView):
    """A page below a domain for everyone who holds `action` on the app's model; the app fills in the rest."""

    domain_model: ClassVar[type[Model]]
    model: ClassVar[Any]  # a distinct.Distinct with a foreign key `domain`
    form: ClassVar[type[ModelForm[Any]]]
    app_name: ClassVar[str]  # of the URLs and of the folder of the templates
    action: ClassVar[str]

    @staticmethod
    def rows(domain: Any) -> Sequence[Model]:
        """What the list shows."""
        raise NotImplementedError

    @staticmethod
    def save(row: Any, seen: int | None) -> object:
        """The service that writes a row."""
        raise NotImplementedError

    @staticmethod
    def delete(row: Any) -> bool:
        """The service that deletes a row."""
        raise NotImplementedError

    @cached_property
    def domain(self) -> Any:
        return get_object_or_404(self.domain_model, slug=self.kwargs["slug"])

    @property
    def noun(self) -> str:
        return str(self.model._meta.verbose_name)

    def get_permission_required(self) -> Sequence[str]:
        return [f"{self.model._meta.app_label}.{get_permission_codename(self.action, self.model._meta)}"]

    def get_template_names(self) -> list[str]:
        return [f"{self.app_name}/{self.template_name}"]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(domain=self.domain, **context)

    def to_list(self) -> HttpResponse:
        return redirect(f"{self.app_name}:list", self.domain.slug)


class ListPage(Page):
    """All rows of the domain."""

    action = "view"
    template_name = "list.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(rows=self.rows(self.domain), **context)


class FormPage(Page):
    """A row to fill in. What was typed is kept until it is saved."""

    template_name = "form.html"
    done: ClassVar[str]

    def show(self, form: ModelForm[Any], **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **context))

    def try_to_save(self, form: ModelForm[Any], seen: int | None = None) -> HttpResponse:
        """Save what is valid, and say what came of it."""
        if not form.is_valid():
            return self.show(form, seen=seen)
        try:
            self.save(form.instance, seen)
        except distinct.Duplicate as error:
            form.add_error(error.field, str(error))
            return self.show(form, seen=seen)
        except distinct.Changed as error:
            form.add_error(None, f"{error} Submit again to replace that with what you see below, or leave this page.")
            return self.show(form, seen=error.revision)
        except distinct.Gone as error:
            return self.lost(form, str(error))
        messages.success(self.request, f"{capfirst(self.noun)} {form.instance} {self.done}.")
        return self.to_list()

    def lost(self, form: ModelForm[Any], why: str) -> HttpResponse:
        """There is nothing left to save to: say so, and repeat what was typed."""
        messages.error(self.request, f"{why} Nothing was saved. What you typed: {typed(form)}.")
        return self.to_list()


class NewPage(FormPage):
    """A new row."""

    action = "add"
    done = "was added"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form(instance=self.model(domain=self.domain)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.try_to_save(self.form(request.POST, instance=self.model(domain=self.domain)))


class StoredRow(Page):
    """A page of one row, which may have been deleted since the person saw it."""

    @cached_property
    def row(self) -> Any:
        return self.model._default_manager.filter(domain=self.domain, pk=self.kwargs["pk"]).first()

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(row=self.row, **context)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") and self.has_permission() and self.row is None:
            return self.missing()
        return super().dispatch(request, *args, **kwargs)

    def missing(self) -> HttpResponse:
        messages.warning(self.request, f"The {self.noun} does not exist any more; somebody deleted it.")
        return self.to_list()


class EditPage(StoredRow, FormPage):
    """A stored row. It carries the revision that the person saw, so that nobody's change is lost without a word."""

    action = "change"
    done = "was saved"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.form(instance=self.row), seen=self.row and distinct.revision(self.row))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.row is None:
            form = self.form(request.POST, instance=self.model(domain=self.domain))
            return self.lost(form, f"The {self.noun} was deleted in the meantime.")
        return self.try_to_save(self.form(request.POST, instance=self.row), seen=number(request.POST.get("seen")))


class DeletePage(StoredRow):
    """Asks before it deletes."""

    action = "delete"
    template_name = "delete.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.row is None or not self.delete(self.row):
            return self.missing()
        messages.success(request, f"{capfirst(self.noun)} {self.row} was deleted.")
        return self.to_list()


def number(text: str | None) -> int | None:
    """The whole number that a form field carries, if it is one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
