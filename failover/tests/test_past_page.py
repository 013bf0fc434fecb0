"""The panel “Last 24 hours” of the High Availability page, and `manage.py failover health` and `prune` beside it."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appservers.models import Domain, Role
from appservers.testing import pair
from failover.cli.words import Exit
from failover.health import Status
from failover.models import HealthChange, HealthHour
from failover.observation import Reason
from failover.testing import HealthChangeFactory, HealthHourFactory, MonitorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("untraced")]


@pytest.fixture
def domain() -> Domain:
    """A pair with a month behind it; some three hours ago the primary had an outage of two minutes, within an hour."""
    made = pair(name="Budapest East", slug="budapest-east")
    hour = int(timezone.now().timestamp() // 3600)
    for server in made.servers.all():
        HealthChangeFactory.create(server=server, at=timezone.now() - timedelta(days=40))
        for age in range(-1, 31 * 24):
            HealthHourFactory.create(server=server, hour=hour - age)
    out = datetime.fromtimestamp((hour - 3) * 3600 + 1200, UTC)
    primary = made.servers.get(role=Role.PRIMARY)
    HealthChangeFactory.create(server=primary, status=Status.DOWN, reason=Reason.REFUSED, at=out)
    HealthChangeFactory.create(server=primary, at=out + timedelta(minutes=2))
    return made


def page(client: Client, domain: Domain, **query: str) -> str:
    response = client.get(reverse("failover:high_availability", args=[domain.slug]), query)
    assert response.status_code == 200
    return response.content.decode()


def panel(text: str) -> str:
    match = re.search(r'<section class="panel past".*?</section>', text, re.DOTALL)
    assert match is not None
    return match[0]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)).split())


def lane(html: str, role: Role) -> str:
    match = re.search(rf'data-lane="{role}">(.*?)</h3>', html, re.DOTALL)
    assert match is not None
    return words(match[1])


def test_each_server_has_a_strip_with_its_uptime_and_what_was_wrong(support: Client, domain: Domain) -> None:
    html = panel(page(support, domain))
    assert "Last 24 hours" in words(html)
    assert lane(html, Role.PRIMARY) == "Primary · 99.86 % up · 1 outage, 2 min"
    assert lane(html, Role.SECONDARY) == "Secondary · 100 % up · no outage"
    assert html.count('class="strip"') == 2
    assert html.count("<rect") == 2 * 180 + 4
    assert 1 <= html.count('class="is-down"') - 1 <= 2
    assert "0.5 ms to 2 ms, median 1 ms" in words(html)


@pytest.mark.parametrize(("word", "title"), [("24h", "24 hours"), ("7d", "7 days"), ("30d", "30 days")])
def test_the_period_is_in_the_address_and_works_without_script(
    support: Client, domain: Domain, word: str, title: str
) -> None:
    html = panel(page(support, domain, period=word))
    assert f"Last {title}" in words(html)
    assert re.search(rf'href="[^"]*\?period={word}#past" aria-current="true"', html)
    assert html.count('aria-current="true"') == 1
    assert "1 outage, 2 min" in lane(html, Role.PRIMARY)


@pytest.mark.parametrize("word", ["", "1y", "24H", "<b>"])
def test_a_period_that_is_none_means_a_day(support: Client, domain: Domain, word: str) -> None:
    assert "Last 24 hours" in words(panel(page(support, domain, period=word)))


def test_the_facts_stand_in_tables_too(support: Client, domain: Domain) -> None:
    html = panel(page(support, domain))
    outages, rows, *_ = re.findall(r"<details>(.*?)</details>", html, re.DOTALL)
    assert "Primary: outages (1)" in words(outages)
    assert "2 min refuses connections" in words(outages)
    assert "Primary: health and latency as a table" in words(rows)
    assert 24 <= rows.count("<tr>") - 1 <= 25
    assert "58 min 2 min 0 0 1800" in words(rows)


def test_drawings_have_a_title_and_a_description_and_no_style_of_their_own(support: Client, domain: Domain) -> None:
    html = panel(page(support, domain))
    for drawing in re.findall(r'<svg[^>]*role="img".*?</svg>', html, re.DOTALL):
        name = re.search(r'aria-labelledby="([^"]+)"', drawing)
        description = re.search(r'aria-describedby="([^"]+)"', drawing)
        assert name is not None
        assert description is not None
        assert f'<title id="{name[1]}">' in drawing
        assert f'<desc id="{description[1]}">' in drawing
    assert "style=" not in html


def test_while_nothing_is_recorded_it_says_when_something_will_be(support: Client) -> None:
    html = panel(page(support, pair(name="New", slug="new")))
    assert "No history yet: the first minute is written when it is over." in words(html)
    assert "<rect" not in html


def test_a_server_that_was_registered_later_has_no_record_before(support: Client, domain: Domain) -> None:
    HealthHour.objects.filter(server__role=Role.SECONDARY).delete()
    html = panel(page(support, domain))
    assert lane(html, Role.SECONDARY) == "Secondary · not known · no outage · no record of 1 d"
    assert "no check was answered" in words(html)


def test_the_panel_asks_for_itself_once_a_minute_and_is_not_part_of_what_changes_every_second(
    support: Client, domain: Domain
) -> None:
    text = page(support, domain, period="7d")
    match = re.search(r'hx-get="([^"]+)" hx-trigger="every 60s"', panel(text))
    assert match is not None
    address = match[1].replace("&amp;", "&")
    assert "period=7d" in address
    live = re.search(r'hx-get="([^"]+)" hx-trigger="every 1s"', text)
    assert live is not None
    assert "<rect" not in support.get(live[1].split("?")[0]).content.decode()
    answer = support.get(address)
    assert answer.status_code in (200, 204)  # 200 when the minute ended in between
    HealthChange.objects.all().delete()
    changed = support.get(address)
    assert changed.status_code == 200
    assert changed["Cache-Control"] == "no-store"
    assert "not known" in lane(changed.content.decode(), Role.PRIMARY)


def test_only_so_many_outages_are_listed_and_the_rest_is_counted(support: Client, domain: Domain) -> None:
    secondary = domain.servers.get(role=Role.SECONDARY)
    for number in range(60):
        moment = timezone.now() - timedelta(minutes=5 * number + 5)
        HealthChangeFactory.create(server=secondary, status=Status.DOWN, reason=Reason.TIMEOUT, at=moment)
        HealthChangeFactory.create(server=secondary, at=moment + timedelta(minutes=1))
    html = panel(page(support, domain))
    assert "Secondary: outages (60)" in words(html)
    assert "And 10 earlier." in words(html)


def run(*arguments: str) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("failover", *arguments, stdout=out)
    except CommandError as error:
        return str(error), error.returncode
    return out.getvalue(), 0


def both_forms(*arguments: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows = json.loads(run(*arguments, "--format", "json")[0])
    return rows, list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv")[0])))


def facts(*arguments: str) -> list[dict[str, Any]]:
    """The rows as JSON, after a look that the other forms hold the same."""
    rows, lines = both_forms(*arguments)
    if rows[0]["to"] != lines[0]["to"]:  # the minute that ends what is read turned between the two
        rows, lines = both_forms(*arguments)
    assert [{name: "" if fact is None else str(fact) for name, fact in row.items()} for row in rows] == lines
    table = run(*arguments)[0]
    assert len(table.splitlines()) > len(rows)
    assert rows[0]["server"] in table
    return rows


def test_the_command_prints_what_the_page_draws(domain: Domain) -> None:
    MonitorFactory.create()
    rows = facts("health", "Budapest East")
    primary = [row for row in rows if row["role"] == "primary"]
    assert 24 <= len(primary) <= 25
    assert sum(row["down_s"] for row in primary) == 120
    assert sum(row["outages"] for row in primary) == 1
    assert sum(row["up_s"] for row in primary) == 86400 - 120
    assert {row["latency_median_ms"] for row in rows} == {1.0}


def test_the_command_sums_up(domain: Domain) -> None:
    primary, secondary = facts("health", "budapest-east", "--hours", "2", "--total")
    assert (primary["down_s"], primary["uptime"], primary["checks"]) == (0, 100, 2 * 60 * 30)
    primary, secondary = facts("health", "budapest-east", "--hours", "720", "--total")
    assert (primary["down_s"], primary["outages"], primary["checks"]) == (120, 1, 720 * 60 * 30)
    assert (secondary["down_s"], secondary["uptime"]) == (0, 100)


@pytest.mark.parametrize("hours", ["0", "-3", "many", "1.5", "769"])
def test_hours_that_are_none_or_are_not_kept_are_refused(domain: Domain, hours: str) -> None:
    text, code = run("health", "budapest-east", f"--hours={hours}")
    assert code != Exit.DONE
    assert "from 1 to 768" in text


def test_the_command_knows_no_other_domain() -> None:
    assert run("health", "nowhere")[1] == Exit.WRONG_CALL


def test_prune_removes_all_that_is_too_old_and_says_how_much(domain: Domain, settings: Any) -> None:
    settings.FAILOVER_HISTORY_DAYS = 1
    text, code = run("prune")
    assert code == Exit.DONE
    removed = re.fullmatch(r"Removed (\d+) rows older than 1 days\.\n", text)
    assert removed is not None
    assert int(removed[1]) > 1400
    assert HealthHour.objects.count() <= 2 * 26
    assert run("prune")[0].startswith("Removed 0 rows")
