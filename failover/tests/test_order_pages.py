"""The pages on which people pause, resume, acknowledge, confirm, schedule and cancel."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.models import User
from appservers.models import Domain, Role
from appservers.services import delete_domain
from appservers.testing import DomainFactory, pair
from failover.models import Hold, HoldKind, Outcome, Pause, ScheduledSwitch
from failover.testing import HoldFactory, MonitorFactory, PauseFactory, ScheduledSwitchFactory, StandingFactory

pytestmark = pytest.mark.django_db

PAGES = ("pause", "resume", "acknowledge", "confirm", "schedule", "cancel")


@pytest.fixture
def domain() -> Domain:
    MonitorFactory.create()
    made = pair(name="Wien", slug="wien")
    StandingFactory.create(domain=made)
    return made


def where(page: str) -> str:
    return reverse(f"failover:{page}", args=["wien"])


def posted(client: Client, page: str, **answers: Any) -> str:
    """The text of the page that follows."""
    return words(client.post(where(page), answers, follow=True).content.decode())


def words(html: str) -> str:
    """The visible words of a page."""
    main = html[html.index('<main class="main"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).replace("&#x27;", "'")


def high_availability(client: Client) -> str:
    return words(client.get(where("high_availability")).content.decode())


@pytest.mark.parametrize(
    ("length", "lasts"),
    [("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("8h", timedelta(hours=8)), ("open", None)],
)
def test_it_is_paused_for_as_long_as_was_chosen(
    operator: Client, domain: Domain, length: str, lasts: timedelta | None
) -> None:
    assert "Automatic switching is paused." in posted(operator, "pause", length=length, reason="patching")
    pause = Pause.objects.get()
    assert (pause.actor_name, pause.reason, pause.ended_at) == ("operator", "patching", None)
    if lasts is None:
        assert pause.until is None
    else:
        assert pause.until is not None
        assert abs(pause.until - pause.started_at - lasts) < timedelta(seconds=5)


def test_a_pause_until_a_time_is_by_the_sites_clocks(operator: Client, domain: Domain, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    posted(operator, "pause", length="at", until="2999-06-01T06:00", reason="patching")
    pause = Pause.objects.get()
    assert pause.until is not None
    assert pause.until.astimezone(ZoneInfo("Europe/Budapest")).isoformat() == "2999-06-01T06:00:00+02:00"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        pytest.param({"length": "2h", "reason": " "}, "Give a reason", id="no reason"),
        pytest.param({"length": "at", "reason": "x"}, "Give the time at which the pause ends", id="no time"),
        pytest.param({"length": "at", "until": "2001-01-01T00:00", "reason": "x"}, "over already", id="past"),
        pytest.param({"length": "at", "until": "soon", "reason": "x"}, "Enter a valid date/time", id="no date"),
        pytest.param({"length": "3h", "reason": "x"}, "not one of the available choices", id="no such choice"),
        pytest.param(
            {"length": "2h", "until": "2999-01-01T08:00", "reason": "x"},
            "“Until a time” is not chosen",
            id="time unchosen",
        ),
        pytest.param({"length": "2h", "reason": "x" * 501}, "at most 500 characters", id="endless reason"),
    ],
)
def test_a_pause_that_means_nothing_is_said_at_the_field(
    operator: Client, domain: Domain, answers: dict[str, str], says: str
) -> None:
    assert says in posted(operator, "pause", **answers)
    assert not Pause.objects.exists()


@pytest.mark.parametrize("state", ["confirming", "counting_down", "held"])
def test_pausing_while_the_active_server_is_out_says_that_nothing_takes_over(
    operator: Client, domain: Domain, state: str
) -> None:
    assert "If Primary fails meanwhile" in words(operator.get(where("pause")).content.decode())
    domain.standing.state, domain.standing.code = state, "interval_running"
    domain.standing.save()
    assert "Primary is out now: what would take over is called off" in words(
        operator.get(where("pause")).content.decode()
    )


def test_a_paused_domain_says_so_everywhere_and_who_paused_it_until_when_and_why(
    support: Client, domain: Domain
) -> None:
    PauseFactory.create(domain=domain, reason="New memory.", actor_name="bela")
    shown = [
        support.get(reverse("failover:list")),
        support.get(where("high_availability")),
        support.get(reverse("appservers:detail", args=["wien"])),
    ]
    for response in shown:
        text = words(response.content.decode())
        assert "Paused until" in text
        assert re.search("by bela .* “New memory.”", text)


def test_a_paused_domain_is_calm_while_its_active_server_is_up_and_loud_when_the_pause_holds_a_switch(
    operator: Client, domain: Domain
) -> None:
    PauseFactory.create(domain=domain)
    page = operator.get(where("high_availability")).content.decode()
    assert "tone-bad" not in page[page.index("data-state") : page.index("data-role")]
    domain.standing.state, domain.standing.code = "held", "paused"
    domain.standing.save()
    page = operator.get(where("high_availability")).content.decode()
    assert 'banner tone-bad" data-state="held"' in page
    assert "Held: paused" in page


def test_a_pause_that_is_over_is_not_shown_although_nobody_closed_it(operator: Client, domain: Domain) -> None:
    now = timezone.now()
    PauseFactory.create(domain=domain, started_at=now - timedelta(hours=2), until=now - timedelta(hours=1))
    assert "Paused until" not in high_availability(operator)


def test_it_is_resumed_by_a_second_click(operator: Client, domain: Domain) -> None:
    PauseFactory.create(domain=domain)
    assert "Let it switch by itself again" in words(operator.get(where("resume")).content.decode())
    assert Pause.objects.get().ended_at is None
    assert "A full interval must pass" in posted(operator, "resume")
    assert Pause.objects.get().ended_by == "operator"


def test_resuming_while_the_active_server_is_out_says_what_follows(operator: Client, domain: Domain) -> None:
    PauseFactory.create(domain=domain)
    domain.standing.state, domain.standing.code = "held", "paused"
    domain.standing.save()
    text = words(operator.get(where("resume")).content.decode())
    assert "Primary is out now." in text
    assert "takes over 2 min after you resume" in text


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("resume", "It is not paused"),
        ("acknowledge", "nothing to acknowledge"),
        ("confirm", "nothing to confirm"),
        ("cancel", "Nothing is scheduled"),
    ],
)
def test_what_somebody_else_did_already_is_said(operator: Client, domain: Domain, page: str, says: str) -> None:
    assert says in words(operator.get(where(page), follow=True).content.decode())
    assert says in posted(operator, page)


def test_flapping_is_a_loud_alarm_with_what_to_do_until_somebody_acknowledges_it(
    operator: Client, domain: Domain
) -> None:
    HoldFactory.create(domain=domain)
    page = operator.get(where("high_availability")).content.decode()
    assert 'role="alert"' in page
    assert where("acknowledge") in page
    assert "It flaps: three switches by itself within an hour." in words(page)
    assert "needs-attention tone-bad" in operator.get(reverse("failover:list")).content.decode()
    assert "Say what you found" in posted(operator, "acknowledge", note=" ")
    assert "Acknowledged." in posted(operator, "acknowledge", note="A cable was loose.")
    hold = Hold.objects.get()
    assert (hold.cleared_by, hold.note) == ("operator", "A cable was loose.")
    text = high_availability(operator)
    assert "It flaps" not in text
    assert "Flapping acknowledged By operator: “A cable was loose”." in text


def confirmation(**changed: str) -> dict[str, str]:
    return {"active": "secondary", "note": "Agents are there.", "name": "Wien"} | changed


def test_a_database_that_went_back_is_a_loud_alarm_until_somebody_confirms_the_active_server(
    operator: Client, domain: Domain
) -> None:
    HoldFactory.create(domain=domain, kind=HoldKind.HISTORY_WENT_BACK, seen_epoch=7)
    text = high_availability(operator)
    assert "The database went back: who is active is not certain. It shows epoch 0, and epoch 7 was seen" in text
    assert "The active server is confirmed." in posted(operator, "confirm", **confirmation())
    domain.refresh_from_db()
    assert (domain.active_role, domain.epoch) == (Role.SECONDARY, 8)
    assert Hold.objects.get().cleared_by == "operator"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"active": ""}, "Choose the server that clients use now", id="no server"),
        pytest.param({"active": "tertiary"}, "not one of the available choices", id="no such server"),
        pytest.param({"note": ""}, "Say how you know", id="no note"),
        pytest.param({"name": "Graz"}, "This is not the domain's name. Type: Wien", id="another name"),
    ],
)
def test_the_active_server_is_not_confirmed_by_half(
    operator: Client, domain: Domain, changed: dict[str, str], says: str
) -> None:
    HoldFactory.create(domain=domain, kind=HoldKind.HISTORY_WENT_BACK, seen_epoch=7)
    assert says in posted(operator, "confirm", **confirmation(**changed))
    domain.refresh_from_db()
    assert domain.epoch == 0


def test_a_server_that_is_not_there_cannot_be_confirmed(operator: Client) -> None:
    domain = DomainFactory.create(name="Wien", slug="wien")
    HoldFactory.create(domain=domain, kind=HoldKind.HISTORY_WENT_BACK, seen_epoch=7)
    assert "Wien has no secondary server." in posted(operator, "confirm", **confirmation())
    assert Hold.objects.get().cleared_at is None


def plan(**changed: str) -> dict[str, str]:
    return {
        "to_role": "secondary",
        "when": "nightly",
        "begins": "02:00",
        "ends": "04:00",
        "reason": "at night",
    } | changed


def test_a_switch_is_scheduled_for_the_night_by_the_sites_clocks(
    operator: Client, domain: Domain, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    assert "The switch is scheduled." in posted(operator, "schedule", **plan())
    row = ScheduledSwitch.objects.get()
    local = [moment.astimezone(ZoneInfo("Europe/Budapest")) for moment in (row.opens_at, row.closes_at)]
    assert [f"{moment:%H:%M}" for moment in local] == ["02:00", "04:00"]
    assert (row.nightly, row.to_role, row.actor_name) == (True, Role.SECONDARY, "operator")
    text = high_availability(operator)
    assert re.search(r"Failover to Secondary between .* then every night until it is made", text)
    assert "“at night”" in text


def test_a_switch_is_scheduled_for_a_time(operator: Client, domain: Domain) -> None:
    posted(operator, "schedule", **plan(when="at", at="2999-06-01T06:00"))
    row = ScheduledSwitch.objects.get()
    assert not row.nightly
    assert row.closes_at - row.opens_at == timedelta(minutes=30)
    assert "The window opens in" in high_availability(operator)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"begins": ""}, "Give a time, such as 02:00.", id="no begin"),
        pytest.param({"ends": "02:00"}, "Give it a length", id="no length"),
        pytest.param({"when": "at"}, "Give the time of the switch.", id="no time"),
        pytest.param({"when": "at", "at": "2001-01-01T00:00"}, "over already", id="past"),
        pytest.param({"at": "2999-06-01T06:00"}, "“At a certain time” is not chosen", id="a time that is not chosen"),
        pytest.param({"reason": ""}, "Give a reason", id="no reason"),
        pytest.param({"to_role": "primary"}, "Primary is active already. Nothing to do.", id="active already"),
        pytest.param({"when": "sometimes"}, "not one of the available choices", id="no such choice"),
    ],
)
def test_a_schedule_that_means_nothing_is_refused_in_words(
    operator: Client, domain: Domain, changed: dict[str, str], says: str
) -> None:
    assert says in posted(operator, "schedule", **plan(**changed))
    assert not ScheduledSwitch.objects.exists()


def test_a_domain_with_one_server_has_nothing_to_schedule(operator: Client) -> None:
    DomainFactory.create(name="Wien", slug="wien")
    text = words(operator.get(where("schedule"), follow=True).content.decode())
    assert "Wien has no second server to switch to." in text


def test_a_schedule_is_taken_back_by_a_second_click(operator: Client, domain: Domain) -> None:
    ScheduledSwitchFactory.create(domain=domain, to_role=Role.SECONDARY)
    operator.get(where("cancel"))
    assert ScheduledSwitch.objects.get().done_at is None
    assert "The scheduled switch was cancelled." in posted(operator, "cancel")
    row = ScheduledSwitch.objects.get()
    assert (row.outcome, row.sentence) == (Outcome.CANCELLED, "operator cancelled it.")


def test_a_window_that_is_open_says_so(operator: Client, domain: Domain) -> None:
    ScheduledSwitchFactory.create(domain=domain, to_role=Role.SECONDARY, opens_at=timezone.now() - timedelta(minutes=1))
    assert "The window is open" in high_availability(operator)


def test_automatic_failover_that_is_off_is_said_and_leads_administrators_to_the_switch(
    administrator: Client, operator: Client, domain: Domain
) -> None:
    Domain.objects.update(automatic_failover=False)
    assert "Automatic failover is off." in high_availability(operator)
    assert "Turn it on…" not in high_availability(operator)
    assert "Turn it on…" in high_availability(administrator)
    assert "Automatic off" in words(operator.get(reverse("failover:list")).content.decode())


def test_more_actions_offers_what_can_be_done_now_to_those_who_may(
    operator: Client, support: Client, domain: Domain
) -> None:
    def offered(client: Client) -> set[str]:
        page = client.get(reverse("failover:list")).content.decode()
        return {name for name in (*PAGES, "switch") if f'"{where(name)}"' in page}

    assert offered(operator) == {"pause", "schedule", "switch"}
    PauseFactory.create(domain=domain)
    ScheduledSwitchFactory.create(domain=domain)
    for kind in HoldKind:
        HoldFactory.create(domain=domain, kind=kind)
    assert offered(operator) == {*PAGES, "switch"}
    assert offered(support) == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_domain_that_was_deleted_meanwhile_leads_to_the_list(operator: Client, domain: Domain, page: str) -> None:
    delete_domain(domain=domain, typed_name="Wien")
    assert "“Wien” was deleted" in words(operator.get(where(page), follow=True).content.decode())


@pytest.mark.parametrize("page", ["acknowledge", "confirm"])
@pytest.mark.parametrize("gone", [True, False], ids=["the domain is gone", "somebody was faster"])
def test_a_note_that_came_too_late_is_repeated(operator: Client, domain: Domain, page: str, gone: bool) -> None:
    if gone:
        delete_domain(domain=domain, typed_name="Wien")
    text = posted(operator, page, note="A cable was loose.", active="primary")
    assert ("“Wien” was deleted" in text) is gone
    assert ": “A cable was loose.”" in text
    assert ("“Primary”" in text) is (page == "confirm")


@pytest.mark.parametrize("page", PAGES)
def test_a_request_from_elsewhere_orders_nothing(operator: Client, domain: Domain, page: str) -> None:
    PauseFactory.create(domain=domain)
    ScheduledSwitchFactory.create(domain=domain)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="operator"))
    assert strict.post(where(page), {}).status_code == 403


def test_what_needs_a_person_comes_first(operator: Client, domain: Domain) -> None:
    """Wien is well; the others come before it in the order of how much they need somebody."""
    names = ["Zagreb", "York", "Xanten"]
    flaps, held, down = (pair(name=name) for name in names)
    HoldFactory.create(domain=flaps)
    StandingFactory.create(domain=flaps)
    StandingFactory.create(domain=held, state="held", code="no_majority")
    StandingFactory.create(domain=down, code="standby_down")
    page = operator.get(reverse("failover:list")).content.decode()
    assert re.findall(r'class="row-name"[^>]*>(\w+)<', page) == [*names, "Wien"]


def test_the_list_asks_no_more_for_many_domains_than_for_one(
    operator: Client, domain: Domain, django_assert_max_num_queries: Any
) -> None:
    operator.get(reverse("failover:rows"))
    for _ in range(10):
        PauseFactory.create(domain=pair())
    with django_assert_max_num_queries(16):
        operator.get(reverse("failover:rows"))


def test_the_votes_are_shown_while_a_switch_waits_for_them(operator: Client, domain: Domain) -> None:
    MonitorFactory.create(identity="host:two", leads=False)
    assert "Votes of the monitors" not in high_availability(operator)
    domain.standing.state, domain.standing.code = "held", "no_majority"
    domain.standing.save()
    text = high_availability(operator)
    assert "0 of 2 live monitors agree to a switch; it takes 2." in text
    assert "host:two" in text


def test_a_mass_outage_says_when_the_switch_is_made_all_the_same(operator: Client, domain: Domain) -> None:
    domain.standing.state, domain.standing.code = "held", "mass_outage"
    domain.standing.switch_at = timezone.now() + timedelta(minutes=1)
    domain.standing.save()
    text = high_availability(operator)
    assert "Held: mass outage" in text
    assert "Switches in" in text
    assert "1 of 1" not in text
    assert "Votes of the monitors" in text


def test_the_page_offers_to_pause_and_after_a_failover_to_schedule_the_way_back(
    operator: Client, domain: Domain
) -> None:
    def buttons() -> list[str]:
        page = operator.get(where("high_availability")).content.decode()
        return re.findall(r'class="btn btn-plain" href="[^"]*high-availability/([a-z]+)/"', page)

    assert buttons() == ["pause", "drill", "switch"]
    Domain.objects.update(active_role=Role.SECONDARY, epoch=1)
    assert buttons() == ["pause", "drill", "schedule", "switch"]
    ScheduledSwitchFactory.create(domain=domain)
    assert buttons() == ["pause", "drill", "switch", "cancel"]
    PauseFactory.create(domain=domain)
    assert buttons() == ["drill", "switch", "resume", "cancel"]
