"""Automatic switching suspended and resumed by people; FAILOVER.md section 3, rule 4."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import OperationalError, connection, transaction

from appservers.models import Domain
from common.actions import action_id
from failover.clock import Clock
from failover.exceptions import NotPossible
from failover.models import Pause
from failover.selectors import lock_domain


def pause(*, domain: Domain, reason: str, actor_name: str, clock: Clock, until: datetime | None = None) -> Pause:
    """Let nothing switch by itself until then, or until it is resumed; a running pause is replaced.

    Raises NotPossible without a reason, with an end that is over, or when the domain is gone.
    """
    now = clock.now()
    if not reason.strip():
        raise NotPossible("Give a reason: the next shift reads it beside the pause.")
    if until is not None and until <= now:
        raise NotPossible("The end of the pause is over already. Give a later time, or none.")
    with transaction.atomic():
        stored = lock_domain(domain.pk)
        if stored is None:
            raise NotPossible("The domain was deleted in the meantime.")
        _end(stored, now, actor_name)
        return Pause.objects.create(
            domain=stored,
            domain_name=stored.name,
            reason=reason.strip(),
            actor_name=actor_name,
            started_at=now,
            until=until,
            request_id=action_id(),
        )


def resume(*, domain: Domain, actor_name: str, clock: Clock) -> None:
    """End the pause; from now on a full interval must pass before anything switches. Raises NotPossible."""
    with transaction.atomic():
        lock_domain(domain.pk)
        if not _end(domain, clock.now(), actor_name):
            raise NotPossible("It is not paused any more: the pause ended, or somebody else resumed it.")


def end_expired(now: datetime, write: Callable[[Callable[[], None]], None]) -> None:
    """Close the pauses whose time is over, each in a transaction of `write`; they hold nothing any more in any case.

    One whose domain somebody else has locked is closed the next time: the monitor's round does not wait for that.
    """
    over = Pause.objects.filter(ended_at=None, until__lte=now).order_by("domain")
    for domain in over.values_list("domain", flat=True):
        try:
            write(partial(_expire, domain, now))
        except OperationalError:
            if not connection.is_usable():
                raise


def _expire(domain: int | None, now: datetime) -> None:
    if domain is not None:
        lock_domain(domain, wait=False)
    Pause.objects.filter(domain=domain, ended_at=None, until__lte=now).update(ended_at=now)


def open_pause(domain: Domain, now: datetime) -> Pause | None:
    """The pause that holds the domain now."""
    found = Pause.objects.filter(domain=domain, ended_at=None).first()
    return found if found is not None and (found.until is None or now < found.until) else None


def _end(domain: Domain, now: datetime, actor_name: str) -> int:
    runs = Pause.objects.filter(domain=domain, ended_at=None)
    return runs.update(ended_at=now, ended_by=actor_name, end_request_id=action_id())
