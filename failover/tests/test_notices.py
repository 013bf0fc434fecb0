"""Notices are there exactly when what they tell of is: the same transaction, in a fixed number of queries."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from appservers.models import Domain, Role
from appservers.services import delete_domain
from appservers.testing import DomainFactory, pair
from failover.exceptions import SwitchRefused
from failover.models import Channel, Notice, Standing, SwitchEvent
from failover.news import Event, Kind
from failover.notices import announce, announce_silence, listeners
from failover.observation import Reason
from failover.pausing import pause
from failover.switch import switch_by_hand
from failover.testing import MonitorFactory, ServerHealthFactory, SubscriberFactory, TurnedClock
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def told() -> list[tuple[str, str]]:
    """What was told, in order: domain and kind."""
    return list(Notice.objects.order_by("pk").values_list("domain_name", "kind"))


def made_active(clock: TurnedClock, *, reason: str = "patching") -> SwitchEvent:
    """A switch by hand of a pair."""
    MonitorFactory.create(heartbeat_at=clock.now())
    domain = pair(name="Wien")
    ServerHealthFactory.create(server=domain.servers.get(role=Role.SECONDARY))
    return switch_by_hand(
        domain=domain, to_role=Role.SECONDARY, seen_epoch=0, actor_name="anna", reason=reason, clock=clock
    )


def test_a_switch_by_hand_is_told_with_its_event() -> None:
    SubscriberFactory.create()
    event = made_active(TurnedClock())
    notice = Notice.objects.get()
    assert (notice.domain, notice.kind, notice.created_at) == (event.domain, Kind.SWITCHED, event.at)
    assert notice.payload["data"]["epoch"] == event.epoch


def test_a_switch_that_is_rolled_back_leaves_no_notice() -> None:
    SubscriberFactory.create()
    with transaction.atomic():
        made_active(TurnedClock())
        assert Notice.objects.count() == 1
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not SwitchEvent.objects.exists()


def test_a_refused_switch_is_not_told() -> None:
    SubscriberFactory.create()
    with pytest.raises(SwitchRefused):
        made_active(TurnedClock(), reason="")
    assert not Notice.objects.exists()


def test_an_automatic_switch_is_told_once() -> None:
    SubscriberFactory.create()
    site = Site()
    domain = site.pair(name="Wien", auto_failover_interval=MINUTE)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(120)
    assert told() == [("Wien", "switched")]


def test_held_and_recovered_are_told_once_each_and_by_a_new_leader_not_again() -> None:
    SubscriberFactory.create()
    site = Site()
    domain = site.pair(name="Wien", auto_failover_interval=MINUTE)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.TIMEOUT})
    site.run(100)
    assert told() == [("Wien", "held")]
    assert Notice.objects.get().payload["data"]["code"] == "standby_down"
    site.monitor.stop()
    site.monitor, site.prober = site.new_monitor("two")
    site.run(100)
    assert told() == [("Wien", "held")]
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(20)
    assert told() == [("Wien", "held"), ("Wien", "recovered")]


def test_a_domain_without_a_secondary_is_told_as_exposed() -> None:
    SubscriberFactory.create()
    site = Site()
    domain = DomainFactory.create(name="Graz")
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(8)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(20)
    assert told() == [("Graz", "exposed")]


def test_an_outage_within_the_interval_and_one_under_a_pause_are_not_told() -> None:
    SubscriberFactory.create()
    site = Site()
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED})
    site.run(30)
    pause(domain=domain, reason="patching", actor_name="anna", clock=site.clock)
    site.run(120)
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(20)
    assert told() == []


def test_notes_that_cannot_be_written_tell_nothing() -> None:
    SubscriberFactory.create()
    site = Site()
    domain = site.pair(auto_failover_interval=MINUTE)
    site.answer(domain, {Role.PRIMARY: Reason.REFUSED, Role.SECONDARY: Reason.TIMEOUT})
    site.run(50)
    before = Standing.objects.get().told
    with transaction.atomic():
        site.run(20)
        assert told() != []
        transaction.set_rollback(True)
    assert (Standing.objects.get().told, told()) == (before, [])


def events(number: int) -> list[Event]:
    clock = TurnedClock()
    domains = [DomainFactory.create() for _ in range(number)]
    return [Event(Kind.HELD, clock.now(), "It is down.", "standby_down", one.pk, one.name) for one in domains]


def queries(number: int) -> list[str]:
    """The kinds of the statements that telling of so many domains takes."""
    found = events(number)
    with CaptureQueriesContext(connection) as captured:
        announce(found, at=TurnedClock().now())
    return [query["sql"].split()[0] for query in captured]


def test_without_subscribers_it_costs_one_query_however_many_domains() -> None:
    assert queries(20) == ["SELECT"]


def test_with_subscribers_they_are_read_once_however_many_domains() -> None:
    for _ in range(3):
        SubscriberFactory.create()
    SubscriberFactory.create(all_domains=False)
    assert queries(2) == ["SELECT", "SELECT", "INSERT"]
    many = queries(40)  # SQLite takes so many values in a few statements
    assert many[:3] == ["SELECT", "SELECT", "INSERT"]
    assert set(many[3:]) <= {"INSERT"}
    assert len(many) <= 6


def test_nothing_to_tell_asks_nobody() -> None:
    with CaptureQueriesContext(connection) as captured:
        announce([], at=TurnedClock().now())
    assert len(captured) == 0


def test_only_who_wants_it_is_told() -> None:
    [event, _] = events(2)
    everything = SubscriberFactory.create(name="everything")
    SubscriberFactory.create(name="off", enabled=False)
    SubscriberFactory.create(name="switches only", tell_held=False)
    chosen = SubscriberFactory.create(name="its domain", all_domains=False)
    chosen.domains.set(Domain.objects.filter(name=event.domain))
    SubscriberFactory.create(name="another domain", all_domains=False).domains.set(
        Domain.objects.exclude(name=event.domain)
    )
    announce([event], at=event.at)
    assert set(Notice.objects.values_list("subscriber", flat=True)) == {everything.pk, chosen.pk}
    assert listeners(event) == ["everything", "its domain"]


def test_a_notice_outlives_its_domain_and_goes_with_its_subscriber() -> None:
    subscriber = SubscriberFactory.create(channel=Channel.EMAIL, address="a@b.example")
    event = made_active(TurnedClock())
    assert event.domain is not None
    delete_domain(domain=event.domain, typed_name="Wien")
    assert told() == [("Wien", "switched")]
    subscriber.delete()
    assert told() == []


def test_a_monitor_that_fell_silent_is_told_once_for_each_silence() -> None:
    SubscriberFactory.create()
    clock = TurnedClock()
    monitor = MonitorFactory.create(identity="ce-mon-2:7", heartbeat_at=clock.now())
    MonitorFactory.create(heartbeat_at=clock.now(), stopped_at=clock.now())
    MonitorFactory.create(heartbeat_at=clock.now() - timedelta(days=2))
    clock.turn(29)
    announce_silence(clock.now())
    assert told() == []
    clock.turn(2)
    announce_silence(clock.now())
    announce_silence(clock.now())
    assert told() == [("", "monitor_gone")]
    assert Notice.objects.get().payload["data"]["subject"] == "Monitor ce-mon-2:7 fell silent"
    clock.turn(60)
    monitor.heartbeat_at = clock.now()
    monitor.save(update_fields=["heartbeat_at"])
    announce_silence(clock.now())
    assert len(told()) == 1
    clock.turn(40)
    announce_silence(clock.now())
    assert len(told()) == 2
