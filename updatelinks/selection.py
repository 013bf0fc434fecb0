"""Which update to offer: one or none, and never a downgrade; VERSIONS.md, "Choosing the update". Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from updatelinks.networks import Network
from updatelinks.ordering import Order, order
from versioncontrol.admission import Decision, Policy, Verdict
from versioncontrol.patterns import folded, reading_order


class Remedy(StrEnum):
    """What the caller can do."""

    NONE = "none"
    INSTALL_UPDATE = "install-update"
    CONTACT_ADMINISTRATOR = "contact-administrator"


class Step(StrEnum):
    """Where a link left the choice, or that it won."""

    NOT_ADMITTED = "not-admitted"
    NO_URL = "no-url"
    NOT_ORDERED = "not-ordered"
    NOT_NEWER = "not-newer"
    NEWER_OFFERED = "newer-offered"
    OFFERED = "offered"


@dataclass(frozen=True, slots=True)
class Link:
    """A link made ready to be chosen; see link()."""

    version: str
    private_url: str
    public_url: str
    order: Order | None

    def url(self, network: Network) -> str:
        return self.private_url if network is Network.PRIVATE else self.public_url


@dataclass(frozen=True, slots=True)
class Update:
    """The one link to install; `required` when the caller is denied without it."""

    version: str
    url: str
    network: Network
    required: bool


def link(version: str, private_url: str = "", public_url: str = "") -> Link:
    """A link from its properties as typed."""
    return Link(version.strip(), private_url, public_url, order(version))


def choose(
    links: Iterable[Link], *, policy: Policy, verdict: Verdict, version: str, networks: Sequence[Network]
) -> Update | None:
    """The update for a caller of this version, which was given this verdict; `networks` come from networks.usable."""
    denied, mine = verdict.decision is Decision.DENY, order(version)
    left = [link for link in links if _dropped(link, policy, denied, mine, networks) is None]
    return _update(max(left, key=_preference), networks, denied) if left else None


def explain(
    links: Iterable[Link], *, policy: Policy, verdict: Verdict, version: str, networks: Sequence[Network]
) -> Iterator[tuple[Link, Step]]:
    """Each link with the step at which it was dropped; at most one is OFFERED."""
    denied, mine = verdict.decision is Decision.DENY, order(version)
    steps = [(link, _dropped(link, policy, denied, mine, networks)) for link in links]
    best = max((link for link, step in steps if step is None), key=_preference, default=None)
    for link, step in steps:
        yield link, step or (Step.OFFERED if link is best else Step.NEWER_OFFERED)


def remedy(verdict: Verdict, update: Update | None) -> Remedy:
    """What a caller can do about its verdict; a warned one is told of the update before it is denied."""
    if verdict.decision is Decision.ALLOW:
        return Remedy.NONE
    if update is not None:
        return Remedy.INSTALL_UPDATE
    return Remedy.CONTACT_ADMINISTRATOR if verdict.decision is Decision.DENY else Remedy.NONE


def _dropped(link: Link, policy: Policy, denied: bool, mine: Order | None, networks: Sequence[Network]) -> Step | None:
    """Why the link is no candidate; the cheap questions come first where the answer allows it."""
    if not policy.admits(link.version):
        return Step.NOT_ADMITTED
    if not any(link.url(network) for network in networks):
        return Step.NO_URL
    if mine is None:
        return None if denied else Step.NOT_ORDERED
    if link.order is None:
        return Step.NOT_ORDERED
    return None if link.order > mine else Step.NOT_NEWER


def _preference(link: Link) -> tuple[bool, Order | tuple[()], list[str | int], str]:
    """The newest wins. Equal ones, and those that cannot be ordered, are told apart by what they are called."""
    key = folded(link.version)
    return link.order is not None, link.order or (), reading_order(key), key


def _update(link: Link, networks: Sequence[Network], denied: bool) -> Update:
    network = next(network for network in networks if link.url(network))
    return Update(link.version, link.url(network), network, denied)
