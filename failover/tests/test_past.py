"""How servers were: what the changes and the minutes say together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from appservers.models import ApplicationServer, Domain, Role
from appservers.testing import DomainFactory, pair
from failover.health import Status
from failover.hours import MINUTES, pack
from failover.minutes import Minute
from failover.models import Monitor
from failover.observation import Reason
from failover.past import PERIODS, Kind, ServerPast, past
from failover.testing import HealthChangeFactory, HealthHourFactory, MonitorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("untraced")]

END = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> ApplicationServer:
    """The only server of a domain; up since long ago."""
    made = DomainFactory.create().servers.get(role=Role.PRIMARY)
    changed(made, -1000 * HOUR, Status.UP)
    return made


def changed(server: ApplicationServer, before_end: timedelta, status: Status, reason: Reason = Reason.OK) -> None:
    HealthChangeFactory.create(server=server, at=END + before_end, status=status, reason=reason)


def watched(server: ApplicationServer, first: timedelta, last: timedelta, **minute: Any) -> None:
    """Minutes from then to then, both counted from the end; a check every two seconds that takes a millisecond."""
    seen = {"healthy": 30, "least": 0.5, "median": 1.0, "most": 2.0} | minute
    numbers = range(int((END + first).timestamp() // 60), int((END + last).timestamp() // 60))
    for hour in sorted({number // MINUTES for number in numbers}):
        there = [Minute(number, **seen) for number in numbers if number // MINUTES == hour]
        HealthHourFactory.create(server=server, hour=hour, minutes=pack(there))


def seen(server: ApplicationServer, span: timedelta = 24 * HOUR, monitor: Monitor | None = None) -> ServerPast:
    (found,) = past(server.domain, start=END - span, end=END, point=8 * MINUTE, row=HOUR, monitor=monitor)
    return found


def seconds(found: ServerPast) -> tuple[float, float, float, float]:
    up, down, unknown, unwatched = (found.whole.seconds[kind] for kind in Kind)
    return up, down, unknown, unwatched


def test_a_day_without_a_flaw(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, timedelta(0))
    found = seen(server)
    assert seconds(found) == (86400, 0, 0, 0)
    assert found.whole.uptime == 100
    assert len(found.points) == 180
    assert {point.kind for point in found.points} == {Kind.UP}
    assert found.outages == []
    assert (found.whole.checks, found.whole.failures) == (1440 * 30, 0)
    assert (found.whole.least, found.whole.median, found.whole.most) == (0.5, 1.0, 2.0)


def test_an_outage_counts_to_the_second_and_shows_however_short(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, timedelta(0))
    changed(server, -10 * HOUR, Status.DOWN, Reason.REFUSED)
    changed(server, -10 * HOUR + timedelta(seconds=7), Status.UP)
    found = seen(server)
    assert seconds(found) == (86393, 7, 0, 0)
    assert [(outage.reason, outage.lasted) for outage in found.outages] == [("refused", "7 s")]
    assert [point.kind for point in found.points].count(Kind.DOWN) == 1
    assert found.whole.uptime is not None
    assert 99.99 < found.whole.uptime < 100


def test_what_nobody_watched_is_a_gap_and_neither_up_nor_down(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, -5 * HOUR)
    watched(server, -3 * HOUR, timedelta(0))
    changed(server, -6 * HOUR, Status.DOWN)
    changed(server, -2 * HOUR, Status.UP)
    found = seen(server)
    assert seconds(found) == (20 * 3600, 2 * 3600, 0, 2 * 3600)
    gap = [point for point in found.points if point.kind is Kind.UNWATCHED]
    assert gap[0].start - (END - 5 * HOUR) < 8 * MINUTE
    assert (END - 3 * HOUR) - gap[-1].end < 8 * MINUTE
    assert len(gap) == 14
    assert all(point.median is None for point in gap)


def test_a_status_that_is_not_known_is_said_as_that(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, timedelta(0))
    changed(server, -4 * HOUR, Status.UNKNOWN, Reason.UNRESOLVED)
    changed(server, -3 * HOUR, Status.UP)
    found = seen(server)
    assert seconds(found) == (23 * 3600, 0, 3600, 0)
    assert found.whole.uptime == 100


def test_before_its_first_verdict_a_server_is_not_known() -> None:
    server = DomainFactory.create().servers.get(role=Role.PRIMARY)
    watched(server, -HOUR, timedelta(0))
    assert seen(server).whole.seconds[Kind.UNKNOWN] == 3600
    assert seen(server).whole.uptime is None


def test_an_outage_from_before_the_period_is_listed_with_its_beginning(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, timedelta(0))
    changed(server, -30 * HOUR, Status.DOWN, Reason.TIMEOUT)
    changed(server, -29 * HOUR, Status.UP)
    changed(server, -26 * HOUR, Status.DOWN, Reason.TIMEOUT)
    changed(server, -23 * HOUR, Status.UNKNOWN, Reason.UNRESOLVED)
    changed(server, -22 * HOUR, Status.UP)
    found = seen(server)
    assert [(outage.start, outage.end) for outage in found.outages] == [(END - 26 * HOUR, END - 22 * HOUR)]
    assert seconds(found) == (22 * 3600, 3600, 3600, 0)


def test_what_comes_after_the_end_does_not_count_yet(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, timedelta(0))
    changed(server, -HOUR, Status.DOWN)
    changed(server, timedelta(0), Status.UP)
    changed(server, timedelta(seconds=1), Status.DOWN)
    found = seen(server)
    assert [outage.end for outage in found.outages] == [None]
    assert found.whole.outages == 1


def test_an_outage_that_lasts_has_no_end(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, timedelta(0), healthy=0, failures=30, least=0, median=0, most=0)
    changed(server, -25 * HOUR, Status.DOWN)
    (outage,) = seen(server).outages
    assert (outage.end, outage.lasted) == (None, "it lasts")
    assert seen(server).whole.uptime == 0
    assert seen(server).whole.median is None


@pytest.mark.parametrize(
    ("leads", "gap"),
    [pytest.param(True, 0, id="a monitor leads"), pytest.param(False, 5, id="no monitor leads")],
)
def test_minutes_that_wait_to_be_written_are_no_gap_while_a_monitor_leads(
    server: ApplicationServer, leads: bool, gap: int
) -> None:
    watched(server, -24 * HOUR, -5 * MINUTE)
    monitor = MonitorFactory.create(started_at=END - 48 * HOUR) if leads else None
    assert seen(server, monitor=monitor).whole.seconds[Kind.UNWATCHED] == gap * 60


def test_a_monitor_that_just_started_vouches_for_nothing_before(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, -5 * MINUTE)
    monitor = MonitorFactory.create(started_at=END - 2 * MINUTE)
    assert seen(server, monitor=monitor).whole.seconds[Kind.UNWATCHED] == 3 * 60


def test_a_record_that_stopped_is_a_gap_even_if_a_monitor_leads(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, -3 * HOUR)
    monitor = MonitorFactory.create(started_at=END - 48 * HOUR)
    assert seen(server, monitor=monitor).whole.seconds[Kind.UNWATCHED] == 170 * 60


def test_rows_and_points_hold_together_what_the_whole_holds(server: ApplicationServer) -> None:
    watched(server, -24 * HOUR, -5 * HOUR)
    watched(server, -3 * HOUR, timedelta(0), failures=1)
    changed(server, -4 * HOUR - 7 * MINUTE, Status.DOWN)
    changed(server, -90 * MINUTE, Status.UP)
    found = seen(server)
    for pieces in (found.points, found.rows):
        for kind in Kind:
            assert sum(piece.seconds[kind] for piece in pieces) == pytest.approx(found.whole.seconds[kind])
        assert sum(piece.checks for piece in pieces) == found.whole.checks
        assert sum(piece.failures for piece in pieces) == found.whole.failures == 180
        assert sum(piece.outages for piece in pieces) == found.whole.outages == 1
        assert [piece.end for piece in pieces[:-1]] == [piece.start for piece in pieces[1:]]


def test_rows_begin_at_whole_steps_of_the_local_day(server: ApplicationServer, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    end = END + 20 * MINUTE
    (found,) = past(server.domain, start=end - 72 * HOUR, end=end, point=HOUR, row=24 * HOUR, monitor=None)
    assert [row.start.strftime("%H:%M") for row in found.rows] == ["12:20", "18:30", "18:30", "18:30"]


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.word)
def test_every_period_is_drawn_in_180_points_by_a_few_statements(
    period: Any, django_assert_max_num_queries: Any
) -> None:
    domain: Domain = pair()
    for server in domain.servers.all():
        watched(server, -period.span, timedelta(0))
    with django_assert_max_num_queries(4):
        found = past(domain, start=END - period.span, end=END, point=period.point, row=period.row, monitor=None)
    assert [len(one.points) for one in found] == [180, 180]
    assert [one.role for one in found] == [Role.PRIMARY, Role.SECONDARY]
