"""The High Availability page: both servers, where the domain stands, what to press."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appservers.models import Domain, Role
from appservers.testing import DomainFactory, pair
from failover.decision import Code, State
from failover.health import Status
from failover.models import Standing
from failover.observation import Reason
from failover.testing import CountdownFactory, MonitorFactory, ServerHealthFactory, StandingFactory, SwitchEventFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def domain() -> Domain:
    """A pair that a live monitor watches."""
    MonitorFactory.create(identity="host:42")
    return pair(name="Budapest East", slug="budapest-east")


def page(client: Client, domain: Domain) -> str:
    response = client.get(reverse("failover:high_availability", args=[domain.slug]))
    assert response.status_code == 200
    return response.content.decode()


def server(text: str, role: str) -> str:
    """The part of the page that shows one of the servers, as words."""
    match = re.search(rf'data-role="{role}">(.*?)</section>', text, re.DOTALL)
    assert match is not None
    return " ".join(re.sub(r"<[^>]+>", " ", match[1].replace("<wbr>", "")).split())


def test_it_shows_both_servers_as_configured_and_as_seen(operator: Client, domain: Domain) -> None:
    primary, secondary = (domain.servers.get(role=role) for role in Role)
    ServerHealthFactory.create(server=primary, status=Status.DOWN, reason=Reason.REFUSED, failures=3)
    ServerHealthFactory.create(server=secondary, latency=3.2)
    text = page(operator, domain)
    first, second = server(text, "primary"), server(text, "secondary")
    assert first.startswith("Primary ACTIVE Down for")
    assert "refuses connections The host is up, but nothing listens on this port" in first
    assert primary.endpoint in first
    assert second.startswith("Secondary STANDBY Up for")
    assert "answered in 3 ms" in second
    assert secondary.private_web_fqdn in second
    assert "host:42" in text


@pytest.mark.parametrize(
    ("state", "code", "word"),
    [
        pytest.param(State.STEADY, Code.ALL_UP, "Healthy", id="healthy"),
        pytest.param(State.STEADY, Code.STANDBY_DOWN, "Standby down", id="standby down"),
        pytest.param(State.STEADY, Code.STANDBY_UNKNOWN, "Standby not judged", id="standby unknown"),
        pytest.param(State.STEADY, Code.NOT_JUDGED, "Not judged yet", id="steady before, not judged now"),
        pytest.param(State.CONFIRMING, Code.OUTAGE_SUSPECTED, "Confirming", id="confirming"),
        pytest.param(State.HELD, Code.STANDBY_DOWN, "Held", id="held"),
        pytest.param(State.EXPOSED, Code.NO_STANDBY, "Exposed", id="exposed"),
        pytest.param(State.UNKNOWN, Code.NOT_JUDGED, "Not judged yet", id="unknown"),
    ],
)
def test_the_banner_names_the_state_and_says_the_sentence(
    operator: Client, domain: Domain, state: State, code: Code, word: str
) -> None:
    StandingFactory.create(domain=domain, state=state, code=code, sentence="This is why.")
    text = page(operator, domain)
    banner = re.search(rf'data-state="{state}">(.*?)</div>', text, re.DOTALL)
    assert banner is not None
    assert word in banner[1]
    assert "This is why." in text


def test_a_countdown_shows_the_moment_the_forecast_and_a_way_to_be_faster(operator: Client, domain: Domain) -> None:
    due = timezone.now() + timedelta(seconds=72)
    ServerHealthFactory.create(server=domain.servers.get(role=Role.SECONDARY))
    StandingFactory.create(
        domain=domain,
        state=State.COUNTING_DOWN,
        code=Code.INTERVAL_RUNNING,
        sentence="Primary refuses connections.",
        forecast="Secondary is up and will become active.",
        switch_at=due,
    )
    text = page(operator, domain)
    assert "Switching to Secondary at" in text
    assert due.isoformat(timespec="milliseconds") in text
    assert "Secondary is up and will become active." in text
    assert "Switch now…" in text


@pytest.mark.parametrize("status", [Status.DOWN, Status.UNKNOWN, None])
def test_a_countdown_that_nothing_can_follow_promises_no_switch(
    operator: Client, domain: Domain, status: Status | None
) -> None:
    if status:
        ServerHealthFactory.create(server=domain.servers.get(role=Role.SECONDARY), status=status, reason=Reason.REFUSED)
    due = timezone.now() + timedelta(seconds=72)
    StandingFactory.create(
        domain=domain, state=State.COUNTING_DOWN, code=Code.INTERVAL_RUNNING, forecast="Would be held.", switch_at=due
    )
    text = page(operator, domain)
    assert "Switching to" not in text
    assert "Nothing will take over at" in text
    assert "banner tone-bad" in text
    row = operator.get("/infrastructure/application-servers/").content.decode()
    assert "Held in" in row
    assert "Switches in" not in row


def test_a_count_that_stands_still_shows_no_moment(operator: Client, domain: Domain) -> None:
    StandingFactory.create(domain=domain, state=State.COUNTING_DOWN, code=Code.INTERVAL_RUNNING, switch_at=None)
    assert "Switching to Secondary at" not in page(operator, domain)


def test_who_may_not_switch_is_not_offered_to(operator: Client, support: Client, domain: Domain) -> None:
    StandingFactory.create(domain=domain)
    where = reverse("failover:switch", args=[domain.slug])
    assert where in page(operator, domain)
    assert where not in page(support, domain)


def test_while_nobody_watches_a_switch_by_hand_is_offered_all_the_same(operator: Client, support: Client) -> None:
    domain = pair()
    where = reverse("failover:switch", args=[domain.slug])
    assert "No monitor is running." in page(operator, domain)
    assert page(operator, domain).count(f'btn-plain" href="{where}"') == 1
    assert where not in page(support, domain)


def test_the_button_follows_the_direction(operator: Client, domain: Domain) -> None:
    StandingFactory.create(domain=domain)
    assert "Fail over to Secondary…" in page(operator, domain)
    Domain.objects.filter(pk=domain.pk).update(active_role=Role.SECONDARY, epoch=1)
    assert "Fail back to Primary…" in page(operator, domain)


def test_a_missing_secondary_can_be_registered_from_here(administrator: Client, operator: Client) -> None:
    alone = DomainFactory.create()
    link = f"{reverse('appservers:edit', args=[alone.slug])}#secondary"
    assert link in page(administrator, alone)
    assert "Register a secondary server" in page(administrator, alone)
    assert link not in page(operator, alone)
    assert reverse("failover:switch", args=[alone.slug]) not in page(administrator, alone)


def test_the_servers_can_be_edited_from_here(administrator: Client, domain: Domain) -> None:
    for role in Role:
        assert f"{reverse('appservers:edit', args=[domain.slug])}#{role}" in page(administrator, domain)


def test_an_emergency_and_an_absent_monitor_are_said_at_the_top(operator: Client) -> None:
    text = page(operator, DomainFactory.create(emergency=True))
    assert "Emergency is declared." in text
    assert "No monitor is running." in text
    assert "Not watched" in text


def test_what_happened_is_listed(operator: Client, domain: Domain) -> None:
    assert "Nothing happened yet" in page(operator, domain)
    CountdownFactory.create(domain=domain)
    SwitchEventFactory.create(domain=domain, epoch=1)
    text = page(operator, domain)
    assert "Countdown started" in text
    assert "Automatic failover to Secondary, epoch 1" in text


def test_the_part_is_sent_again_only_when_something_changed(operator: Client, domain: Domain) -> None:
    StandingFactory.create(domain=domain)
    match = re.search(r'hx-get="([^"]+)"', page(operator, domain))
    assert match is not None
    assert operator.get(match[1]).status_code == 204
    Standing.objects.update(state=State.HELD, sentence="Both are down.")
    changed = operator.get(match[1])
    assert changed.status_code == 200
    assert changed["Cache-Control"] == "no-store"
    assert "Both are down." in changed.content.decode()


def test_an_unknown_domain_is_not_found(operator: Client) -> None:
    assert operator.get(reverse("failover:high_availability", args=["nowhere"])).status_code == 404


def test_the_page_of_a_domain_that_was_deleted_meanwhile_says_by_whom_and_shows_the_others(
    operator: Client, administrator: Client, domain: Domain
) -> None:
    match = re.search(r'hx-get="([^"]+)"', page(operator, domain))
    assert match is not None
    administrator.post(reverse("appservers:delete", args=[domain.slug]), {"name": domain.name})
    poll = operator.get(match[1])
    assert (poll.status_code, poll["HX-Refresh"]) == (204, "true")
    answer = operator.get(reverse("failover:high_availability", args=[domain.slug]), follow=True)
    assert answer.redirect_chain == [(reverse("failover:list"), 302)]
    assert "“Budapest East” was deleted by administrator." in answer.content.decode()


def test_what_lasts_says_since_when(operator: Client, domain: Domain) -> None:
    since = timezone.now() - timedelta(minutes=3)
    StandingFactory.create(domain=domain, state=State.HELD, code=Code.STANDBY_DOWN, since=since)
    banner = page(operator, domain).partition('data-state="held"')[2].partition("</div>")[0]
    assert since.isoformat(timespec="milliseconds") in banner


def test_what_was_seen_at_another_address_is_not_shown_of_this_one(operator: Client, domain: Domain) -> None:
    primary = domain.servers.get(role=Role.PRIMARY)
    ServerHealthFactory.create(server=primary)
    primary.configuration = 2
    primary.save()
    assert "Not judged yet" in server(page(operator, domain), "primary")


def test_while_nobody_watches_what_was_last_known_is_shown_as_that(operator: Client) -> None:
    domain = pair()
    seen = timezone.now() - timedelta(minutes=7)
    down = {"status": Status.DOWN, "reason": Reason.REFUSED, "failures": 3}
    ServerHealthFactory.create(server=domain.servers.get(role=Role.PRIMARY), checked_at=seen, **down)
    text = page(operator, domain)
    assert "Not watched last known, " in server(text, "primary")
    assert ": down " in server(text, "primary")
    assert seen.isoformat(timespec="milliseconds") in text
    assert "last known" not in server(text, "secondary")


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        pytest.param(timedelta(seconds=4), "", id="a little: alive"),
        pytest.param(timedelta(hours=1), "The clocks disagree.", id="an hour: it proves nothing"),
        pytest.param(timedelta(hours=-1), "No monitor is running.", id="an hour ago"),
    ],
)
def test_a_sign_of_life_from_the_future_is_not_believed(operator: Client, ahead: timedelta, said: str) -> None:
    MonitorFactory.create(heartbeat_at=timezone.now() + ahead)
    domain = pair()
    StandingFactory.create(domain=domain)
    text = page(operator, domain)
    assert ("Healthy" in text) is (not said)
    for sentence in ("The clocks disagree.", "No monitor is running."):
        assert (sentence in text) is (sentence == said)
