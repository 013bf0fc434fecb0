"""May this version connect, and which update is to be installed: for components and for gates in front of them."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api import telling
from api.auth import components
from api.callers import usable
from api.deciding import Question, answer, described, message
from api.documents import documented, plain
from api.lookups import component_by, site_by, version_of
from api.parameters import ComponentName, Side, Slug, Version
from api.problems import Problem
from api.remembering import body_of
from api.responses import response_of
from api.schemas import Admission
from api.seen import note
from api.snapshot import WATCHED, Snapshot
from updatelinks.networks import Network

router = Router(tags=["Admission"], auth=components)

PROBLEMS = (
    "unknown-domain",
    "unknown-component",
    "missing-parameter",
    "invalid-version",
    "invalid-parameter",
    "unavailable",
)
EXAMPLE = {
    "decision": "deny",
    "reason": "no-rule-matched",
    "domain": "budapest-east",
    "component": "Agent Application",
    "version": "10.1.7",
    "matched_rule": None,
    "accepted": ["10.2.*", "10.3.?"],
    "enforce_at": None,
    "update": {
        "version": "10.2.10",
        "url": "https://sw.corp.example/10.2.10",
        "network": "private",
        "required": True,
    },
    "remedy": "install-update",
    "message": "Version 10.1.7 may not connect. Install 10.2.10.",
    "revision": 4711,
    "recheck_after": 30,
}
HEADERS = {
    "Contact-Expert-Decision": "allow, warn or deny.",
    "Contact-Expert-Reason": "Why, as in the admission endpoint.",
    "Contact-Expert-Remedy": "none, install-update or contact-administrator.",
    "Contact-Expert-Update-Version": "The version to install, if there is one.",
    "Contact-Expert-Update-Url": "Where it is to be had.",
}
Agent = Annotated[
    str, Query(description="An opaque id of the agent, for the reports of who runs what.", examples=["agent-0815"])
]


@router.get(
    "/domains/{slug}/admission",
    response=Admission,
    operation_id="admission",
    summary="Whether a version may connect, and which update to install",
    openapi_extra=documented(*PROBLEMS, example=EXAMPLE),
)
def admission(
    request: HttpRequest,
    slug: Slug,
    component: ComponentName,
    version: Version,
    network: Side = None,
    agent: Agent = "",
) -> HttpResponse:
    """200 for every decision: `allow`, `warn` (may connect, and is told so) and `deny`. A reported version is a claim:
    this controls compatibility and is no authentication. Ask again after `recheck_after` seconds.
    """
    snapshot = WATCHED.current()
    question = _question(request, snapshot, slug, component, version, network)
    now = timezone.now()
    body = body_of(snapshot, question, now)
    note(question, agent, now)
    return response_of(telling.admission(body))


@router.get(
    "/domains/{slug}/admission/gate",
    response={204: None},
    operation_id="gate",
    summary="The same for gates: 204 or 403",
    openapi_extra={
        "responses": documented(*PROBLEMS, "denied")["responses"]
        | {204: plain("May connect; `warn` in the header says that it is told so.", HEADERS)}
    },
)
def gate(
    request: HttpRequest,
    slug: Slug,
    component: ComponentName,
    version: Version,
    network: Side = None,
    agent: Agent = "",
) -> HttpResponse:
    """For nginx `auth_request` and for Envoy's Lua filter: the status lets through or not, headers say why."""
    snapshot = WATCHED.current()
    question = _question(request, snapshot, slug, component, version, network)
    now = timezone.now()
    found = answer(question, now)
    note(question, agent, now)
    verdict, update = found.verdict, found.update
    headers = {
        "Contact-Expert-Decision": str(verdict.decision),
        "Contact-Expert-Reason": str(verdict.reason),
        "Contact-Expert-Remedy": str(found.remedy),
        "Cache-Control": "no-store",
    }
    if update:
        headers |= {"Contact-Expert-Update-Version": update.version, "Contact-Expert-Update-Url": update.url}
    if found.may_connect:
        return HttpResponse(status=204, headers=headers)
    told = described(question, found, snapshot)
    raise Problem(
        "denied",
        message(question.version, found),
        headers=headers,
        more={name: told[name] for name in ("decision", "reason", "accepted", "update", "remedy")},
    )


def _question(
    request: HttpRequest, snapshot: Snapshot, slug: str, component: str, version: str, network: Network | None
) -> Question:
    site = site_by(snapshot, slug)
    part = component_by(snapshot, component)
    return Question(site, part, version_of(version), usable(request, site.outsource, network))
