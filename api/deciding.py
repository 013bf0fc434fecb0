"""One question about a version, and its answer, as the API words them. Pure."""

from dataclasses import dataclass
from datetime import datetime

from api.snapshot import Part, Site, Snapshot
from updatelinks.networks import Network
from updatelinks.selection import Remedy, Update, choose, remedy
from versioncontrol.admission import Decision, Policy, Reason, Verdict, decide

RECHECK_AFTER = 30  # seconds


@dataclass(frozen=True, slots=True)
class Question:
    """May this version of the component connect; `networks` are those whose URLs the caller may be given."""

    site: Site
    component: Part
    version: str
    networks: tuple[Network, ...]

    @property
    def policy(self) -> Policy:
        return self.site.policies.get(self.component.key, Policy())

    @property
    def key(self) -> tuple[object, ...]:
        """What two questions with the same answer share."""
        return self.site.key, self.component.key, self.version, self.networks


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision and what to do about it."""

    verdict: Verdict
    update: Update | None
    remedy: Remedy

    @property
    def may_connect(self) -> bool:
        return self.verdict.decision is not Decision.DENY


def answer(question: Question, now: datetime) -> Answer:
    """Decide, and choose the update."""
    verdict = decide(question.policy, question.version, now)
    links = question.site.links.get(question.component.key, ())
    update = choose(
        links, policy=question.policy, verdict=verdict, version=question.version, networks=question.networks
    )
    return Answer(verdict, update, remedy(verdict, update))


def described(question: Question, found: Answer, snapshot: Snapshot) -> dict[str, object]:
    """The answer as JSON has it; VERSIONS.md, "Over HTTP"."""
    verdict, update = found.verdict, found.update
    return {
        "decision": verdict.decision,
        "reason": verdict.reason,
        "domain": question.site.slug,
        "component": question.component.name,
        "version": question.version,
        "matched_rule": verdict.matched_rule,
        "accepted": list(verdict.accepted),
        "enforce_at": verdict.enforce_at.isoformat() if verdict.enforce_at else None,
        "update": update
        and {
            "version": update.version,
            "url": update.url,
            "network": update.network,
            "required": update.required,
        },
        "remedy": found.remedy,
        "message": message(question.version, found),
        "revision": snapshot.revision,
        "recheck_after": RECHECK_AFTER,
    }


def message(version: str, found: Answer) -> str:
    """The answer for people."""
    install = f" Install {found.update.version}." if found.update else ""
    match found.verdict.decision:
        case Decision.ALLOW:
            offered = f" {found.update.version} is to be had." if found.update else ""
            return f"Version {version} may connect.{offered}"
        case Decision.WARN:
            return f"Version {version} may still connect, but {_why(found.verdict)}.{install}"
        case _:
            return f"Version {version} may not connect.{install or ' Ask an administrator.'}"


def _why(verdict: Verdict) -> str:
    if verdict.reason is Reason.WARN_ONLY:
        return "is not among the accepted ones"
    until = f" from {verdict.enforce_at:%Y-%m-%d %H:%M} UTC on" if verdict.enforce_at else ""
    return f"is refused{until}"
