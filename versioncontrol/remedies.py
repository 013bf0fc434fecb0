"""Who helps a version that is refused. updatelinks says so at the start, because this app need not know it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from versioncontrol.impact import Helps


def nothing(*_: object) -> None:
    """Without update links every denied version is stranded."""


@dataclass(frozen=True, slots=True)
class Remedies:
    """A domain's updates: the versions that are linked, by component, and which of them a caller is offered."""

    versions: Mapping[int, Sequence[str]] = field(default_factory=dict)
    helps: Helps = nothing


_sources: list[Callable[[int], Remedies]] = []


def register(source: Callable[[int], Remedies]) -> None:
    """Name the function that reads a domain's remedies, by the domain's key."""
    _sources[:] = [source]


def remedies(domain_id: int) -> Remedies:
    """The domain's remedies."""
    return _sources[0](domain_id) if _sources else Remedies()
