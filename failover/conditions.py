"""How domains stand, as the database can ask: each counted once, what needs a person, and what comes first.

The overview, the wallboard and the list ask with the same words, so that a number leads to its domains. What a row says
in the end is overview.DomainRow; partial indexes of the models hold the few that are asked for.
"""

from functools import cache
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from appservers.models import Domain
from failover.decision import Code, State
from failover.models import AMISS, LOUD, STANDBY_AMISS, UNCHECKED, Hold, ServerHealth, Standing

WAITING = Hold.objects.filter(cleared_at=None, domain__isnull=False).order_by()  # for a person's word
UNCHECKED_SERVERS = ServerHealth.objects.filter(UNCHECKED, configuration=F("server__configuration")).order_by()

# What needs a person first.
URGENCY = Case(
    When(Exists(WAITING.filter(domain=OuterRef("pk"))), then=Value(-1)),
    When(standing__state=State.HELD, then=Value(0)),
    When(standing__state=State.EXPOSED, then=Value(1)),
    When(standing__state=State.COUNTING_DOWN, then=Value(2)),
    When(standing__state=State.CONFIRMING, then=Value(3)),
    When(standing__code=Code.STANDBY_DOWN, then=Value(4)),
    When(Exists(UNCHECKED_SERVERS.filter(server__domain=OuterRef("pk"))), then=Value(5)),
    When(standing__code=Code.STANDBY_UNKNOWN, then=Value(5)),
    When(emergency=True, then=Value(6)),
    When(standing__code=Code.NOT_JUDGED, then=Value(7)),
    default=Value(9),
    output_field=IntegerField(),
)


@cache
def unchecked_domains() -> RawSQL:
    """The keys of domains of which a server cannot be checked."""
    return as_text(UNCHECKED_SERVERS.values("server__domain"))


@cache
def maybe_first() -> RawSQL:
    """The keys of all domains that may have to come first."""
    return as_text(
        Standing.objects.filter(AMISS)
        .order_by()
        .values("domain")
        .union(
            WAITING.values("domain"),
            UNCHECKED_SERVERS.values("server__domain"),
            Domain.objects.filter(emergency=True).order_by().values("pk"),
            all=True,
        )
    )


def as_text(keys: QuerySet[Any, Any]) -> RawSQL:
    """With its values in place: SQLite takes an index of few rows only where it sees them."""
    text, values = keys.query.sql_with_params()
    return RawSQL(text % tuple(f"'{value}'" for value in values), ())  # noqa: S611  of our own words


def groups(of: str = "") -> dict[str, Q]:
    """Of standings, or of what has one under that name: who counts as what. All others are not judged yet."""

    def standing(**values: object) -> Q:
        return Q(**{f"{of}{name}": value for name, value in values.items()})

    waiting = standing(domain__in=WAITING.values("domain"))
    unchecked = standing(domain__in=unchecked_domains())
    quiet = ~standing(code__in=STANDBY_AMISS) & ~waiting
    return {
        "exposed": standing(state=State.EXPOSED),
        "held": standing(state=State.HELD) | (waiting & ~standing(state=State.EXPOSED)),
        "counting_down": standing(state=State.COUNTING_DOWN) & ~waiting,
        "confirming": standing(state=State.CONFIRMING) & ~waiting,
        "standby": standing(state=State.STEADY, code__in=STANDBY_AMISS) & ~waiting,
        "unchecked": unchecked & standing(state__in=(State.STEADY, State.UNKNOWN)) & quiet,
        "healthy": standing(state=State.STEADY) & quiet & ~standing(code=Code.NOT_JUDGED) & ~unchecked,
    }


def standing_so(condition: Q) -> Q:
    """The domains whose standing fits."""
    return Q(pk__in=Standing.objects.filter(condition).order_by().values("domain"))


def attention() -> Q:
    """The domains that need attention: something failed, cannot be checked, or waits for a person's word."""
    amiss = Q(state__in=LOUD) | Q(code__in=STANDBY_AMISS)
    return standing_so(amiss) | Q(pk__in=WAITING.values("domain")) | Q(pk__in=unchecked_domains())


def in_state(state: str) -> Q:
    """The domains that the list shows under that word of its address, as the monitor last saw them."""
    if state == "attention":
        return attention()
    if state == "unknown":
        not_judged = Q(standing__state=State.UNKNOWN) | Q(standing__code=Code.NOT_JUDGED)
        return Q(standing=None) | (not_judged & ~Q(pk__in=unchecked_domains()) & ~Q(pk__in=WAITING.values("domain")))
    if state == "healthy":  # most of them: no list of keys
        return groups("standing__")[state]
    return standing_so(groups()[state])


def worst_first(domains: QuerySet[Domain]) -> QuerySet[Domain]:
    """Of those that count down the one that switches next first."""
    soonest = F("standing__switch_at").asc(nulls_last=True)
    return domains.order_by(URGENCY, soonest, "standing__since", "name_key")
