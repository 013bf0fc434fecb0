"""Version 1 of the API."""

from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from api.documents import Api, Docs, ObjectParser
from api.handling import answer
from api.routers import active, admission, calls, reports

DESCRIPTION = """For agent-side components, load balancers and scripts. docs/api.md explains it with examples.

Every error is a problem by RFC 9457 (`application/problem+json`) with a stable `code`. Send a token with every request:
`Authorization: Bearer TOKEN`. Ignore members of an answer that you do not know: more may come."""

api = Api(
    title="Contact Expert: Application Servers",
    version="1",
    description=DESCRIPTION,
    urls_namespace="v1",
    parser=ObjectParser(),
    docs=Docs(),
)
for error in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(error, answer)

api.add_router("", active.router)
api.add_router("", calls.router)
api.add_router("", admission.router)
api.add_router("", reports.router)


def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Whatever is asked for below /api/v1/ and is not there."""
    return answer(request, Http404())
