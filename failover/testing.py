"""Stand-ins for what is outside the monitor, and factories for its records."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from appservers.models import Role
from appservers.testing import ApplicationServerFactory, DomainFactory
from failover.decision import Code, State
from failover.health import Status
from failover.models import (
    Cause,
    Countdown,
    Lease,
    Monitor,
    ServerHealth,
    Standing,
    SwitchEvent,
    SwitchRefusal,
)
from failover.observation import Observation, Reason, Target


class TurnedClock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self._monotonic = 1000.0
        self._now = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self._monotonic

    def now(self) -> datetime:
        return self._now

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self._monotonic += seconds
        self._now += timedelta(seconds=seconds)


class ScriptedProber:
    """A probe engine that sees what a test says."""

    def __init__(self, clock: TurnedClock) -> None:
        self._clock = clock
        self._seen: list[Observation] = []
        self.targets: dict[int, Target] = {}
        self.hurried: set[int] = set()
        self.closed = False
        self.late = 0.0

    def watch(self, targets: Iterable[Target]) -> None:
        self.targets = {target.server: target for target in targets}

    def hurry(self, servers: Iterable[int]) -> None:
        self.hurried = set(servers)

    def results(self) -> list[Observation]:
        seen, self._seen = self._seen, []
        return seen

    def lateness(self) -> float:
        return self.late

    def close(self) -> None:
        self.closed = True

    def see(self, server: int, reason: Reason) -> None:
        """A probe of that server ends now, if it is watched."""
        if (target := self.targets.get(server)) is not None:
            moment = self._clock.monotonic()
            self._seen.append(Observation(server, target.configuration, reason, moment, moment))


class ServerHealthFactory(DjangoModelFactory[ServerHealth]):
    """A server that is up."""

    class Meta:
        model = ServerHealth

    server = factory.SubFactory(ApplicationServerFactory)
    status = Status.UP
    since = factory.LazyFunction(timezone.now)
    checked_at = factory.LazyFunction(timezone.now)
    reason = Reason.OK
    latency = 0.7


class StandingFactory(DjangoModelFactory[Standing]):
    """A domain that is steady."""

    class Meta:
        model = Standing

    domain = factory.SubFactory(DomainFactory)
    state = State.STEADY
    code = Code.ALL_UP
    sentence = "Both servers are up."
    since = factory.LazyFunction(timezone.now)


class CountdownFactory(DjangoModelFactory[Countdown]):
    """An open countdown of the primary."""

    class Meta:
        model = Countdown

    domain = factory.SubFactory(DomainFactory)
    domain_name = factory.SelfAttribute("domain.name")
    role = Role.PRIMARY
    epoch = 0
    reason = Reason.REFUSED
    outage_at = factory.LazyFunction(timezone.now)
    started_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=2))


class SwitchEventFactory(DjangoModelFactory[SwitchEvent]):
    """An automatic failover to the secondary; `domain.epoch` is the caller's to keep in step."""

    class Meta:
        model = SwitchEvent

    domain = factory.SubFactory(DomainFactory)
    domain_name = factory.SelfAttribute("domain.name")
    epoch = factory.Sequence(lambda number: number + 1)
    from_role = Role.PRIMARY
    to_role = Role.SECONDARY
    cause = Cause.AUTOMATIC
    code = Code.INTERVAL_OVER
    sentence = "Primary was out for 120.0 s: it refuses connections. Secondary is up and takes over."
    actor_name = "monitor"
    at = factory.LazyFunction(timezone.now)
    inputs = factory.LazyFunction(dict)


class SwitchRefusalFactory(DjangoModelFactory[SwitchRefusal]):
    """A fail-back that was refused."""

    class Meta:
        model = SwitchRefusal

    domain = factory.SubFactory(DomainFactory)
    domain_name = factory.SelfAttribute("domain.name")
    to_role = Role.PRIMARY
    cause = Cause.FAILBACK
    code = "standby_not_up"
    sentence = "Primary is down."
    actor_name = "operator"
    at = factory.LazyFunction(timezone.now)


class MonitorFactory(DjangoModelFactory[Monitor]):
    """A monitor that leads and just gave a sign of life."""

    class Meta:
        model = Monitor

    identity = factory.Sequence(lambda number: f"host:{number}")
    version = "0.1.0"
    started_at = factory.LazyFunction(timezone.now)
    heartbeat_at = factory.LazyFunction(timezone.now)
    leads = True


class LeaseFactory(DjangoModelFactory[Lease]):
    """The one row of the lease."""

    class Meta:
        model = Lease
        django_get_or_create = ("id",)

    id = Lease.ONLY
