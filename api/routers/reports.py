"""For administrators and scripts: why a decision is what it is, what a change would do, and who runs what."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from api import dryrun
from api.auth import reports
from api.callers import place, usable
from api.deciding import Question, answer, described
from api.documents import documented
from api.lookups import component_by, domain_by, site_by, version_of
from api.parameters import ComponentName, Days, Side, Slug, Version
from api.schemas import DryRun, Explanation, Fleet, FleetRow, LinkStep, Proposal, RuleStep
from api.snapshot import WATCHED
from common.sheets import sheet
from updatelinks.networks import Network
from updatelinks.selection import explain as explain_links
from versioncontrol import selectors
from versioncontrol.admission import Policy, decide
from versioncontrol.matching import matches
from versioncontrol.models import Component

router = Router(tags=["Reports"], auth=reports)

DAYS = 14
EXAMPLE_EXPLANATION = {
    "decision": "deny",
    "reason": "no-rule-matched",
    "message": "Version 10.1.7 may not connect. Install 10.2.10.",
    "place": "corporate",
    "networks": ["private", "public"],
    "rules": [{"pattern": "10.2.*", "matches": False}],
    "links": [{"version": "10.2.10", "step": "offered"}, {"version": "10.2.4", "step": "newer-offered"}],
    "revision": 4711,
}
EXAMPLE_ROW = {
    "component": "Agent Application",
    "version": "10.1.7",
    "network": "private",
    "agents": 12,
    "checks": 480,
    "first_seen": "2026-11-20T08:00:00Z",
    "last_seen": "2026-11-24T12:00:00Z",
    "decision": "deny",
    "reason": "no-rule-matched",
}
EXAMPLE_FLEET = {"domain": "budapest-east", "days": 14, "versions": [EXAMPLE_ROW]}
EXAMPLE_DRY_RUN = {
    "domain": "budapest-east",
    "days": 14,
    "newly_denied": 12,
    "denied_at_once": 12,
    "newly_allowed": 0,
    "stranded": 12,
    "versions": [
        {
            "component": "Agent Application",
            "version": "10.1.7",
            "network": "private",
            "agents": 12,
            "last_seen": "2026-11-24T12:00:00Z",
            "now": {"decision": "allow", "reason": "no-rules"},
            "then": {"decision": "deny", "reason": "no-rule-matched"},
            "newly_denied": True,
            "denied_at_once": True,
            "newly_allowed": False,
            "stranded": True,
        }
    ],
    "unused": [{"component": "Agent Application", "pattern": "10.3.?"}],
    "shadowed": [],
    "warnings": [
        {
            "component": "Agent Application",
            "pattern": None,
            "code": "locks-out",
            "sentence": "It locks out 12 agents seen in the last 14 days: 10.1.7. No update link helps any of them.",
            "better": [],
        }
    ],
}


class Form(StrEnum):
    """How a report comes."""

    JSON = "json"
    CSV = "csv"


@router.get(
    "/domains/{slug}/admission/explain",
    response=Explanation,
    operation_id="explain",
    summary="Why a decision is what it is",
    openapi_extra=documented(
        "unknown-domain",
        "unknown-component",
        "missing-parameter",
        "invalid-version",
        "invalid-parameter",
        "unavailable",
        example=EXAMPLE_EXPLANATION,
    ),
)
def explain(
    request: HttpRequest, slug: Slug, component: ComponentName, version: Version, network: Side = None
) -> Explanation:
    """Each rule with whether it matches, and each update link with the step that dropped it."""
    snapshot = WATCHED.current()
    site, part = site_by(snapshot, slug), component_by(snapshot, component)
    question = Question(site, part, version_of(version), usable(request, site.outsource, network))
    found = answer(question, timezone.now())
    told = described(question, found, snapshot)
    steps = explain_links(
        site.links.get(part.key, ()),
        policy=question.policy,
        verdict=found.verdict,
        version=question.version,
        networks=question.networks,
    )
    return Explanation(
        decision=found.verdict.decision,
        reason=found.verdict.reason,
        message=str(told["message"]),
        place=place(request),
        networks=list(question.networks),
        rules=[
            RuleStep(pattern=pattern, matches=matches(pattern, question.version))
            for pattern in question.policy.rules.patterns
        ],
        links=[LinkStep(version=link.version, step=step) for link, step in steps],
        revision=snapshot.revision,
    )


@router.get(
    "/domains/{slug}/versions",
    response=Fleet,
    operation_id="versions",
    summary="Who runs what",
    openapi_extra=documented("unknown-domain", "invalid-parameter", "unavailable", example=EXAMPLE_FLEET, csv=True),
)
def versions(
    request: HttpRequest,
    slug: Slug,
    days: Days = DAYS,
    format: Annotated[Form, Query(description="`csv` gives the same rows for a spreadsheet.")] = Form.JSON,  # noqa: A002
) -> Fleet | HttpResponse:
    """Each version of each component that was seen, by network, with the decision of now. An agent that gives an id
    counts once; those that give none count once per version.
    """
    domain, now = domain_by(slug), timezone.now()
    names = dict(Component.objects.values_list("pk", "name"))
    policies = selectors.policies_of(domain)
    rows = []
    for seen in selectors.fleet(domain, now - timedelta(days=days)):
        verdict = decide(policies.get(seen.component, Policy()), seen.version, now)
        rows.append(
            FleetRow(
                component=names[seen.component],
                version=seen.version,
                network=Network(seen.network),
                agents=seen.agents,
                checks=seen.checks,
                first_seen=seen.first_seen,
                last_seen=seen.last_seen,
                decision=verdict.decision,
                reason=verdict.reason,
            )
        )
    if format is Form.CSV:
        return _as_csv(domain.slug, rows)
    return Fleet(domain=domain.slug, days=days, versions=rows)


@router.post(
    "/domains/{slug}/admission/dry-run",
    response=DryRun,
    operation_id="dry_run",
    summary="What a change of rules, links and modes would do",
    openapi_extra=documented(
        "unknown-domain",
        "unknown-component",
        "malformed-body",
        "missing-parameter",
        "invalid-version",
        "invalid-pattern",
        "invalid-url",
        "invalid-parameter",
        "duplicate-rule",
        "duplicate-link",
        "acknowledgement-required",
        "unavailable",
        example=EXAMPLE_DRY_RUN,
    ),
)
def dry_run(request: HttpRequest, slug: Slug, proposal: Proposal) -> DryRun:
    """Now and then for every version that was seen lately, judged as it will be once every date has come and no
    break-glass holds; who is denied at once; and the warnings that saving would have acknowledged.
    What the proposal leaves out stays as it is. Saves nothing.
    """
    return dryrun.dry_run(domain_by(slug), proposal, timezone.now())


def _as_csv(slug: str, rows: list[FleetRow]) -> HttpResponse:
    text = sheet(list(FleetRow.model_fields), (list(row.model_dump(mode="json").values()) for row in rows))
    headers = {"Content-Disposition": f'attachment; filename="versions-{slug}.csv"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
