"""What happens around every request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url


class SignInAgain:
    """A live part that is refreshed after the session has ended reloads its page, which then asks to sign in.

    Without this htmx would follow the redirect and put the sign-in form where the live part was. What a button posts
    stands in a form: a reload would lose what was typed there, so it is told instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked_by_htmx = request.headers.get("HX-Request") == "true"
        if not (asked_by_htmx and response.get("Location", "").startswith(resolve_url(settings.LOGIN_URL))):
            return response
        if request.method == "POST":
            return render(request, "parts/signed_out.html", status=401)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
