"""A form that is sent twice is done once, and answered twice the same way."""

from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import salted_hmac

KEPT = 20  # forms that a session remembers
NAME = "sent"
FORM = "application/x-www-form-urlencoded"


class Once:
    """Middleware. What led on to another page leads there again, when the same copy of a page sends the same once more.

    The token against forged requests is masked anew for every page that is written, so it tells one copy from another:
    a button that is pressed on the next page is no repetition.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mark = _mark(request)
        if not mark:
            return self.get_response(request)
        if there := _led(request.session.get(NAME, []), mark):
            return HttpResponseRedirect(there)
        response = self.get_response(request)
        if not request.user.is_authenticated:  # this was the sign-out
            return response
        if led := response.get("Location") or request.META.get(NAME):
            request.session[NAME] = [*request.session.get(NAME, []), [mark, led]][-KEPT:]
        elif response.status_code == 200 and (there := _led(_meanwhile(request), mark)):
            return HttpResponseRedirect(there)  # its twin was done while this one was being looked at
        return response


def shown_once(request: HttpRequest, instead: str) -> None:
    """The answer shows what is never shown again: when the same is sent once more, that leads elsewhere."""
    request.META[NAME] = instead


def _mark(request: HttpRequest) -> str:
    """What the same form in the same copy of a page sends again; empty where that does not matter."""
    if request.method != "POST" or request.content_type != FORM or "HX-Request" in request.headers:
        return ""
    if not request.user.is_authenticated or "csrfmiddlewaretoken" not in request.POST:
        return ""
    return salted_hmac(NAME, f"{request.get_full_path()}\n{request.POST.urlencode()}", algorithm="sha256").hexdigest()


def _led(sent: list[list[str]], mark: str) -> str:
    return next((there for known, there in sent if known == mark), "")


def _meanwhile(request: HttpRequest) -> list[list[str]]:
    """What the session remembers by now."""
    stored: list[list[str]] = (
        import_module(settings.SESSION_ENGINE).SessionStore(request.session.session_key).get(NAME, [])
    )
    return stored
