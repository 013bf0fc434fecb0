"""Failing over for practice: in a shadow that touches nothing, or for real and back again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from appservers.models import ApplicationServer, Domain, Role
from failover.board import WatchedDomain
from failover.clock import Clock
from failover.decision import State
from failover.exceptions import NotPossible
from failover.health import Status
from failover.models import Cause, ScheduledSwitch, ServerHealth, Standing, SwitchEvent
from failover.news import Event, Kind, Switch, change, subject
from failover.notices import listeners
from failover.observation import Reason
from failover.pace import Pace
from failover.rehearsal import Step, rehearse, steady
from failover.scheduling import schedule
from failover.selectors import orders_of, trusted_status, watched_domains
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

    The standby is as it was last seen, and pauses and holds count as they stand. Raises NotPossible.
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
) -> list[Passage]:
    """Make the other server active, stay there so many seconds, and come back; both switches are real.

    Raises SwitchRefused as switch_by_hand does. When the way back is refused the first switch stands: people decide.
    """
    passages = [_pass(domain, actor_name, reason, clock)]
    wait(stay)
    passages.append(_pass(domain, actor_name, reason, clock))
    return passages


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

    Raises SwitchRefused as switch_by_hand does. NotPossible says that somebody was quicker with the domain between the
    switch, which stands, and the planning of the way back, which people then decide on.
    """
    home = Role(domain.active_role)
    event = switch_by_hand(
        domain=domain,
        to_role=home.other,
        seen_epoch=seen_epoch,
        actor_name=actor_name,
        actor_id=actor_id,
        reason=_drill(reason),
        cause=Cause.DRILL,
        clock=clock,
    )
    back = schedule(
        domain=domain,
        to_role=home,
        opens_at=event.at + stay,
        closes_at=event.at + stay + WAY_BACK,
        reason=_drill(reason),
        actor_name=actor_name,
        clock=clock,
    )
    return event, back


def _drill(reason: str) -> str:
    return f"Drill: {reason}" if reason.strip() else ""


def _pass(domain: Domain, actor_name: str, reason: str, clock: Clock) -> Passage:
    domain.refresh_from_db()
    began = clock.monotonic()
    event = switch_by_hand(
        domain=domain,
        to_role=Role(domain.active_role).other,
        seen_epoch=domain.epoch,
        actor_name=actor_name,
        reason=_drill(reason),
        cause=Cause.DRILL,
        clock=clock,
    )
    return Passage(event, clock.monotonic() - began)
