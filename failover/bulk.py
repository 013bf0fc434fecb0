"""One order for many domains: what would happen to each, and then each in a transaction of its own.

The order carries what the person saw of each domain. Where that is not so any more, the domain is left alone, so that
an order sent twice, or too late, does nothing that nobody looked at.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import DatabaseError, transaction

from appservers.exceptions import Refused
from appservers.models import Domain
from appservers.neighbours import calls_in_an_emergency
from appservers.selectors import what_goes_with_each
from appservers.services import declare_emergency, delete_domain, end_emergency
from failover.clock import Clock
from failover.exceptions import NotPossible
from failover.models import Pause
from failover.pausing import open_pause, pause, resume
from failover.remarks import dark_while_paused, pause_in_words, prefetches

MOST = 200


class Do(StrEnum):
    """What can be done to many domains."""

    PAUSE = "pause"
    RESUME = "resume"
    EMERGENCY = "emergency"
    CALM = "calm"
    DELETE = "delete"

    @property
    def permission(self) -> str:
        return PERMISSIONS[self]


PERMISSIONS = {
    Do.PAUSE: "appservers.switch_domain",
    Do.RESUME: "appservers.switch_domain",
    Do.EMERGENCY: "appservers.declare_emergency",
    Do.CALM: "appservers.declare_emergency",
    Do.DELETE: "appservers.delete_domain",
}


class Overtaken(Exception):
    """The domain is not as the person saw it."""


@dataclass(frozen=True)
class Line:
    """What would happen to one domain, or why nothing will; `seen` is how it stands."""

    domain: Domain
    sentence: str
    possible: bool
    seen: str


@dataclass(frozen=True)
class Outcome:
    """The names of the domains to which it was done, and of the others with the reason."""

    done: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """What a person wants done, and what they said about it."""

    do: Do
    actor: Any
    clock: Clock
    reason: str = ""
    until: datetime | None = None


def preview(do: Do, keys: Iterable[int], now: datetime) -> list[Line]:
    """What would happen to each of the domains, by name."""
    domains = list(
        Domain.objects.filter(pk__in=list(keys)[:MOST])
        .select_related("standing")
        .prefetch_related("servers", *prefetches(now))
        .order_by("name_key")
    )
    goes = what_goes_with_each(domains) if do is Do.DELETE else {}
    calls = calls_in_an_emergency(domains) if do is Do.EMERGENCY else {}
    return [
        Line(domain, *_what_happens(do, domain, goes, calls), seen=_seen(domain, _pause(domain))) for domain in domains
    ]


def carry_out(order: Order, seen: dict[int, str]) -> Outcome:
    """Do it to each domain that still stands as it was seen; one that cannot be done stops no other."""
    outcome = Outcome()
    domains = Domain.objects.in_bulk(list(seen))
    for key in sorted(seen):
        name = domains[key].name if key in domains else ""
        try:
            with transaction.atomic():
                ACTS[order.do](order, _as_seen(key, seen[key], order.clock.now()))
        except (Overtaken, NotPossible, Refused) as refused:
            outcome.left.append((name or "A domain", str(refused)))
        except DatabaseError:
            outcome.left.append((name, "The database refused; try again."))
        else:
            outcome.done.append(name)
    return outcome


def _as_seen(key: int, seen: str, now: datetime) -> Domain:
    """The domain, locked until the transaction ends. Raises Overtaken."""
    domain = Domain.objects.select_for_update().filter(pk=key).first()
    if domain is None:
        raise Overtaken("It was deleted in the meantime.")
    stored = open_pause(domain, now)
    if _seen(domain, stored.pk if stored else 0) != seen:
        raise Overtaken("It was switched, paused, resumed or changed in the meantime. Look at it again.")
    return domain


def _seen(domain: Domain, paused: int) -> str:
    """How the domain stands, as far as an order depends on it."""
    return f"{domain.epoch}.{domain.revision}.{paused}.{int(domain.emergency)}"


def _pause(domain: Domain) -> int:
    return next((pause.pk for pause in domain.open_pauses), 0)  # type: ignore[attr-defined]


def _what_happens(
    do: Do, domain: Domain, goes: dict[int, list[tuple[int, str]]], calls: dict[int, str]
) -> tuple[str, bool]:
    """A sentence, and whether it can be done."""
    match do:
        case Do.PAUSE | Do.RESUME:
            return _what_pausing_does(do, domain)
        case Do.EMERGENCY if domain.emergency:
            return "An emergency is declared already.", False
        case Do.EMERGENCY:
            return f"Outbound calls are rejected. {calls.get(domain.pk, '')}".rstrip(), True
        case Do.CALM if not domain.emergency:
            return "No emergency is declared.", False
        case Do.CALM:
            return "The emergency ends; its calls go their usual way.", True
        case Do.DELETE:
            hosts = [server.endpoint for server in domain.servers.all()]
            hung = [f"{number} {noun}" for number, noun in goes.get(domain.pk, [])]
            return f"Deleted for good, with {', '.join([*hosts, *hung])}.", True


def _what_pausing_does(do: Do, domain: Domain) -> tuple[str, bool]:
    running: Pause | None = next(iter(domain.open_pauses), None)  # type: ignore[attr-defined]
    if do is Do.RESUME:
        again = "It switches by itself again once a full interval has passed."
        return (again, True) if running else ("It is not paused.", False)
    if len(domain.servers.all()) < 2:
        return "It has one server, so nothing switches by itself anyway.", False
    if running:
        return f"{pause_in_words(running).rstrip('.')}. The new pause replaces it.", True
    return f"Nothing switches by itself. {dark_while_paused(domain)}", True


def _pause_it(order: Order, domain: Domain) -> None:
    name = order.actor.get_username()
    pause(domain=domain, reason=order.reason, actor_name=name, clock=order.clock, until=order.until)


def _resume_it(order: Order, domain: Domain) -> None:
    resume(domain=domain, actor_name=order.actor.get_username(), clock=order.clock)


def _declare(order: Order, domain: Domain) -> None:
    declare_emergency(domain=domain, reason=order.reason, **_by(order))


def _end(order: Order, domain: Domain) -> None:
    end_emergency(domain=domain, reason=order.reason, **_by(order))


def _delete(order: Order, domain: Domain) -> None:
    delete_domain(domain=domain, typed_name=domain.name)


def _by(order: Order) -> dict[str, Any]:
    return {"actor_id": order.actor.pk, "actor_name": order.actor.get_username(), "at": order.clock.now()}


ACTS: dict[Do, Callable[[Order, Domain], None]] = {
    Do.PAUSE: _pause_it,
    Do.RESUME: _resume_it,
    Do.EMERGENCY: _declare,
    Do.CALM: _end,
    Do.DELETE: _delete,
}
