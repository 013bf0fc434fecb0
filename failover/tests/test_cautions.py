"""A change that would switch within seconds is asked about before it is saved: in the form and in the Django admin."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appservers.exceptions import Risky
from appservers.models import Domain, Role
from appservers.selectors import servers_by_role
from appservers.services import save_domain
from appservers.testing import pair
from appservers.tests.posting import opened, post, url
from appservers.tests.test_admin import change_url, stored_form
from failover.decision import Code, State
from failover.models import Monitor, Standing
from failover.testing import CountdownFactory, MonitorFactory, PauseFactory, StandingFactory

pytestmark = pytest.mark.django_db

SAYS = "This switches within seconds: Primary is out, "


@pytest.fixture
def domain() -> Domain:
    """Its primary is out for 100 s of an interval of ten minutes."""
    MonitorFactory.create()
    made = pair(name="Wien", slug="wien", auto_failover_interval=timedelta(minutes=10))
    StandingFactory.create(
        domain=made,
        state=State.COUNTING_DOWN,
        code=Code.INTERVAL_RUNNING,
        switch_at=timezone.now() + timedelta(seconds=500.4),
        forecast="Secondary is up and will become active.",
    )
    return made


def save(domain: Domain, *, meant: bool = False, minutes: float = 1, **changed: Any) -> None:
    """Save the domain with another interval, through the service that everything uses."""
    wanted = Domain.objects.get(pk=domain.pk)
    wanted.auto_failover_interval = timedelta(minutes=minutes)
    for name, value in changed.items():
        setattr(wanted, name, value)
    servers = servers_by_role(wanted)
    save_domain(domain=wanted, primary=servers[Role.PRIMARY], secondary=servers[Role.SECONDARY], meant=meant)


def interval(domain: Domain) -> float:
    domain.refresh_from_db()
    return domain.auto_failover_interval.total_seconds()


def test_an_interval_that_is_over_already_is_asked_about_and_saved_when_it_is_meant(domain: Domain) -> None:
    with pytest.raises(Risky, match="within seconds: Primary is out") as risky:
        save(domain)
    (sentence,) = risky.value.sentences
    assert re.fullmatch(
        SAYS + r"10\d s are counted, and it would take 60 s. Secondary is up and will become active.", sentence
    )
    assert interval(domain) == 600
    save(domain, meant=True)
    assert interval(domain) == 60


@pytest.mark.parametrize(
    ("minutes", "changed"),
    [
        pytest.param(3, {}, id="an interval that is not over yet"),
        pytest.param(20, {}, id="a longer one"),
        pytest.param(10, {"emergency": True}, id="another property"),
        pytest.param(1, {"automatic_failover": False}, id="automatic failover is turned off"),
    ],
)
def test_what_switches_nothing_is_saved_without_a_question(
    domain: Domain, minutes: float, changed: dict[str, Any]
) -> None:
    save(domain, minutes=minutes, **changed)
    assert interval(domain) == minutes * 60


def test_no_question_while_it_is_paused(domain: Domain) -> None:
    PauseFactory.create(domain=domain)
    save(domain)


def test_no_question_while_nobody_watches(domain: Domain) -> None:
    Monitor.objects.update(leads=False)
    save(domain)


def test_no_question_where_the_switch_is_due_within_seconds_anyway(domain: Domain) -> None:
    Standing.objects.update(switch_at=timezone.now() + timedelta(seconds=3))
    save(domain, minutes=0)


def test_no_question_where_the_active_server_is_up(domain: Domain) -> None:
    Standing.objects.update(state=State.STEADY, switch_at=None)
    save(domain, minutes=0)


def test_a_count_that_stands_still_is_taken_from_the_beginning_of_the_outage(domain: Domain) -> None:
    Standing.objects.update(switch_at=None)
    CountdownFactory.create(domain=domain, outage_at=timezone.now() - timedelta(seconds=100))
    with pytest.raises(Risky, match=r"10\d s are counted"):
        save(domain)
    save(domain, minutes=3)


def test_a_suspected_outage_and_no_interval_at_all_is_asked_about(domain: Domain) -> None:
    Standing.objects.update(state=State.CONFIRMING, switch_at=None, since=timezone.now())
    with pytest.raises(Risky):
        save(domain, minutes=0)


def test_a_mass_outage_is_held_for_one_more_interval_and_a_shorter_one_is_asked_about(domain: Domain) -> None:
    due = timezone.now() + timedelta(seconds=500.4)  # 700 s of twice 600 s
    Standing.objects.update(state=State.HELD, code=Code.MASS_OUTAGE, switch_at=due)
    with pytest.raises(Risky, match=r"70\d s are counted, and it would take 600 s"):
        save(domain, minutes=5)
    save(domain, minutes=8)


def test_automatic_failover_turned_on_counts_from_nothing(domain: Domain) -> None:
    Domain.objects.update(automatic_failover=False)
    Standing.objects.update(state=State.HELD, code=Code.PAUSED, switch_at=None)
    with pytest.raises(Risky, match="0 s are counted, and it would take 6 s"):
        save(domain, minutes=0.1, automatic_failover=True)
    save(domain, minutes=1, automatic_failover=True)


def test_the_form_asks_keeps_what_was_typed_and_saves_by_a_button_of_its_own(
    administrator: Client, domain: Domain
) -> None:
    typed = opened(domain) | {"auto_failover_interval": "1"}
    response = post(administrator, url(domain), typed)
    text = response.content.decode()
    assert SAYS in text
    assert "Nothing was saved yet." in text
    assert 'name="meant" value="yes">Save, and let it switch</button>' in text
    assert 'name="auto_failover_interval" value="1"' in text
    assert interval(domain) == 600
    assert SAYS in post(administrator, url(domain), typed).content.decode()
    assert post(administrator, url(domain), typed | {"meant": "yes"}).status_code == 302
    assert interval(domain) == 60


def test_the_admin_asks_by_a_box_that_is_hidden_otherwise(administrator: Client, domain: Domain) -> None:
    page = administrator.get(change_url(domain)).content.decode()
    assert '<input type="hidden" name="meant"' in page
    posted = stored_form(domain, auto_failover_interval="1", automatic_failover="on")
    response = administrator.post(change_url(domain), posted)
    text = response.content.decode()
    assert SAYS in text
    assert '<input type="checkbox" name="meant"' in text
    assert interval(domain) == 600
    assert administrator.post(change_url(domain), posted | {"meant": "on"}).status_code == 302
    assert interval(domain) == 60


def test_the_admin_shows_what_people_said_about_a_domain(support: Client, domain: Domain) -> None:
    PauseFactory.create(domain=domain, actor_name="bela", reason="New memory.")
    for where in (change_url(domain), "/admin/appservers/domain/"):
        assert "by bela: New memory." in support.get(where).content.decode()
