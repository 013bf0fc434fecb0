"""Components and version rules in the Django admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from common.admin import DistinctAdmin
from versioncontrol import services
from versioncontrol.models import Component, VersionRule


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

    def save_model(self, request: HttpRequest, obj: VersionRule, form: object, change: bool) -> None:
        services.save_rule(rule=obj)

    def delete_model(self, request: HttpRequest, obj: VersionRule) -> None:
        services.delete_rule(rule=obj)
