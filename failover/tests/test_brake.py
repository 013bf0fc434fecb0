"""The mass-outage brake: many servers that fail together. FAILOVER.md section 3, rule 10."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appservers.models import Domain, Role
from failover.brake import FEWEST, WINDOW, Brake
from failover.decision import Code, State
from failover.models import SwitchEvent
from failover.observation import Reason
from failover.tests.site import Site

MINUTE = timedelta(minutes=1)


def braked(*failures: float, up: int) -> list[bool]:
    """For servers that fail at those times among so many that were up: which of them failed in a mass."""
    brake = Brake()
    for server in range(up):
        brake.up(server)
    for server, moment in enumerate(failures):
        brake.fails(server, moment)
    return [brake.holds(server) for server in range(len(failures))]


@pytest.mark.parametrize(
    ("failures", "up", "held"),
    [
        pytest.param([0.0, 1.0], 2, False, id="two are too few, even when they are all"),
        pytest.param([0.0, 1.0, 2.0], 6, True, id="three, and half of all"),
        pytest.param([0.0, 1.0, 2.0], 7, False, id="three, and less than half"),
        pytest.param([0.0, 30.0, WINDOW + 0.1], 6, False, id="three, but not within a minute"),
        pytest.param([0.0, 30.0, WINDOW], 6, True, id="three just within a minute"),
    ],
)
def test_three_and_half_of_all_within_a_minute_are_a_mass(failures: list[float], up: int, held: bool) -> None:
    assert braked(*failures, up=up) == [held] * len(failures)


def test_a_server_that_was_not_up_is_no_part_of_it() -> None:
    brake = Brake()
    for server in (1, 2):
        brake.up(server)
    for server in (1, 2, 3, 4):
        brake.fails(server, 0.0)
    assert not brake.holds(1)


def test_a_server_that_is_up_again_is_out_of_it() -> None:
    brake = Brake()
    for server in range(4):
        brake.up(server)
    for server in range(4):
        brake.fails(server, 0.0)
    brake.up(0)
    assert [brake.holds(server) for server in range(4)] == [False, True, True, True]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.floats(0, 20)), max_size=60))
def test_it_holds_whom_a_slow_count_finds(steps: list[tuple[bool, int, float]]) -> None:
    brake, now = Brake(), 0.0
    up, failed, mass = set[int](), dict[int, float](), set[int]()
    for comes_up, server, wait in steps:
        now += wait
        if comes_up:
            brake.up(server)
            up.add(server)
            failed.pop(server, None)
            mass.discard(server)
        else:
            brake.fails(server, now)
            if server in up:
                up.discard(server)
                failed[server] = now
                recent = {one for one, moment in failed.items() if now - moment <= WINDOW}
                if len(recent) >= FEWEST and 2 * len(recent) >= len(up | recent):
                    mass |= recent
        assert {one for one in range(10) if brake.holds(one)} == mass


@pytest.fixture
def site() -> Site:
    return Site()


def pairs(site: Site, number: int) -> list[Domain]:
    return [site.pair(auto_failover_interval=MINUTE) for _ in range(number)]


@pytest.mark.django_db
def test_all_primaries_at_once_are_left_one_interval_later(site: Site) -> None:
    domains = pairs(site, 3)
    for domain in domains:
        site.answer(domain, {Role.PRIMARY: Reason.TIMEOUT})
    site.run(110)
    assert not SwitchEvent.objects.exists()
    standing = site.standing(domains[0])
    assert (standing.state, standing.code) == (State.HELD, Code.MASS_OUTAGE)
    assert standing.switch_at is not None
    site.run(14)
    assert SwitchEvent.objects.count() == 3
    assert all(event.at - event.outage_at >= 2 * MINUTE for event in SwitchEvent.objects.all() if event.outage_at)


@pytest.mark.django_db
def test_a_monitor_that_sees_everything_down_switches_nothing(site: Site) -> None:
    for domain in pairs(site, 3):
        site.answer(domain, {Role.PRIMARY: Reason.TIMEOUT, Role.SECONDARY: Reason.TIMEOUT})
    site.run(900)
    assert not SwitchEvent.objects.exists()


@pytest.mark.django_db
def test_a_single_outage_beside_healthy_domains_is_not_braked(site: Site) -> None:
    domains = pairs(site, 3)
    site.answer(domains[0], {Role.PRIMARY: Reason.TIMEOUT})
    site.run(66)
    assert SwitchEvent.objects.get().domain == domains[0]
