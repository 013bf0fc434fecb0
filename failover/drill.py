"""Failing over for practice: in a shadow that touches nothing, or for real and back again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction

from appservers.models import ApplicationServer, Domain, Role
from failover import conf
from failover.ballots import live
from failover.board import WatchedDomain
from failover.clock import Clock
from failover.decision import State
from failover.exceptions import NotPossible, SwitchRefused, SwitchUncertain
from failover.health import Status
from failover.models import Cause, ScheduledSwitch, ServerHealth, Standing, SwitchEvent
from failover.news import Event, Kind, Switch, change, subject
from failover.notices import listeners
from failover.observation import Reason
from failover.pace import Pace
from failover.rehearsal import Step, Voters, rehearse, steady
from failover.scheduling import schedule, waiting
from failover.selectors import lock_domain, orders_of, trusted_status, watched_domains
from failover.switch import switch_by_hand

WAY_BACK = timedelta(hours=1)
BEYOND = 30.0  # seconds after the interval at which a shadow drill that is held ends


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a failure of the active server would lead to now."""

    domain: WatchedDomain
    start: datetime
    steps: list[Step]

    @property
    def switches(self) -> bool:
        """Whether the other server would become active."""
        return bool(self.steps) and self.steps[-1].decision.state is State.SWITCH

    def moment(self, step: Step) -> datetime:
        """When that would be said, if the server failed now."""
        return self.start + timedelta(seconds=step.at)


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice that somebody would get."""

    step: Step
    kind: Kind
    subscriber: str
    subject: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One switch of a real drill: its event, and how many seconds it took from the order to the commit."""

    event: SwitchEvent
    seconds: float


def shadow(*, domain: Domain, pace: Pace, clock: Clock) -> Shadow:
    """Play an outage of the active server through the real decisions; nothing is touched.

    The standby is as it was last seen, pauses and holds count as they stand, and all monitors that are live now see the
    same. Raises NotPossible.
    """
    watched = watched_domains(domain.pk)
    if not watched:
        raise NotPossible("The domain was deleted in the meantime.")
    seen = watched[0]
    standby = domain.servers.filter(role=seen.active.other).first()
    last = Reason.NO_RESOURCES if standby is None else _last_seen(standby, clock.now())
    answers = {seen.active: Reason.REFUSED, seen.active.other: last}
    start = clock.now()
    steps = rehearse(
        seen,
        steady(answers),
        pace=pace,
        start=start,
        seconds=2 * seen.interval + BEYOND,
        orders=orders_of(domain.pk),
        voters=Voters(max(0, live(start).count() - 1), conf.quorum(), conf.least_monitors()),
    )
    return Shadow(seen, start, list(steps))


def would_tell(played: Shadow) -> list[Telling]:
    """Who would be told of what; nobody is."""
    told = Standing.objects.filter(domain=played.domain.pk).values_list("told", flat=True).first() or ""
    tellings: list[Telling] = []
    for step in played.steps:
        kind, told = change(told, step.decision.state, step.decision.code)
        kind = Kind.SWITCHED if step.decision.state is State.SWITCH else kind
        if kind is not None:
            event = _event(kind, step, played)
            tellings += [Telling(step, kind, name, subject(event)) for name in listeners(event)]
    return tellings


def _last_seen(server: ApplicationServer, now: datetime) -> Reason:
    """What the server would go on answering; no evidence at all where nobody knows how it is."""
    match trusted_status(server, now):
        case Status.UP:
            return Reason.OK
        case Status.DOWN:
            said = ServerHealth.objects.values_list("reason", flat=True).get(server=server)
            return Reason(said or Reason.TIMEOUT)
        case Status.UNKNOWN:
            return Reason.NO_RESOURCES


def _event(kind: Kind, step: Step, played: Shadow) -> Event:
    domain, cause = played.domain, Cause.AUTOMATIC
    switch = Switch(
        epoch=domain.epoch + 1,
        from_role=domain.active.label,
        to_role=domain.active.other.label,
        cause=cause.value,
        cause_label=cause.label,
        actor="monitor",
    )
    return Event(
        kind=kind,
        at=played.moment(step),
        sentence=step.decision.sentence,
        code=step.decision.code,
        domain_id=domain.pk,
        domain=domain.name,
        switch=switch if kind is Kind.SWITCHED else None,
    )


def there_and_back(
    *, domain: Domain, stay: float, actor_name: str, reason: str, wait: Callable[[float], object], clock: Clock
) -> Iterator[Passage]:
    """Make the other server active, stay there so many seconds, and come back; both switches are real.

    The way back is asked for at the epoch of the way there: whoever switched meanwhile is not overruled. Each passage
    is told as soon as it is made. Raises SwitchRefused as switch_by_hand does; what was done stands: people decide.
    """
    home = Role(domain.active_role)
    away = _passed(domain, home.other, domain.epoch, actor_name, reason, clock)
    yield away
    wait(stay)
    yield _passed(domain, home, away.event.epoch, actor_name, reason, clock)


def there_and_back_later(
    *,
    domain: Domain,
    seen_epoch: int,
    stay: timedelta,
    actor_name: str,
    actor_id: int | None,
    reason: str,
    clock: Clock,
) -> tuple[SwitchEvent, ScheduledSwitch]:
    """Make the other server active now, and leave the way back to the monitor; for whoever cannot wait for it.

    Both or neither: one transaction. Raises SwitchRefused and SwitchUncertain as switch_by_hand does, and NotPossible
    when something is scheduled already, which the way back would replace.
    """
    home = Role(domain.active_role)
    try:
        with transaction.atomic():
            _refuse_a_second_schedule(domain)
            try:
                event = _switched(domain, home.other, seen_epoch, actor_name, actor_id, reason, clock)
            except SwitchRefused as problem:
                refused = problem  # raised behind the commit, which keeps the record of it
            else:
                return event, _planned(domain, home, event.at + stay, actor_name, reason, clock)
    except (DatabaseError, InterfaceError) as error:
        if connection.is_usable():
            raise
        raise SwitchUncertain(
            f"{domain.name}: the connection was cut while the drill was committed; look at the history."
        ) from error
    raise refused


def _refuse_a_second_schedule(domain: Domain) -> None:
    lock_domain(domain.pk)
    if (planned := waiting(domain)) is not None:
        raise NotPossible(
            f"{planned.actor_name} scheduled a switch to {planned.get_to_role_display()}, and the way back of a drill "
            "would replace it. Take it back first, or wait until it is made."
        )


def _passed(domain: Domain, to_role: Role, seen_epoch: int, actor_name: str, reason: str, clock: Clock) -> Passage:
    began = clock.monotonic()
    event = _switched(domain, to_role, seen_epoch, actor_name, None, reason, clock)
    return Passage(event, clock.monotonic() - began)


def _planned(
    domain: Domain, home: Role, opens_at: datetime, actor_name: str, reason: str, clock: Clock
) -> ScheduledSwitch:
    return schedule(
        domain=domain,
        to_role=home,
        opens_at=opens_at,
        closes_at=opens_at + WAY_BACK,
        reason=_drill(reason),
        actor_name=actor_name,
        clock=clock,
    )


def _switched(
    domain: Domain, to_role: Role, seen_epoch: int, actor_name: str, actor_id: int | None, reason: str, clock: Clock
) -> SwitchEvent:
    return switch_by_hand(
        domain=domain,
        to_role=to_role,
        seen_epoch=seen_epoch,
        actor_name=actor_name,
        actor_id=actor_id,
        reason=_drill(reason),
        cause=Cause.DRILL,
        clock=clock,
    )


def _drill(reason: str) -> str:
    return f"Drill: {reason}" if reason.strip() else ""
