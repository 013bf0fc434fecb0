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
from failover.hours import MINUTES, pack
from failover.minutes import Minute
from failover.models import (
    Cause,
    Channel,
    Countdown,
    HealthChange,
    HealthHour,
    Hold,
    HoldKind,
    Lease,
    Monitor,
    NameTrouble,
    Notice,
    Pause,
    ScheduledSwitch,
    ServerHealth,
    Standing,
    Subscriber,
    SwitchEvent,
    SwitchRefusal,
)
from failover.names import Trouble
from failover.news import Event, Kind, payload
from failover.observation import Observation, Reason, Target
from failover.parcel import Outcome, Parcel
from failover.subscribers import new_secret


class TurnedClock:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self._monotonic = self._boottime = 1000.0
        self._now = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self._monotonic

    def boottime(self) -> float:
        return self._boottime

    def now(self) -> datetime:
        return self._now

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self._monotonic += seconds
        self.suspend(seconds)

    def suspend(self, seconds: float) -> None:
        """The machine sleeps: the monotonic clock alone stands still."""
        self._boottime += seconds
        self.set_forward(seconds)

    def set_forward(self, seconds: float) -> None:
        """Somebody sets the time of day; backward if negative."""
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
        self.stood_still = False
        self.unresolved: dict[str, Trouble] = {}

    def watch(self, targets: Iterable[Target]) -> None:
        self.targets = {target.server: target for target in targets}

    def hurry(self, servers: Iterable[int]) -> None:
        self.hurried = set(servers)

    def results(self) -> list[Observation]:
        seen, self._seen = self._seen, []
        return seen

    def lateness(self) -> float:
        return self.late

    def interrupted(self) -> bool:
        stood_still, self.stood_still = self.stood_still, False
        return stood_still

    def troubles(self) -> dict[str, Trouble]:
        return self.unresolved

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


class HealthChangeFactory(DjangoModelFactory[HealthChange]):
    """A server that just came up."""

    class Meta:
        model = HealthChange

    server = factory.SubFactory(ApplicationServerFactory)
    status = Status.UP
    reason = Reason.OK
    at = factory.LazyFunction(timezone.now)


class HealthHourFactory(DjangoModelFactory[HealthHour]):
    """An hour in which a server answered every check in a millisecond."""

    class Meta:
        model = HealthHour

    server = factory.SubFactory(ApplicationServerFactory)
    hour = factory.LazyFunction(lambda: int(timezone.now().timestamp() // 3600))
    minutes = factory.LazyAttribute(
        lambda row: pack(Minute(row.hour * MINUTES + place, 30, 0, 0, 0.5, 1.0, 2.0) for place in range(MINUTES))
    )


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


class PauseFactory(DjangoModelFactory[Pause]):
    """A pause for two hours that has just begun."""

    class Meta:
        model = Pause

    domain = factory.SubFactory(DomainFactory)
    domain_name = factory.SelfAttribute("domain.name")
    reason = "Patching the primary."
    actor_name = "anna"
    started_at = factory.LazyFunction(timezone.now)
    until = factory.LazyAttribute(lambda pause: pause.started_at + timedelta(hours=2))


class HoldFactory(DjangoModelFactory[Hold]):
    """A domain that flaps."""

    class Meta:
        model = Hold

    domain = factory.SubFactory(DomainFactory)
    domain_name = factory.SelfAttribute("domain.name")
    kind = HoldKind.ANTI_FLAP
    sentence = "It switched by itself three times within an hour."
    since = factory.LazyFunction(timezone.now)
    seen_epoch = 3


class ScheduledSwitchFactory(DjangoModelFactory[ScheduledSwitch]):
    """A nightly fail-back whose first window opens in an hour."""

    class Meta:
        model = ScheduledSwitch

    domain = factory.SubFactory(DomainFactory)
    domain_name = factory.SelfAttribute("domain.name")
    to_role = Role.PRIMARY
    opens_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    closes_at = factory.LazyAttribute(lambda row: row.opens_at + timedelta(hours=2))
    nightly = True
    reason = "Back to the primary at night."
    actor_name = "anna"
    created_at = factory.LazyFunction(timezone.now)


class MonitorFactory(DjangoModelFactory[Monitor]):
    """A monitor that leads and just gave a sign of life."""

    class Meta:
        model = Monitor

    identity = factory.Sequence(lambda number: f"host:{number}")
    version = "0.1.0"
    started_at = factory.LazyFunction(timezone.now)
    heartbeat_at = factory.LazyFunction(timezone.now)
    leads = True


class NameTroubleFactory(DjangoModelFactory[NameTrouble]):
    """A name that a live monitor has failed to resolve for a while; no address is known."""

    class Meta:
        model = NameTrouble

    monitor = factory.SubFactory(MonitorFactory)
    host = factory.Sequence(lambda number: f"ce-{number}.corp.example")
    reason = "there is no such name"
    since = factory.LazyFunction(timezone.now)


class LeaseFactory(DjangoModelFactory[Lease]):
    """The one row of the lease."""

    class Meta:
        model = Lease
        django_get_or_create = ("id",)

    id = Lease.ONLY


class SubscriberFactory(DjangoModelFactory[Subscriber]):
    """A webhook that wants everything."""

    class Meta:
        model = Subscriber

    name = factory.Sequence(lambda number: f"Desk {number}")
    channel = Channel.WEBHOOK
    address = "http://127.0.0.1:9/"
    secret = factory.LazyAttribute(lambda row: new_secret() if row.channel == Channel.WEBHOOK else "")


class NoticeFactory(DjangoModelFactory[Notice]):
    """A domain that is held, of which somebody was not told yet."""

    class Meta:
        model = Notice

    subscriber = factory.SubFactory(SubscriberFactory)
    kind = Kind.HELD
    domain_name = "Budapest East"
    created_at = factory.LazyFunction(timezone.now)
    payload = factory.LazyAttribute(
        lambda row: payload(
            Event(
                Kind(row.kind),
                row.created_at,
                "Primary refuses connections. Secondary cannot take over.",
                domain_id=1,
                domain=row.domain_name,
            )
        )
    )


class ScriptedPost:
    """Takes parcels and says of each what a test says came of it."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.begun: list[Parcel] = []
        self.under_way: list[Parcel] = []
        self.holds = False

    def takes(self, subscriber: int, channel: str) -> bool:
        return all(parcel.subscriber != subscriber for parcel in self.under_way)

    def begin(self, parcel: Parcel) -> None:
        self.begun.append(parcel)
        self.under_way.append(parcel)

    def results(self) -> list[tuple[Parcel, Outcome]]:
        if self.holds:
            return []
        ended, self.under_way = self.under_way, []
        return [(parcel, self.outcome) for parcel in ended]
