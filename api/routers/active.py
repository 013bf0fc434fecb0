"""Which server is active: for components, and for load balancers."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router

from api import conf, telling
from api.auth import components
from api.callers import usable
from api.directory import entry_of
from api.documents import documented, plain
from api.lookups import domain_by
from api.parameters import Side, Slug
from api.problems import Problem
from api.responses import response_of
from api.schemas import Active, ServerRole
from api.waiting import seats, wait_for
from appservers.models import Domain

router = Router(tags=["Active server"], auth=components)

MOST = 2**63 - 1
COME_BACK = 5  # seconds for which a client that found no seat should stay away
EXAMPLE = {
    "domain": "budapest-east",
    "active_role": "primary",
    "epoch": 7,
    "naming_service": {"host": "ce-a.corp.example", "port": 9999},
    "web": "web-a.corp.example",
    "network": "private",
}


@router.get(
    "/domains/{slug}/active",
    response=Active,
    operation_id="active",
    summary="Which server is active",
    openapi_extra=documented(
        "unknown-domain",
        "invalid-parameter",
        "history-went-back",
        "unavailable",
        example=EXAMPLE,
        headers={"ETag": "Changes with the answer.", "Retry-After": "Only when no more requests may wait: ask then."},
        more={304: plain("Nothing changed since the ETag in If-None-Match.", {"ETag": "The same."})},
    ),
)
def active(
    request: HttpRequest,
    slug: Slug,
    epoch: Annotated[int | None, Query(ge=0, le=MOST, description="The epoch that you know.", examples=[7])] = None,
    wait: Annotated[
        int, Query(ge=0, le=conf.LONGEST_WAIT, description="Seconds to wait for a higher epoch.", examples=[0])
    ] = 0,
    network: Side = None,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="The ETag of the answer that you have.")
    ] = None,
) -> HttpResponse:
    """The active server with its epoch: take it as a fencing token, and refuse what carries a lower one.

    With `epoch` and `wait` the answer waits until the epoch is higher than the one you know, or the time is over. A
    process lets few requests wait; where no more may, the answer comes at once and Retry-After says when to ask again.
    `history-went-back` means that the database lost switches that you know of: keep to the server that you have.
    """
    domain, came_back = _waited(domain_by(slug), epoch, wait)
    body, etag = telling.active(entry_of(domain), usable(request, domain.outsource, network))
    response = response_of(telling.active_told(body, etag, if_none_match or ""))
    if came_back:
        response["Retry-After"] = str(came_back)
    return response


@router.get(
    "/domains/{slug}/is-active",
    response={200: None},
    operation_id="is_active",
    summary="Whether a server is the active one, for load balancers",
    openapi_extra={
        "responses": documented("unknown-domain", "missing-parameter", "invalid-parameter", "unavailable")["responses"]
        | {
            200: plain("It is active.", {"Contact-Expert-Epoch": "The epoch."}, "text/plain"),
            503: {
                "description": "It is not active (text/plain), or the database does not answer (a problem).",
                "headers": {"Contact-Expert-Epoch": {"description": "The epoch.", "schema": {"type": "string"}}},
                "content": {
                    "text/plain": {"schema": {"type": "string"}},
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
                },
            },
        }
    },
)
def is_active(
    request: HttpRequest,
    slug: Slug,
    role: Annotated[ServerRole, Query(description="The server that is asked about.", examples=["primary"])],
) -> HttpResponse:
    """200 when that server is the active one, 503 when it is not. HEAD works too. May be kept for a second."""
    entry = entry_of(domain_by(slug))
    if role not in entry.servers:
        raise Problem("invalid-parameter", f"The domain has no {role} server.", parameter="role")
    return response_of(telling.is_active(entry, role))


def _waited(domain: Domain, epoch: int | None, wait: int) -> tuple[Domain, int]:
    """The domain once its epoch is above the known one or the time is over; and when to come back, if ever."""
    _refuse_lower(domain, epoch)
    if epoch is None or epoch < domain.epoch or not wait:
        return domain, 0
    with seats(conf.waiters()).taken() as seated:
        if not seated:
            return domain, COME_BACK
        seen = wait_for(lambda: domain_by(domain.slug), lambda seen: seen.epoch != epoch, wait)
    _refuse_lower(seen, epoch)  # the database may have gone back meanwhile
    return seen, 0


def _refuse_lower(domain: Domain, epoch: int | None) -> None:
    if epoch is not None and epoch > domain.epoch:
        raise Problem(
            "history-went-back",
            f"You know epoch {epoch}, and the database has {domain.epoch}: it lost switches. Keep the server you have "
            "until an administrator has looked at High Availability.",
            parameter="epoch",
            more={"epoch": domain.epoch},
        )
