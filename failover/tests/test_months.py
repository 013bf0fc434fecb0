"""Uptime by calendar months: counted night by night, and kept when the minutes are long forgotten."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from appservers.models import ApplicationServer, Domain, Role
from appservers.testing import pair
from failover.charts import Row
from failover.health import Status
from failover.models import HealthHour, HealthMonth
from failover.months import KEPT, Counting, count, months
from failover.testing import HealthChangeFactory, HealthHourFactory, MonitorFactory, TurnedClock

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def zone(settings: Any) -> None:
    settings.TIME_ZONE = "UTC"


@pytest.fixture
def server() -> ApplicationServer:
    """A server that is up since long ago."""
    made = pair(name="Wien", slug="wien").servers.get(role=Role.PRIMARY)
    HealthChangeFactory.create(server=made, at=FIRST - 1000 * DAY)
    return made


def watched(server: ApplicationServer, start: datetime, end: datetime) -> None:
    hours = range(int(start.timestamp() // 3600), int(end.timestamp() // 3600))
    HealthHour.objects.bulk_create(HealthHourFactory.build(server=server, hour=hour) for hour in hours)


def out(server: ApplicationServer, start: datetime, lasts: timedelta) -> None:
    HealthChangeFactory.create(server=server, at=start, status=Status.DOWN, reason="refused")
    HealthChangeFactory.create(server=server, at=start + lasts)


def stored(server: ApplicationServer) -> list[tuple[str, int, int, int]]:
    rows = HealthMonth.objects.filter(server=server).order_by("month")
    return [(f"{row.month:%Y-%m}", row.up, row.down, row.unknown) for row in rows]


def shown(domain: Domain, now: datetime) -> dict[str, list[tuple[str, str] | None]]:
    def words(row: Row | None) -> tuple[str, str] | None:
        return (row.uptime, row.flaws) if row else None

    return {f"{month:%Y-%m}": [words(row) for row in rows] for month, rows in months(domain, now=now, monitor=None)}


def test_each_day_is_added_once_to_its_month(server: ApplicationServer) -> None:
    watched(server, FIRST - DAY, FIRST + 2 * DAY)
    out(server, FIRST - HOUR, 2 * HOUR)
    day = 86400
    for _ in range(2):
        count([server], FIRST + DAY)
    assert stored(server) == [("2026-02", day - 3600, 3600, 0), ("2026-03", day - 3600, 3600, 0)]
    for _ in range(2):
        count([server], FIRST + 2 * DAY)
    assert stored(server) == [("2026-02", day - 3600, 3600, 0), ("2026-03", 2 * day - 3600, 3600, 0)]


def test_a_month_that_nobody_watched_has_no_row_and_does_not_keep_the_next_one_waiting(
    server: ApplicationServer,
) -> None:
    watched(server, FIRST, FIRST + HOUR)
    count([server], FIRST + DAY)
    assert stored(server) == [("2026-03", 3600, 0, 0)]
    count([server], FIRST + 2 * DAY)
    assert HealthMonth.objects.get().until == FIRST + 2 * DAY


def test_what_is_counted_outlives_the_minutes_and_today_is_added_to_it(server: ApplicationServer) -> None:
    watched(server, FIRST - DAY, FIRST + 2 * DAY + 6 * HOUR)
    count([server], FIRST + 2 * DAY)
    now = FIRST + 2 * DAY + 12 * HOUR
    expected = {"2026-03": ("100 % up", "no record of 6 h"), "2026-02": ("100 % up", "no record of 27 d")}
    assert {month: rows[0] for month, rows in shown(server.domain, now).items()} == expected
    HealthHour.objects.filter(hour__lt=(FIRST + 2 * DAY).timestamp() // 3600).delete()
    assert {month: rows[0] for month, rows in shown(server.domain, now).items()} == expected


def test_an_outage_of_today_shows_at_once_and_is_told_apart_from_what_nobody_knows(server: ApplicationServer) -> None:
    watched(server, FIRST, FIRST + 10 * HOUR)
    out(server, FIRST + HOUR, timedelta(minutes=6))
    HealthChangeFactory.create(server=server, at=FIRST + 8 * HOUR, status=Status.UNKNOWN)
    (primary, secondary) = shown(server.domain, FIRST + 12 * HOUR)["2026-03"]
    assert primary == ("98.75 % up", "down 6 min · not known for 2 h · no record of 2 h")
    assert secondary == ("not known", "no record of 12 h")


def test_months_are_those_of_the_site(server: ApplicationServer, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Budapest"
    watched(server, FIRST - 2 * HOUR, FIRST + 22 * HOUR)
    count([server], FIRST + 23 * HOUR)
    assert stored(server) == [("2026-02", 3600, 0, 0), ("2026-03", 23 * 3600, 0, 0)]


def test_a_leader_counts_everybody_night_by_night_and_forgets_after_three_years(server: ApplicationServer) -> None:
    clock = TurnedClock()
    for _ in range(25):
        pair()
    old = {"up": 1, "until": FIRST - 1200 * DAY}
    HealthMonth.objects.create(server=server, month=date(2023, 3, 1), **old)
    HealthMonth.objects.create(server=server, month=date(2023, 2, 1), **old)
    counting = Counting(clock)
    for _ in range(4):
        counting.run_once()
    assert HealthMonth.objects.filter(until=FIRST).count() == 2 * 26
    assert KEPT == 36
    assert sorted(HealthMonth.objects.filter(up=1).values_list("month", flat=True)) == [date(2023, 3, 1)]
    counting.run_once()
    clock.turn(DAY.total_seconds())
    for _ in range(4):
        counting.run_once()
    assert HealthMonth.objects.filter(until=FIRST + DAY).count() == 2 * 26


def test_the_page_has_a_table_of_months(support: Client, server: ApplicationServer) -> None:
    MonitorFactory.create()
    HealthMonth.objects.create(server=server, month=date(2025, 3, 1), up=99, down=1, until=FIRST)
    for month in (*(date(2025, number, 1) for number in range(4, 13)), date(2026, 1, 1), date(2026, 2, 1)):
        HealthMonth.objects.create(server=server, month=month, up=1, until=FIRST)
    text = support.get(reverse("failover:high_availability", args=["wien"])).content.decode()
    assert "Uptime per month" in text
    assert '<td class="number" data-label="Month">2025-03</td>' in text
    assert "99 % up" in text
    assert "Earlier months (" in text
