"""What the leading monitor does about alarms: raises them once, clears them, and says for how long nobody looked."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from alarms import services
from alarms.conditions import Condition, disagreements, of_monitors, unresolved
from alarms.kinds import Kind
from alarms.models import Alarm
from alarms.stranded import stranded
from alarms.testing import AlarmFactory
from alarms.watch import SOURCES, Source, Watch
from appservers.models import ApplicationServer, Domain
from appservers.services import delete_domain
from appservers.testing import DomainFactory, pair
from failover.decision import Code, State
from failover.health import Status
from failover.models import Finding, HoldKind, Monitor
from failover.testing import HoldFactory, MonitorFactory, NameTroubleFactory, StandingFactory, TurnedClock
from updatelinks.testing import UpdateLinkFactory
from versioncontrol.testing import SightingFactory, VersionRuleFactory

pytestmark = pytest.mark.django_db


def held(**properties: object) -> Domain:
    domain = pair(**properties)
    StandingFactory.create(domain=domain, state=State.HELD, code=Code.STANDBY_DOWN, sentence="The standby is down.")
    return domain


def active() -> set[tuple[str, str]]:
    return {(one.kind, one.domain_name or one.subject) for one in Alarm.objects.filter(cleared_at=None)}


def test_an_alarm_is_raised_once_by_however_many_and_cleared_when_it_is_over() -> None:
    clock = TurnedClock()
    one, two = Watch(clock), Watch(clock)
    domain = held(name="Budapest East")
    for watch in (one, two, one):
        watch.run_once()
        clock.turn(5)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.domain, alarm.sentence) == (Kind.HELD, domain, "The standby is down.")
    assert alarm.raised_at == clock.now() - timedelta(seconds=15)
    domain.standing.sentence = "Paused by anna."
    domain.standing.save()
    one.run_once()
    assert Alarm.objects.get().sentence == "Paused by anna."
    domain.standing.state = State.STEADY
    domain.standing.save()
    one.run_once()
    assert Alarm.objects.get().cleared_at == clock.now()
    domain.standing.state = State.EXPOSED
    domain.standing.save()
    two.run_once()
    assert active() == {(Kind.EXPOSED, "Budapest East")}
    delete_domain(domain=domain, typed_name=domain.name)
    two.run_once()
    assert active() == set()
    assert Alarm.objects.filter(domain=None, domain_name="Budapest East").count() == 2


def test_what_waits_for_a_word_has_one_alarm_not_two() -> None:
    domain = held(name="Budapest East")
    domain.standing.code = Code.ANTI_FLAP
    domain.standing.save()
    HoldFactory.create(domain=domain, kind=HoldKind.ANTI_FLAP)
    Watch(TurnedClock()).run_once()
    assert active() == {(Kind.FLAPPING, "Budapest East")}


def test_the_queries_of_a_look_do_not_grow_with_the_domains(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(40):
        held()
    clock = TurnedClock()
    watch = Watch(clock)
    with django_assert_max_num_queries(40):
        watch.run_once()
    clock.turn(5)
    with django_assert_max_num_queries(20):
        watch.run_once()
    assert Alarm.objects.count() == 40


def test_for_how_long_nobody_led_is_written_down_by_who_leads_next() -> None:
    clock = TurnedClock()
    Watch(clock).run_once()
    away = clock.now()
    clock.turn(15)  # a take-over
    Watch(clock).run_once()
    assert not Alarm.objects.exists()
    away = clock.now()
    clock.turn(3600)
    Watch(clock).run_once()
    Watch(clock).run_once()
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.raised_at, alarm.cleared_at) == (Kind.NO_LEADER, away, clock.now())


def test_what_must_last_is_no_alarm_before_and_a_new_leader_clears_nothing_that_it_cannot_judge() -> None:
    clock = TurnedClock()
    amiss = [Condition(Kind.DISAGREEMENT, "7", "They disagree.")]
    source = Source((Kind.DISAGREEMENT,), lambda now: list(amiss), lasting=60)
    AlarmFactory.create(kind=Kind.DISAGREEMENT, subject="8")
    watch = Watch(clock, [source])
    for _ in range(11):
        watch.run_once()
        clock.turn(5)
    assert active() == {(Kind.DISAGREEMENT, "8")}
    clock.turn(5)
    watch.run_once()
    assert active() == {(Kind.DISAGREEMENT, "7")}
    amiss.clear()
    watch.run_once()
    assert active() == set()


def test_a_source_that_fails_leaves_its_alarms_and_the_others_alone() -> None:
    def broken(now: datetime) -> Iterator[Condition]:
        raise RuntimeError("ours")

    AlarmFactory.create(kind=Kind.STRANDED, subject="1")
    held(name="Budapest East")
    Watch(TurnedClock(), [Source((Kind.STRANDED,), broken), SOURCES[0]]).run_once()
    assert active() == {(Kind.STRANDED, "1"), (Kind.HELD, "Budapest East")}


def test_monitors_disagree_when_one_sees_down_what_another_sees_up() -> None:
    now = TurnedClock().now()
    server = ApplicationServer.objects.filter(domain=pair(name="Budapest East")).first()
    assert server is not None
    one, two = (MonitorFactory.create(heartbeat_at=now, ready=True) for _ in range(2))

    def sees_down(monitor: Monitor) -> None:
        facts = {"configuration": server.configuration, "counted": 5, "counting": True, "published_at": now}
        Finding.objects.create(monitor=monitor, server=server, status=Status.DOWN, **facts)

    assert list(disagreements(now)) == []
    sees_down(one)
    (found,) = disagreements(now)
    assert (found.subject, found.domain) == (str(server.pk), (server.domain_id, "Budapest East"))
    assert "1 of 2 monitors see it down, 1 see it up" in found.sentence
    sees_down(two)
    assert list(disagreements(now)) == []


def test_a_silent_monitor_is_amiss_unless_another_of_its_machine_took_its_place() -> None:
    now = TurnedClock().now()
    long_ago = now - timedelta(minutes=5)
    MonitorFactory.create(identity="a:1:x", heartbeat_at=long_ago)
    MonitorFactory.create(identity="b:1:x", heartbeat_at=long_ago)
    MonitorFactory.create(identity="b:2:y", heartbeat_at=now, lateness=3.0)
    assert {(one.kind, one.subject) for one in of_monitors(now)} == {
        (Kind.MONITOR_SILENT, "a:1:x"),
        (Kind.MONITOR_LATE, "b:2:y"),
    }


def test_a_name_of_a_server_that_does_not_resolve_is_amiss() -> None:
    now = TurnedClock().now()
    monitor = MonitorFactory.create(heartbeat_at=now)
    domain = pair(name="Budapest East")
    server = domain.servers.first()
    assert server is not None
    NameTroubleFactory.create(monitor=monitor, host=server.server_fqdn, addresses="192.0.2.7")
    NameTroubleFactory.create(monitor=monitor, host="nobody-uses.example")
    (found,) = unresolved(now)
    assert (found.subject, found.domain) == (server.server_fqdn, (domain.pk, "Budapest East"))
    assert "192.0.2.7" in found.sentence


def test_agents_that_are_refused_and_offered_no_update_are_stranded() -> None:
    clock = TurnedClock()
    domain = DomainFactory.create(name="Budapest East")
    rule = VersionRuleFactory.create(domain=domain, pattern="10.2*")
    SightingFactory.create(domain=domain, component=rule.component, version="9.1", last_seen=clock.now())
    SightingFactory.create(domain=domain, component=rule.component, version="10.2.3", last_seen=clock.now())
    (found,) = stranded(clock.now())
    assert found.domain == (domain.pk, "Budapest East")
    assert "9.1 (1)" in found.sentence
    assert "10.2.3" not in found.sentence
    UpdateLinkFactory.create(domain=domain, component=rule.component, version="10.2.3")
    assert list(stranded(clock.now())) == []


def test_old_alarms_are_forgotten_and_active_ones_are_not() -> None:
    clock = TurnedClock()
    AlarmFactory.create(cleared_at=clock.now() - timedelta(days=40))
    AlarmFactory.create(raised_at=clock.now() - timedelta(days=90))
    services.forget(clock.now() - timedelta(days=32))
    assert Alarm.objects.get().cleared_at is None
