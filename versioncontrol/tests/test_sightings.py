"""Who was seen: written in batches, in bounded space."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from appservers.models import Domain
from appservers.testing import DomainFactory
from versioncontrol import selectors
from versioncontrol.models import Component, Sighting
from versioncontrol.sightings import BATCH, KEPT, Report, agent_id, record
from versioncontrol.testing import seed_fleet

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def domain() -> Domain:
    return DomainFactory.create()


@pytest.fixture
def recorder() -> Component:
    return Component.objects.get(name="Recorder")


def report(domain: Domain, component: Component, version: str = "10.2.7", **rest: Any) -> Report:
    values: dict[str, Any] = {"network": "private", "at": NOW} | rest
    return Report(domain.pk, component.pk, version, **values)


def seen(domain: Domain) -> list[tuple[str, int, int]]:
    return [(one.version, one.agents, one.checks) for one in selectors.fleet(domain, NOW - 100 * HOUR)]


def test_an_agent_is_one_row_that_moves_with_its_version(domain: Domain, recorder: Component) -> None:
    record(reports=[report(domain, recorder, agent="a"), report(domain, recorder, agent="b")])
    record(reports=[report(domain, recorder, "10.3", agent="a", at=NOW + HOUR, network="public")])
    assert seen(domain) == [("10.2.7", 1, 1), ("10.3", 1, 2)]
    moved = Sighting.objects.get(agent="a")
    assert (moved.network, moved.first_seen, moved.last_seen) == ("public", NOW + HOUR, NOW + HOUR)


def test_agents_without_an_id_are_one_row_per_version(domain: Domain, recorder: Component) -> None:
    for version in ("10.2.7-RC", "10.2.7-rc", "10.3"):
        record(reports=[report(domain, recorder, version, at=NOW + HOUR, checks=3)])
    assert [(agents, checks) for _, agents, checks in seen(domain)] == [(1, 6), (1, 3)]
    assert Sighting.objects.filter(first_seen=NOW + HOUR).count() == 2


def test_what_comes_late_only_counts(domain: Domain, recorder: Component) -> None:
    record(reports=[report(domain, recorder, "10.3", agent="a", at=NOW)])
    record(reports=[report(domain, recorder, "10.2", agent="a", at=NOW - HOUR)])
    assert seen(domain) == [("10.3", 1, 2)]
    assert Sighting.objects.get().last_seen == NOW


def test_reports_of_one_batch_are_one_row(domain: Domain, recorder: Component) -> None:
    late, early = (
        report(domain, recorder, "10.3", agent="a", at=NOW),
        report(domain, recorder, "10.2", agent="a", at=NOW - HOUR),
    )
    assert record(reports=[late, early, late]) == 1
    assert seen(domain) == [("10.3", 1, 3)]


def test_what_belongs_to_nothing_any_more_is_dropped(domain: Domain, recorder: Component) -> None:
    gone = Report(999_999, recorder.pk, "1", "private", NOW)
    unknown = Report(domain.pk, 999_999, "1", "private", NOW)
    assert record(reports=[gone, report(domain, recorder), unknown]) == 1
    assert record(reports=[gone]) == 0


def test_space_is_bounded(domain: Domain, recorder: Component) -> None:
    record(reports=[report(domain, recorder, f"10.{number}") for number in range(9)], most=3)
    assert Sighting.objects.count() == 3
    record(reports=[report(domain, recorder, "10.0", checks=5), report(domain, recorder, "11")], most=3)
    assert seen(domain) == [("10.0", 1, 6), ("10.2", 1, 1), ("11", 1, 1)]


def test_a_flood_of_made_up_versions_replaces_itself_alone(domain: Domain, recorder: Component) -> None:
    record(reports=[report(domain, recorder, "9.1", agent="desk-7")], most=5)
    for _ in range(2):
        record(reports=[report(domain, recorder, "9.2", at=NOW - HOUR)], most=5)
    for number in range(30):
        record(reports=[report(domain, recorder, f"99.{number}")], most=5)
    record(reports=[report(domain, recorder, "10.1")], most=5)
    assert {"9.1", "9.2", "10.1"} <= {version for version, _, _ in seen(domain)}
    assert Sighting.objects.count() == 5


def test_where_all_have_ids_nobody_makes_room(domain: Domain, recorder: Component) -> None:
    record(reports=[report(domain, recorder, agent=str(number)) for number in range(3)], most=3)
    assert record(reports=[report(domain, recorder, agent="another")], most=3) == 0
    assert Sighting.objects.count() == 3


def test_old_sightings_are_forgotten(domain: Domain, recorder: Component) -> None:
    record(reports=[report(domain, recorder, "1", at=NOW - KEPT - HOUR), report(domain, recorder, "2", at=NOW - KEPT)])
    record(reports=[report(domain, recorder, "3")])
    assert set(Sighting.objects.values_list("version", flat=True)) == {"2", "3"}


def test_a_batch_takes_few_queries(domain: Domain, recorder: Component, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        record(reports=[report(domain, recorder, agent=str(number)) for number in range(BATCH)])


def test_many_are_written_in_batches_with_rests_between_them(domain: Domain, recorder: Component) -> None:
    rests: list[float] = []
    reports = [report(domain, recorder, agent=str(number)) for number in range(2 * BATCH + 1)]
    assert record(reports=reports, rest=rests.append) == 2 * BATCH + 1
    assert len(rests) == 3
    assert min(rests) > 0


def test_two_hundred_versions_can_be_seeded(domain: Domain) -> None:
    assert seed_fleet(domain) == Sighting.objects.count()
    assert len({(one.component, one.version) for one in selectors.fleet(domain, NOW - 9999 * HOUR)}) == 200


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(" host-17 ", "host-17", id="short"),
        pytest.param("x" * 64, "x" * 64, id="the longest"),
    ],
)
def test_an_id_is_kept_as_given(given: str, kept: str) -> None:
    assert agent_id(given) == kept


@pytest.mark.parametrize("given", ["x" * 65, "a\nb", "é"])
def test_an_id_that_is_long_or_strange_is_hashed(given: str) -> None:
    assert len(agent_id(given)) == 64
    assert agent_id(given) != agent_id(given + "x")
