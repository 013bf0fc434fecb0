"""What an open list asks every few seconds and at each letter of a search: its queries, compiled once."""

from functools import cache, lru_cache

from django.db.models import Count, Q, QuerySet, Subquery, Value

from appservers.models import Domain
from appservers.selectors import having
from common.planning import AS_WRITTEN, IN_MEMORY, planned
from common.prepared import Prepared
from failover.conditions import URGENCY, maybe_first
from failover.lines import Values, complete

KEY = -(10**15)  # the first stand-in of a key; no other parameter is as low
NAME, HOST = "\ue000", "\ue001"
SHAPES = 256  # that are kept: pages of all sizes, and searches that find any number of domains


def urgent(chosen: QuerySet[Domain]) -> QuerySet[Domain]:
    """What may have to come before the others."""
    return chosen.filter(pk__in=maybe_first()).order_by(URGENCY, "name_key")


def most_urgent(number: int) -> list[int]:
    """The keys of the first so many of all domains that may have to come before the others."""
    with planned(IN_MEMORY):
        return [key for (key,) in _most_urgent(number).rows({})]


def found_by(name: str, host: str, most: int) -> list[int]:
    """The keys of at most so many domains whose name, or a server's host name, has that part."""
    return [key for (key,) in _found_by(most).rows({NAME: name, HOST: host})]


def few(keys: list[int], begin: int, end: int) -> list[Values]:
    """The lines from `begin` to `end` of those domains, the most urgent first."""
    with planned(AS_WRITTEN):
        return _few(len(keys), begin, end).rows(_in_place(keys)) if keys else []


def everywhere(first: list[int], begin: int, end: int) -> list[Values]:
    """Those from `begin` to `end` of all domains where these come first, by name; the last value is their number."""
    with planned(AS_WRITTEN):
        return _everywhere(len(first), begin, end).rows(_in_place(first))


def here(chosen: QuerySet[Domain], first: list[int], begin: int, end: int) -> Q:
    """Which stand from `begin` to `end` where those come first, and the others by name."""
    which = Q(pk__in=first[begin:])
    if len(first) < end:
        others = chosen.exclude(pk__in=maybe_first()).order_by("name_key").values("pk")
        which |= Q(pk__in=others[max(0, begin - len(first)) : end - len(first)])
    return which


def counted(chosen: QuerySet[Domain]) -> QuerySet[Domain, Values]:
    """All lines, each with the number of those chosen."""
    number = chosen.order_by().values(every=Value(1)).annotate(number=Count("pk")).values("number")
    return complete().annotate(total=Subquery(number))


def _in_place(keys: list[int]) -> dict[int, int]:
    return {KEY - place: key for place, key in enumerate(keys)}


@lru_cache(maxsize=SHAPES)
def _most_urgent(number: int) -> Prepared:
    return Prepared(urgent(Domain.objects.order_by()).values_list("pk")[:number])


@cache
def _found_by(most: int) -> Prepared:
    return Prepared(having(NAME, HOST).order_by().values_list("pk")[:most])


@lru_cache(maxsize=SHAPES)
def _few(number: int, begin: int, end: int) -> Prepared:
    keys = list(_in_place([0] * number))
    return Prepared(complete().filter(pk__in=keys).order_by(URGENCY, "name_key")[begin:end])


@lru_cache(maxsize=SHAPES)
def _everywhere(number: int, begin: int, end: int) -> Prepared:
    every, first = Domain.objects.order_by(), list(_in_place([0] * number))
    return Prepared(counted(every).filter(here(every, first, begin, end)).order_by("name_key"))
