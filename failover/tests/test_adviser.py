"""The interval adviser: recorded outages through the same decisions."""

import json
from datetime import timedelta
from io import StringIO
from itertools import groupby

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from appservers.models import ApplicationServer, Domain, Role
from appservers.testing import pair
from failover.adviser import Choice, advise
from failover.health import Status
from failover.hours import pack
from failover.minutes import Minute
from failover.models import HealthHour
from failover.pace import Pace
from failover.testing import HealthChangeFactory, SwitchEventFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def past(domain: Domain, role: Role, *changes: tuple[float, Status]) -> None:
    """The server's verdicts, each so many minutes ago."""
    server = domain.servers.get(role=role)
    for minutes, status in changes:
        HealthChangeFactory.create(server=server, status=status, at=NOW - timedelta(minutes=minutes), reason="refused")


def watch(server: ApplicationServer, unwatched: range) -> None:
    """Somebody looked at the server in every minute up to now but those so many minutes ago."""
    last = int(NOW.timestamp() // 60)
    looked = [Minute(last - ago, 30) for ago in range(5000) if ago not in unwatched]
    hours = groupby(sorted(looked), key=lambda minute: minute.number // 60)
    HealthHour.objects.bulk_create(
        HealthHour(server=server, hour=hour, minutes=pack(minutes)) for hour, minutes in hours
    )


def recorded(*outages: tuple[float, float], standby: Status = Status.UP, unwatched: range = range(0)) -> Domain:
    """A domain whose primary was out at those times: how many minutes ago, and for how many minutes."""
    domain = pair(auto_failover_interval=timedelta(minutes=2))
    past(domain, Role.PRIMARY, (5000, Status.UP))
    past(domain, Role.SECONDARY, (5000, standby))
    watch(domain.servers.get(role=Role.PRIMARY), unwatched)
    for ago, length in outages:
        past(domain, Role.PRIMARY, (ago, Status.DOWN), (ago - length, Status.UP))
    return domain


def choices(domain: Domain, *intervals: float) -> dict[str, Choice]:
    advice = advise(domain=domain, days=30, pace=Pace(), now=NOW, intervals=[60 * one for one in intervals])
    return {choice.minutes: choice for choice in advice.choices}


def test_a_short_interval_switches_for_outages_that_a_longer_one_sits_out() -> None:
    found = choices(recorded((3000, 1), (2000, 1), (1000, 300)), 0.5, 5)
    assert (found["0.5"].switches, found["0.5"].needless) == (3, 2)
    assert (found["5"].switches, found["5"].needless) == (1, 0)


def test_the_downtime_is_the_wait_or_the_outage() -> None:
    found = choices(recorded((3000, 1), (1000, 300)), 0.5, 5)
    assert found["0.5"].downtime == pytest.approx(30 + 30, abs=2)
    assert found["5"].downtime == pytest.approx(60 + 300, abs=12)


def test_the_domains_own_interval_is_among_the_choices_and_marked() -> None:
    found = choices(recorded((1000, 300)), 5)
    assert {minutes: choice.current for minutes, choice in found.items()} == {"2": True, "5": False}


def test_with_a_standby_that_was_down_no_interval_switches() -> None:
    found = choices(recorded((1000, 30), standby=Status.DOWN), 0.5)
    assert found["0.5"].switches == 0
    assert found["0.5"].downtime == pytest.approx(1800)


def test_outages_of_a_server_that_was_not_active_count_for_nothing() -> None:
    domain = recorded((1000, 30), (100, 30))
    SwitchEventFactory.create(domain=domain, epoch=1, at=NOW - timedelta(minutes=500))
    assert advise(domain=domain, days=30, pace=Pace(), now=NOW).outages == 1


def test_an_outage_that_lasts_counts_up_to_now() -> None:
    domain = recorded()
    past(domain, Role.PRIMARY, (10, Status.DOWN))
    found = choices(domain, 30)
    assert found["30"].switches == 0
    assert found["30"].downtime == pytest.approx(600)
    assert found["2"].switches == 1


def test_an_interval_of_hours_is_replayed_to_its_end() -> None:
    found = choices(recorded((2000, 300)), 120, 1440)
    assert (found["120"].switches, found["1440"].switches) == (1, 0)
    assert found["120"].downtime == pytest.approx(7200, abs=400)


def test_a_standby_that_came_up_late_takes_over_then() -> None:
    domain = recorded((1000, 300), standby=Status.DOWN)
    past(domain, Role.SECONDARY, (960, Status.UP))
    assert choices(domain, 1)["1"].downtime == pytest.approx(40 * 60, abs=60)


def test_time_in_which_nobody_watched_is_left_out() -> None:
    domain = recorded((1000, 300), unwatched=range(801, 901))
    found = choices(domain, 150, 600)
    assert found["600"].downtime == pytest.approx(200 * 60)
    assert found["150"].downtime == pytest.approx(150 * 60, abs=500)


def test_it_says_how_many_of_how_many_outages_were_replayed() -> None:
    domain = recorded(*((ago, 1) for ago in range(1030, 0, -10)))
    advice = advise(domain=domain, days=30, pace=Pace(), now=NOW, intervals=[0.0])
    assert (advice.outages, advice.replayed, advice.choices[0].switches) == (103, 100, 100)


def test_older_outages_are_left_out() -> None:
    domain = recorded((3000, 30), (1000, 30))
    assert advise(domain=domain, days=1, pace=Pace(), now=NOW).outages == 1


def test_the_command_says_what_the_page_draws() -> None:
    domain = recorded((1000, 300))
    out = StringIO()
    call_command("failover", "simulate", domain.name, "--interval", "5", "--format", "json", stdout=out)
    rows = json.loads(out.getvalue())
    assert [(row["interval_min"], row["switches"], row["current"]) for row in rows] == [(2, 1, True), (5, 1, False)]
    assert [(row["outages"], row["replayed"]) for row in rows] == [(1, 1)] * 2


@pytest.mark.parametrize("words", [("--interval", "nan"), ("--interval", "-1"), ("--days", "0")])
def test_the_command_refuses_what_it_cannot_count_with(words: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="is not a number"):
        call_command("failover", "simulate", "wien", *words)


def test_the_command_looks_back_as_far_as_there_may_be_records() -> None:
    domain = recorded((1000, 300))
    out = StringIO()
    call_command("failover", "simulate", domain.name, "--days", "99999999999", "--format", "json", stdout=out)
    assert json.loads(out.getvalue())[0]["outages"] == 1
