"""Bases of the Django admin: over the services with the same checks and the history beside it, or to look up only."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin

from common.distinct import Refused


class DistinctAdmin(SimpleHistoryAdmin):  # type: ignore[misc]  # it comes without types
    """Rows that say what no other row says."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return self._answer(request, *args, **kwargs)
        except Refused:
            # Somebody was faster between check and write. Asked again, the form sees what is stored and says so.
            return self._answer(request, *args, **kwargs)

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        return response


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """To look things up."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
