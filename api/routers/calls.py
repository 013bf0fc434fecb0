"""What becomes of calls: route, and identifiers of contacts without a number."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from api import telling
from api.auth import components
from api.directory import entry_of
from api.documents import documented
from api.identifiers import UNIQUE, shared
from api.lookups import domain_by
from api.parameters import Number, Slug
from api.problems import Problem
from api.responses import response_of
from api.schemas import AnonymousContact, Route
from dialrules.numbers import cleaned_number
from dialrules.routing import Direction

router = Router(tags=["Calls"], auth=components)

EXAMPLE = {
    "action": "divert",
    "reason": "rule-matched",
    "uri": "sip:duty@pbx.corp.example",
    "rule": {"name": "Hotline to Vienna", "pattern": "+361*"},
    "domain": "budapest-east",
    "direction": "inbound",
    "number": "+3612345678",
    "emergency": True,
    "message": "Diverted by the dial rule “Hotline to Vienna”.",
}
EXAMPLE_CONTACT = {"identifier": "019ab3f2-77c4-7b21-9c5e-2f0c8d6e4a11", "unique": True, "domain": "budapest-east"}


@router.get(
    "/domains/{slug}/route",
    response=Route,
    operation_id="route",
    summary="What becomes of a call",
    openapi_extra=documented(
        "unknown-domain", "missing-parameter", "invalid-number", "invalid-parameter", "unavailable", example=EXAMPLE
    ),
)
def route_call(
    request: HttpRequest,
    slug: Slug,
    direction: Annotated[Direction, Query(description="Seen from the domain.", examples=["inbound"])],
    number: Number,
) -> HttpResponse:
    """`proceed` unless an emergency is declared. In an emergency outbound calls are rejected, and inbound ones diverted
    to the URI of the first enabled dial rule that matches; where none does, the domain says: proceed or reject.
    """
    entry = entry_of(domain_by(slug))
    try:
        called = cleaned_number(number)
    except ValueError as error:
        raise Problem("invalid-number", str(error), parameter="number") from error
    return response_of(telling.routed(entry, direction, called))


@router.post(
    "/domains/{slug}/anonymous-contacts",
    response=AnonymousContact,
    operation_id="anonymous_contact",
    summary="An identifier for a contact without a caller number",
    openapi_extra=documented("unknown-domain", "unavailable", example=EXAMPLE_CONTACT),
)
def anonymous_contact(request: HttpRequest, slug: Slug) -> AnonymousContact:
    """With Unique Anonymous on, each call gives an identifier that nobody ever had, and later ones sort behind earlier
    ones; otherwise always the domain's shared one.
    """
    domain = domain_by(slug)
    unique = domain.unique_anonymous
    identifier = UNIQUE.next() if unique else shared(domain.pk, domain.slug)
    return AnonymousContact(identifier=str(identifier), unique=unique, domain=domain.slug)
