"""Automatic switching suspended by people: nothing inside, a full interval after. FAILOVER.md section 3, rule 4."""

from datetime import timedelta

import pytest

from appservers.models import Domain, Role
from failover.decision import Code, State
from failover.exceptions import NotPossible
from failover.models import Countdown, Ending, Pause, SwitchEvent
from failover.observation import Observation, Reason
from failover.pausing import open_pause, pause, resume
from failover.tests.site import Site

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
DOWN = {Role.PRIMARY: Reason.REFUSED}


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def domain(site: Site) -> Domain:
    return site.pair(auto_failover_interval=MINUTE)


def paused(site: Site, domain: Domain, minutes: int | None = None) -> Pause:
    until = None if minutes is None else site.clock.now() + timedelta(minutes=minutes)
    return pause(domain=domain, reason="Patching the primary.", actor_name="anna", clock=site.clock, until=until)


def test_nothing_switches_while_it_is_paused_and_people_read_who_paused_it_and_why(site: Site, domain: Domain) -> None:
    paused(site, domain)
    site.answer(domain, DOWN)
    site.run(300)
    assert not SwitchEvent.objects.exists()
    standing = site.standing(domain)
    assert (standing.state, standing.code) == (State.HELD, Code.PAUSED)
    assert "anna paused automatic switching: Patching the primary. Resume it" in standing.sentence


def test_a_full_interval_must_pass_after_it_is_resumed(site: Site, domain: Domain) -> None:
    paused(site, domain)
    site.answer(domain, DOWN)
    site.run(300)
    resume(domain=domain, actor_name="bela", clock=site.clock)
    resumed = site.clock.now()
    site.run(56)
    assert not SwitchEvent.objects.exists()
    site.run(10)
    assert SwitchEvent.objects.get().at - resumed >= MINUTE


def test_a_pause_ends_at_its_time_by_itself_and_a_full_interval_must_pass_then_too(site: Site, domain: Domain) -> None:
    row = paused(site, domain, minutes=5)
    site.answer(domain, DOWN)
    site.run(300 + 56)
    assert not SwitchEvent.objects.exists()
    row.refresh_from_db()
    assert row.ended_at is not None
    assert row.ended_by == ""
    site.run(10)
    assert row.until is not None
    assert SwitchEvent.objects.get().at - row.until >= MINUTE


def test_a_pause_ends_a_running_countdown_and_says_so(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(30)
    assert site.standing(domain).state == State.COUNTING_DOWN
    paused(site, domain)
    site.run(4)
    assert Countdown.objects.get().ending == Ending.PAUSED
    resume(domain=domain, actor_name="anna", clock=site.clock)
    site.run(4)
    begun = Countdown.objects.get(ended_at=None)
    assert begun.due_at - begun.started_at > MINUTE - timedelta(seconds=5)


def test_a_pause_ends_a_countdown_that_stands_still_too_and_opens_none(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(30)
    site.answer(domain, {Role.PRIMARY: Reason.OK})
    site.run(2)  # a lone success freezes the count
    site.answer(domain, {Role.PRIMARY: Reason.UNRESOLVED})
    paused(site, domain)
    site.run(12)
    assert [row.ending for row in Countdown.objects.all()] == [Ending.PAUSED]
    standing = site.standing(domain)
    assert standing.state == State.COUNTING_DOWN
    assert standing.forecast.startswith("Would be held. anna paused automatic switching")


def test_a_pause_in_the_last_second_holds_the_switch(site: Site, domain: Domain) -> None:
    site.answer(domain, DOWN)
    site.run(60)
    site.clock.turn(1.9)
    paused(site, domain)
    site.clock.turn(0.2)  # due, and the monitor has not read the pause yet
    site.monitor.run_once()
    site.run(60)
    assert not SwitchEvent.objects.exists()


def test_a_paused_domain_that_is_well_stays_steady(site: Site, domain: Domain) -> None:
    paused(site, domain)
    site.run(10)
    assert site.standing(domain).state == State.STEADY


def test_with_automatic_failover_off_nothing_switches_by_itself(site: Site, domain: Domain) -> None:
    Domain.objects.update(automatic_failover=False)
    site.answer(domain, DOWN)
    site.run(300)
    standing = site.standing(domain)
    assert (standing.state, standing.code) == (State.HELD, Code.PAUSED)
    assert "Automatic failover is off for this domain." in standing.sentence
    assert not SwitchEvent.objects.exists()
    Domain.objects.update(automatic_failover=True)
    site.run(56)
    assert not SwitchEvent.objects.exists()
    site.run(10)
    assert SwitchEvent.objects.count() == 1


def test_a_check_that_began_inside_a_pause_of_a_healthy_domain_counts_from_the_end_of_the_pause(
    site: Site, domain: Domain
) -> None:
    paused(site, domain)
    site.run(10)
    began = site.clock.monotonic()
    site.clock.turn(1.5)
    resume(domain=domain, actor_name="anna", clock=site.clock)
    site.monitor.run_once()
    resumed = site.clock.monotonic()
    site.clock.turn(0.4)
    server = domain.servers.get(role=Role.PRIMARY)
    site.monitor.board.take([Observation(server.pk, 1, Reason.TIMEOUT, began, site.clock.monotonic())])
    assert site.monitor.board.tracks[server.pk].counting_from == resumed


def test_a_second_pause_replaces_the_first(site: Site, domain: Domain) -> None:
    first = paused(site, domain)
    second = paused(site, domain, minutes=5)
    first.refresh_from_db()
    assert first.ended_by == "anna"
    assert open_pause(domain, site.clock.now()) == second
    site.clock.turn(301)
    assert open_pause(domain, site.clock.now()) is None


@pytest.mark.parametrize(
    ("reason", "minutes", "says"),
    [
        pytest.param("  ", None, "Give a reason", id="no reason"),
        pytest.param("because", -1, "over already", id="an end that is over"),
    ],
)
def test_a_pause_that_means_nothing_is_refused(
    site: Site, domain: Domain, reason: str, minutes: int | None, says: str
) -> None:
    until = None if minutes is None else site.clock.now() + timedelta(minutes=minutes)
    with pytest.raises(NotPossible, match=says):
        pause(domain=domain, reason=reason, actor_name="anna", clock=site.clock, until=until)
    assert not Pause.objects.exists()


def test_what_is_not_paused_cannot_be_resumed(site: Site, domain: Domain) -> None:
    with pytest.raises(NotPossible, match="not paused any more"):
        resume(domain=domain, actor_name="anna", clock=site.clock)


def test_a_pause_of_a_domain_that_was_deleted_meanwhile_is_refused(site: Site) -> None:
    with pytest.raises(NotPossible, match="deleted"):
        paused(site, Domain(pk=4711, name="Gone"))
