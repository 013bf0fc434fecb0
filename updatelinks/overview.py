"""What the page shows of a domain's links: what is offered to whom, and which links are offered to nobody."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appservers.models import Domain
from common.status import Look, Tone
from updatelinks import offers, selection, selectors
from updatelinks.models import UpdateLink
from updatelinks.networks import Network
from updatelinks.selection import Link, Update
from versioncontrol import selectors as versions
from versioncontrol.admission import Policy
from versioncontrol.models import Component

NOT_ADMITTED = Look(
    Tone.WARN,
    "exclamation-triangle-fill",
    "No rule admits it",
    "Nobody is sent to this version, because it may not connect.",
)
NOT_OUTSIDE = Look(
    Tone.WARN, "exclamation-triangle-fill", "No URL for outside", "Who asks from outside is not offered this version."
)
NOT_ORDERED = Look(
    Tone.IDLE,
    "question-lg",
    "Cannot be ordered",
    "It cannot be told whether this version is newer than others, so only a denied caller whose own version cannot be "
    "ordered either is sent to it.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A link with what is wrong with it."""

    link: UpdateLink
    marks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A component's links, and what each side gets now; outside only where there is an outside."""

    component: Component
    inside: Update | None
    outside: Update | None
    lines: tuple[Line, ...]


def sections(domain: Domain) -> list[Section]:
    """The domain's links by component. Few queries, whatever there is."""
    by_component: dict[Component, list[UpdateLink]] = defaultdict(list)
    for row in selectors.links(domain):
        by_component[row.component].append(row)
    policies = versions.policies_of(domain)
    return [_section(domain, component, rows, policies) for component, rows in by_component.items()]


def _section(
    domain: Domain, component: Component, rows: Sequence[UpdateLink], policies: Mapping[int, Policy]
) -> Section:
    policy = policies.get(component.pk, Policy())
    ready = [selection.link(row.version, row.private_url, row.public_url) for row in rows]
    outside = offers.newest(ready, policy, Network.PUBLIC) if domain.outsource else None
    lines = tuple(Line(row, _marks(link, policy, domain.outsource)) for row, link in zip(rows, ready, strict=True))
    return Section(component, offers.newest(ready, policy, Network.PRIVATE), outside, lines)


def _marks(link: Link, policy: Policy, outsource: bool) -> tuple[Look, ...]:
    found = []
    if not policy.admits(link.version):
        found.append(NOT_ADMITTED)
    if outsource and not link.public_url:
        found.append(NOT_OUTSIDE)
    if link.order is None:
        found.append(NOT_ORDERED)
    return tuple(found)
