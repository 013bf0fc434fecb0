"""Dial rules: list, new, edit, delete, order, enable and disable."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.views.generic import TemplateView, View

from appservers.models import Domain
from common import crud
from dialrules import selectors, services
from dialrules.forms import DialRuleForm
from dialrules.models import DialRule

DOMAINS_PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Group:
    """A domain with its rules, as the list shows them."""

    domain: Domain
    rules: list[DialRule]
    complete: bool


class List(PermissionRequiredMixin, TemplateView):
    """The rules by domain; `domain` in the address shows one domain, `q` searches."""

    permission_required = "dialrules.view_dialrule"
    template_name = "dialrules/list.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        slug = self.request.GET.get("domain", "")
        only = get_object_or_404(Domain, slug=slug) if slug and "\0" not in slug else None
        search = "" if only else self.request.GET.get("q", "").replace("\0", "").strip()[:200]
        found = selectors.domains_with_rules(search, only.slug if only else "")
        page = Paginator(found, DOMAINS_PER_PAGE).get_page(self.request.GET.get("page"))
        groups = [_group(domain) for domain in page]
        return super().get_context_data(groups=groups, page=page, search=search, only=only, **context)


def _group(domain: Domain) -> Group:
    found = list(domain.dial_rules.all())
    return Group(domain, found, selectors.matches_every_number(found))


class RulePage(crud.Page):
    """What the pages of one rule have in common. They hang under no domain, so the rule or the address tells it."""

    domain_model = Domain
    model = DialRule
    form = DialRuleForm
    app_name = "dialrules"

    @cached_property
    def domain(self) -> Domain | None:
        slug = self.request.GET.get("domain", "").replace("\0", "")
        return get_object_or_404(Domain, slug=slug) if slug else None

    @staticmethod
    def save(row: DialRule, seen: int | None) -> DialRule:
        return services.save_rule(rule=row, seen=seen)

    @staticmethod
    def delete(row: DialRule) -> bool:
        return services.delete_rule(rule=row)

    def to_list(self) -> HttpResponse:
        return redirect(list_address(self.domain))


class New(RulePage, crud.NewPage):
    """A new rule, of the domain in the address or of one to choose."""


class StoredRule(RulePage, crud.StoredRow):
    """A rule that may have been deleted since the person saw it."""

    @cached_property
    def row(self) -> DialRule | None:
        return DialRule.objects.filter(pk=self.kwargs["pk"]).select_related("domain").first()

    @cached_property
    def domain(self) -> Domain | None:
        return self.row.domain if self.row else None


class Edit(StoredRule, crud.EditPage):
    """A stored rule."""


class Delete(StoredRule, crud.DeletePage):
    """A rule to delete."""


class Change(PermissionRequiredMixin, View):
    """A small change of a rule from the list, by POST."""

    permission_required = "dialrules.change_dialrule"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = DialRule.objects.filter(pk=pk).select_related("domain").first()
        if rule is None or not self.change(rule):
            messages.warning(request, "The dial rule does not exist any more; somebody deleted it.")
        return redirect(list_address(rule.domain if rule else None, rule))

    def change(self, rule: DialRule) -> bool:
        """Do it; False when the rule was deleted."""
        raise NotImplementedError


class Move(Change):
    """Earlier or later in the order; `up` says which."""

    def change(self, rule: DialRule) -> bool:
        return services.move_rule(rule=rule, up="up" in self.request.POST)


class Enable(Change):
    """On or off; `on` says which."""

    def change(self, rule: DialRule) -> bool:
        return services.set_enabled(rule=rule, enabled="on" in self.request.POST)


def list_address(domain: Domain | None, rule: DialRule | None = None) -> str:
    """The list of the domain's rules, at that rule."""
    query = f"?{urlencode({'domain': domain.slug})}" if domain else ""
    return f"{reverse('dialrules:list')}{query}{f'#rule-{rule.pk}' if domain and rule else ''}"
