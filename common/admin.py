"""The Django admin over the services: the same checks, the same way to write, the history beside it."""

from typing import Any

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
