"""What other apps know about a domain. They register it at the start, because this app imports none of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from appservers.models import Domain

Caution = Callable[[Domain, Domain], str]  # as stored, as wanted -> what would follow at once; empty when nothing would


@dataclass(frozen=True)
class Remarks:
    """What somebody says about domains: in words, and what a query of domains brings along for that."""

    words: Callable[[Domain], list[str]]
    prefetches: Callable[[], "Iterable[Prefetch[str]]"]


# What becomes of each domain's inbound calls once its emergency is declared, by its key.
Calls = Callable[[Sequence[Domain]], Mapping[int, str]]

cautions: list[Caution] = []
remarks: list[Remarks] = []
calls: list[Calls] = []


def cautioned(stored: Domain, wanted: Domain) -> list[str]:
    """What a person should be asked before this is saved."""
    return [text for caution in cautions if (text := caution(stored, wanted))]


def remarked(domain: Domain) -> list[str]:
    """What is to be said about a domain."""
    return [text for source in remarks for text in source.words(domain)]


def calls_in_an_emergency(domains: Sequence[Domain]) -> dict[int, str]:
    """A sentence for each of the domains, before its emergency is declared."""
    return {key: text for source in calls for key, text in source(domains).items()}


def prefetches() -> "list[Prefetch[str]]":
    """What a query brings along, so that remarked() asks nothing more."""
    return [prefetch for source in remarks for prefetch in source.prefetches()]
