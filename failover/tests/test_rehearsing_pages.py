"""The drill's page and the interval adviser's panel."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.testing import user_with_role
from appservers.models import Domain, Role
from appservers.services import delete_domain
from appservers.testing import pair
from failover.clock import SystemClock
from failover.drill import there_and_back_later
from failover.exceptions import NotPossible
from failover.health import Status
from failover.models import Cause, ScheduledSwitch, SwitchEvent, SwitchRefusal
from failover.testing import HealthChangeFactory, MonitorFactory, ScheduledSwitchFactory, ServerHealthFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    made = pair(name="Budapest East", slug="budapest-east", auto_failover_interval=timedelta(minutes=2))
    MonitorFactory.create()
    for server in made.servers.all():
        ServerHealthFactory.create(server=server)
    return made


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(user_with_role("Operators"))
    return client


def page(name: str, domain: Domain) -> str:
    return reverse(f"failover:{name}", args=[domain.slug])


def test_the_drill_shows_what_would_happen_and_touches_nothing(operator: Client, domain: Domain) -> None:
    shown = operator.get(page("drill", domain)).content.decode()
    assert "If Primary failed at this moment" in shown
    assert "after 120.0 s" in shown
    assert "It would fail over." in shown
    assert not SwitchEvent.objects.exists()


def test_the_drill_says_loudly_what_would_hold_it(operator: Client, domain: Domain) -> None:
    domain.servers.get(role=Role.SECONDARY).health.delete()
    shown = operator.get(page("drill", domain)).content.decode()
    assert "It would not fail over." in shown
    assert "Secondary is not proven to be up: it could not be checked." in shown


def posted(operator: Client, domain: Domain, **change: object) -> str:
    typed = {"epoch": domain.epoch, "stay": 10, "reason": "quarterly", "name": domain.name} | change
    return operator.post(page("drill", domain), typed, follow=True).content.decode()


def test_a_real_drill_switches_now_and_plans_the_way_back(operator: Client, domain: Domain) -> None:
    shown = posted(operator, domain)
    assert "Drill: Secondary is active now (epoch 1)." in shown
    event, back = SwitchEvent.objects.get(), ScheduledSwitch.objects.get()
    assert (event.cause, event.reason) == (Cause.DRILL, "Drill: quarterly")
    assert (back.to_role, back.opens_at - event.at) == (Role.PRIMARY, timedelta(minutes=10))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"name": "Budapest"}, "This is not the domain&#x27;s name.", id="another name"),
        pytest.param({"reason": ""}, "Give a reason", id="no reason"),
        pytest.param({"stay": 0}, "greater than or equal to 1", id="no stay"),
        pytest.param({"epoch": 7}, "Somebody switched this domain in the meantime", id="an epoch that is not now's"),
    ],
)
def test_a_drill_that_is_not_meant_like_that_keeps_what_was_typed(
    operator: Client, domain: Domain, change: dict[str, object], says: str
) -> None:
    shown = posted(operator, domain, **change)
    assert says in shown
    assert 'name="stay"' in shown
    assert not SwitchEvent.objects.exists()
    assert not ScheduledSwitch.objects.exists()


def test_a_drill_does_not_replace_what_is_scheduled(operator: Client, domain: Domain) -> None:
    planned = ScheduledSwitchFactory.create(domain=domain, actor_name="ben")
    shown = posted(operator, domain)
    assert "ben scheduled a switch to Primary" in shown
    assert 'name="stay"' in shown
    assert not SwitchEvent.objects.exists()
    planned.refresh_from_db()
    assert planned.done_at is None


def test_without_its_way_back_a_drill_is_not_made(domain: Domain) -> None:
    with pytest.raises(NotPossible, match="The window is over"):
        there_and_back_later(
            domain=domain,
            seen_epoch=0,
            stay=timedelta(hours=-2),
            actor_name="anna",
            actor_id=None,
            reason="quarterly",
            clock=SystemClock(),
        )
    assert not SwitchEvent.objects.exists()
    domain.refresh_from_db()
    assert domain.active_role == Role.PRIMARY


def test_the_reason_of_a_drill_whose_domain_was_deleted_is_repeated(operator: Client, domain: Domain) -> None:
    delete_domain(domain=domain, typed_name=domain.name)
    shown = posted(operator, domain)
    assert "“Budapest East” was deleted by a script." in shown
    assert "Reason: “quarterly”" in shown


def test_a_refused_drill_is_recorded_like_any_switch(operator: Client, domain: Domain) -> None:
    posted(operator, domain, epoch=7)
    assert SwitchRefusal.objects.get().code == "conflict"


def test_the_adviser_draws_the_recorded_outages_and_has_a_table(operator: Client, domain: Domain) -> None:
    now = timezone.now()
    primary, secondary = domain.servers.get(role=Role.PRIMARY), domain.servers.get(role=Role.SECONDARY)
    for server in (primary, secondary):
        HealthChangeFactory.create(server=server, at=now - timedelta(days=2))
    HealthChangeFactory.create(server=primary, status=Status.DOWN, at=now - timedelta(days=1))
    HealthChangeFactory.create(server=primary, status=Status.UP, at=now - timedelta(days=1) + timedelta(seconds=90))
    part = operator.get(page("adviser", domain), headers={"HX-Request": "true"}).content.decode()
    assert "1 outage of the active server" in part
    assert part.count("<rect") == 3 * 10
    assert "2 min <strong>(this domain's)</strong>" in part
    assert "<html" not in part
    assert "<html" in operator.get(page("adviser", domain)).content.decode()


def test_the_adviser_says_so_when_it_replays_the_latest_outages_only(operator: Client, domain: Domain) -> None:
    now, primary = timezone.now(), domain.servers.get(role=Role.PRIMARY)
    for minutes in range(1030, 0, -10):
        start = now - timedelta(minutes=minutes)
        HealthChangeFactory.create(server=primary, status=Status.DOWN, at=start)
        HealthChangeFactory.create(server=primary, status=Status.UP, at=start + timedelta(minutes=1))
    part = operator.get(page("adviser", domain), headers={"HX-Request": "true"}).content.decode()
    assert "The latest 100 of 103 outages of the active server" in part


def test_the_adviser_says_so_when_there_is_nothing_to_replay(operator: Client, domain: Domain) -> None:
    assert "No outage of the active server is recorded" in operator.get(page("adviser", domain)).content.decode()
