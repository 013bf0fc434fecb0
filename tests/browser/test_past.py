"""The health strips and latency charts in the browser: periods, tables, accessibility, nothing against the rules."""

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.addresses import DOMAIN, HOME
from tests.browser.conftest import Console, Listen
from tests.browser.test_main_story import fill_domain
from tests.browser.test_pages import violations

# A week of hours for both servers, and an outage of the primary.
RECORD = """
from datetime import timedelta
from django.utils import timezone
from appservers.models import ApplicationServer
from failover.testing import HealthChangeFactory, HealthHourFactory
now = timezone.now()
for server in ApplicationServer.objects.all():
    HealthChangeFactory.create(server=server, at=now - timedelta(days=8))
    for age in [*range(1, 10), *range(12, 168)]:
        HealthHourFactory.create(server=server, hour=int(now.timestamp() // 3600) - age)
    if server.role == "primary":
        HealthChangeFactory.create(server=server, status="down", reason="refused", at=now - timedelta(hours=5))
        HealthChangeFactory.create(server=server, at=now - timedelta(hours=4))
"""


def test_a_week_is_drawn_and_can_be_read_as_tables(console: Console, page: Page, listen: Listen) -> None:
    ports = free_port(), free_port()
    for port in ports:
        listen(port)
    page.emulate_media(reduced_motion="reduce")
    console.sign_in(page)
    page.goto(f"{console.url}{HOME}new/")
    fill_domain(page, "Budapest East", "2", *ports)
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Budapest East").first.wait_for()
    console.manage("shell", "-c", RECORD)

    page.goto(f"{console.url}{DOMAIN}high-availability/")
    past = page.locator("#past")
    expect(past.get_by_role("heading", name="Last 24 hours")).to_be_visible()
    expect(past.locator("[data-lane=primary] h3")).to_contain_text("1 outage, 1 h")
    past.get_by_role("link", name="7 days").click()
    expect(past.get_by_role("heading", name="Last 7 days")).to_be_visible()
    expect(past.get_by_role("img", name="Health of Primary, last 7 days")).to_be_visible()
    expect(past.get_by_role("img", name="Latency of Secondary, last 7 days")).to_be_visible()
    past.get_by_text("Primary: outages (1)").click()
    past.get_by_text("Secondary: health and latency as a table").click()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page, f"past, {width}") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    # What somebody reads is not taken away by a refresh; afterwards it goes on.
    refresh = "htmx.ajax('GET', location.pathname + 'past/', {source: '#past', target: '#past', swap: 'outerHTML'})"
    page.evaluate(refresh)
    expect(past.get_by_role("cell", name="refuses connections")).to_be_visible()
    expect(past.get_by_role("heading", name="Last 7 days")).to_be_visible()
    past.get_by_text("Primary: outages (1)").click()
    past.get_by_text("Secondary: health and latency as a table").click()
    page.evaluate(refresh)
    expect(past.get_by_role("heading", name="Last 24 hours")).to_be_visible()
