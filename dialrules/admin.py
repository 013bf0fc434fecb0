"""Dial rules in the Django admin, to look up; they change in the console."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from common.admin import ReadOnlyAdmin
from dialrules.models import DialRule


@admin.register(DialRule)
class DialRuleAdmin(ReadOnlyAdmin, SimpleHistoryAdmin):  # type: ignore[misc]  # it comes without types
    """The rules of all domains, with the history of each."""

    list_display = ["name", "domain", "position", "pattern", "emergency_uri", "enabled"]
    list_filter = ["enabled", ("domain", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["domain"]
    search_fields = ["name", "pattern", "emergency_uri", "domain__name"]
