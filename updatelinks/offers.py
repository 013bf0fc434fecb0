"""A domain's links made ready to be chosen from, and what Version Control wants to know of them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from updatelinks import selection
from updatelinks.models import UpdateLink
from updatelinks.networks import Network
from updatelinks.ordering import newer, order
from updatelinks.selection import Link, Update
from versioncontrol.admission import Decision, Policy, Reason, Verdict, decide
from versioncontrol.remedies import Remedies

Links = Mapping[int, Sequence[Link]]  # by component
USABLE = {Network.PRIVATE: (Network.PRIVATE, Network.PUBLIC), Network.PUBLIC: (Network.PUBLIC,)}


def links(
    domain_id: int | None = None, ready: Callable[[str, str, str], Link] = selection.link
) -> dict[int, dict[int, list[Link]]]:
    """The links of one domain or of all: domain -> component -> links. One query; `ready` as of policies()."""
    found = UpdateLink.objects.all() if domain_id is None else UpdateLink.objects.filter(domain=domain_id)
    made: dict[int, dict[int, list[Link]]] = defaultdict(lambda: defaultdict(list))
    columns = ("domain_id", "component_id", "version", "private_url", "public_url")
    for domain, component, version, private_url, public_url in found.order_by().values_list(*columns):
        made[domain][component].append(ready(version, private_url, public_url))
    return made


def remedies_of(domain_id: int) -> Remedies:
    """What the domain's stored links offer."""
    return remedies(links(domain_id).get(domain_id, {}))


def remedies(found: Links) -> Remedies:
    """What these links offer; they need not be stored.

    Whoever is offered anything is offered the newest link of its side, so that one look at the links serves a fleet.
    """
    known: dict[tuple[int, str], tuple[Policy, Update | None]] = {}

    def best(component: int, policy: Policy, network: str) -> Update | None:
        kept = known.get((component, network))
        if kept is None or kept[0] is not policy:
            kept = policy, newest(found.get(component, ()), policy, Network(network))
            known[component, network] = kept
        return kept[1]

    def helps(component: int, policy: Policy, version: str, network: str, at: datetime) -> str | None:
        update = best(component, policy, network)
        if update is None:
            return None
        if order(version) is None:
            denied = decide(policy, version, at).decision is Decision.DENY
            return update.version if denied else None
        return update.version if newer(update.version, than=version) else None

    return Remedies({component: [link.version for link in some] for component, some in found.items()}, helps)


def newest(found: Sequence[Link], policy: Policy, side: Network) -> Update | None:
    """What the oldest caller gets: the newest admitted link that has a URL for its side."""
    denied = Verdict(Decision.DENY, Reason.NO_RULE_MATCHED)
    return selection.choose(found, policy=policy, verdict=denied, version="", networks=USABLE[side])
