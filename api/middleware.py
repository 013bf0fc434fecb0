"""What happens around every request to the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from api.documents import without_body
from api.problems import Problem, for_status
from api.tokens import SECRET

ROOT = "/api/"
LONGEST_QUERY = 4000
MOST_PARAMETERS = 50
OF_PAGES = (  # what browsers are told of pages says nothing of data, and costs every answer
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Frame-Options",
)
NAMES = {"token", "access_token", "api_key", "apikey", "bearer", "authorization"}
IN_ADDRESS = "Send the token in the header Authorization. Revoke this one: proxies and logs have seen it."
DETAILS = {
    "method-not-allowed": "The header Allow says which methods are.",
    "unavailable": "Ask again in a few seconds.",
    "not-found": "There is nothing at this address. The addresses are at /api/v1/docs.",
}


class Problems:
    """Errors from outside the API's own views become problems too, and a token in an address is refused.

    Addresses are kept by proxies, browsers and logs; a token that was in one is not secret any more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(ROOT):
            return self.get_response(request)
        query = request.META.get("QUERY_STRING", "")
        if len(query) > LONGEST_QUERY or query.count("&") >= MOST_PARAMETERS:
            sentence = f"Shorten the query to {LONGEST_QUERY} characters and {MOST_PARAMETERS} parameters."
            return without_body(request, Problem("bad-request", sentence).response())
        if _holds_token(request):
            return without_body(request, Problem("token-in-address", IN_ADDRESS).response())
        response = self.get_response(request)
        if not response.get("Content-Type", "").startswith("text/html"):
            for name in OF_PAGES:
                del response[name]
            _without_cookies(response)
        elif response.status_code >= 400:
            return without_body(request, _as_problem(response))
        return response


def _without_cookies(response: HttpResponse) -> None:
    """Say nothing of cookies, which make no difference to what a token opens."""
    names = [name for name in response.get("Vary", "").split(", ") if name and name != "Cookie"]
    del response["Vary"]
    if names:
        response["Vary"] = ", ".join(names)


def _holds_token(request: HttpRequest) -> bool:
    if SECRET.search(request.get_full_path()):
        return True
    return any(name.lower() in NAMES for name in request.GET)


def _as_problem(response: HttpResponse) -> HttpResponse:
    code = for_status(response.status_code)
    kept = {name: response[name] for name in ("Allow", "Retry-After") if response.has_header(name)}
    problem = Problem(code, DETAILS.get(code, "The request was refused before the API saw it."), headers=kept)
    return problem.response()
