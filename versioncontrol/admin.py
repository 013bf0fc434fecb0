"""Components and version rules in the Django admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from common.admin import DistinctAdmin, ReadOnlyAdmin
from versioncontrol import consequences, services
from versioncontrol.exceptions import AcknowledgementRequired
from versioncontrol.forms import AdminRuleForm
from versioncontrol.models import (
    Acknowledgement,
    Component,
    ComponentMode,
    Sighting,
    VersionPolicy,
    VersionRule,
)


@admin.register(Component)
class ComponentAdmin(DistinctAdmin):
    """The catalogue, which administrators extend."""

    list_display = ["name", "rules"]
    list_filter = [("version_rules__domain", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Component]:
        found: QuerySet[Component] = super().get_queryset(request)
        return found.annotate(rule_count=Count("version_rules", distinct=True))

    @admin.display(description="version rules", ordering="rule_count")
    def rules(self, component: Any) -> int:
        """In how many rules of all domains it stands."""
        count: int = component.rule_count
        return count

    def save_model(self, request: HttpRequest, obj: Component, form: object, change: bool) -> None:
        services.save_component(component=obj)


@admin.register(VersionRule)
class VersionRuleAdmin(DistinctAdmin):
    """The rules of all domains."""

    list_display = ["pattern", "component", "domain"]
    list_filter = ["component", ("domain", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["component", "domain"]
    search_fields = ["pattern", "component__name", "domain__name"]
    readonly_fields = ["pattern_key"]
    form = AdminRuleForm
    delete_confirmation_template = "admin/delete_rule.html"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Not many at once: what follows from each is to be read before."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        rule = self.get_object(request, object_id)
        warnings = consequences.of_deletion(rule, timezone.now()).warnings if rule else ()
        try:
            answer: HttpResponse = super().delete_view(request, object_id, {"warnings": warnings})
        except AcknowledgementRequired:
            messages.warning(request, "There is something to say that you have not seen yet. Nothing was deleted.")
            return redirect(request.path)
        return answer

    def get_fields(self, request: HttpRequest, obj: VersionRule | None = None) -> Any:
        """Without what the form asks of those who save."""
        saves = self.has_add_permission(request) or self.has_change_permission(request, obj)
        return [name for name in super().get_fields(request, obj) if saves or name not in ("acknowledge", "shown")]

    def save_model(self, request: HttpRequest, obj: VersionRule, form: AdminRuleForm, change: bool) -> None:
        services.save_rule(rule=obj, acknowledged=form.acknowledged, actor=request.user)

    def delete_model(self, request: HttpRequest, obj: VersionRule) -> None:
        services.delete_rule(rule=obj, acknowledged=request.POST.getlist("acknowledged"), actor=request.user)


@admin.register(VersionPolicy, ComponentMode)
class PolicyAdmin(ReadOnlyAdmin, SimpleHistoryAdmin):  # type: ignore[misc]  # it comes without types
    """Policies and modes with their history; the console changes them, because it shows what follows."""

    list_display = ["__str__"]
    list_filter = [("domain", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["domain__name"]
    list_select_related = ["domain"]


@admin.register(Acknowledgement)
class AcknowledgementAdmin(ReadOnlyAdmin):
    """Who set which warnings aside."""

    list_display = ["at", "domain_name", "subject", "actor_name", "sentences"]
    search_fields = ["domain_name", "subject", "actor_name"]
    date_hierarchy = "at"


@admin.register(Sighting)
class SightingAdmin(ReadOnlyAdmin):
    """Who runs what."""

    list_display = ["version", "component", "domain", "agent", "network", "checks", "last_seen"]
    list_filter = ["component", ("domain", admin.RelatedOnlyFieldListFilter), "network"]
    list_select_related = ["component", "domain"]
    search_fields = ["version", "agent"]
    show_full_result_count = False
