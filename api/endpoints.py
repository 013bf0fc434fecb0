"""Addresses of the API, which looks at tokens instead of sessions."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from api.documents import without_body
from api.v1 import api, unknown

View = Callable[..., HttpResponse]


def opened(view: View) -> View:
    """The view without a session's door, which answers HEAD as it answers GET."""

    @wraps(view, updated=())
    def open_view(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        response = view(request, *args, **named)
        request.method = asked
        return without_body(request, response)

    open_view.csrf_exempt = True  # type: ignore[attr-defined]  # no session, no cookie
    return login_not_required(open_view)


def _patterns() -> list[URLPattern]:
    found = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern)]
    for pattern in found:
        if pattern.callback is not None:
            pattern.callback = opened(pattern.callback)
    return [*found, path("<path:rest>", opened(unknown), name="unknown")]


app_name = "v1"
urlpatterns = _patterns()
