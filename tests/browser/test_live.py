"""Pages that refresh themselves: seen or not, heard or not, in whatever zone the browser is."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, Page, Request, expect

from scripts.installation import free_port
from tests.browser.addresses import DOMAIN, HOME
from tests.browser.conftest import Console
from tests.browser.test_main_story import SOON, fill_domain

SHOW = """shown => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => !shown });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def of_the_list(request: Request) -> bool:
    return "/rows/?" in request.url


def define(console: Console, page: Page) -> None:
    """A domain whose servers do not answer, so that it is held."""
    page.goto(f"{console.url}{HOME}new/")
    fill_domain(page, "Budapest East", "0", free_port(), free_port())
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("“Budapest East” was created.").wait_for()


def test_a_tab_that_nobody_sees_asks_slowly_and_at_once_when_it_is_seen_again(console: Console, page: Page) -> None:
    page.clock.install()
    console.sign_in(page)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if of_the_list(request) else None)
    page.evaluate(SHOW, False)
    page.clock.run_for(25_000)
    page.evaluate("1")
    before = len(asked)
    assert before <= 1  # one may have been on its way
    with page.expect_request(of_the_list):
        page.clock.run_for(10_000)
    page.wait_for_load_state("networkidle")
    page.clock.run_for(20_000)
    page.evaluate("1")
    assert len(asked) == before + 1
    with page.expect_request(of_the_list):
        page.evaluate(SHOW, True)


def test_what_changes_is_read_aloud_once_and_nothing_that_is_refreshed_is(console: Console, page: Page) -> None:
    console.sign_in(page)
    other = page.context.new_page()
    said = page.locator("#said")
    expect(said).to_have_text("")
    define(console, other)
    expect(said).to_have_text("Application Servers: 1 needs attention", timeout=SOON)
    for path in (HOME, "/", f"{DOMAIN}high-availability/", "/maintenance/alarms/", "/maintenance/monitors/"):
        page.goto(console.url + path)
        assert page.locator("[data-live] [role=status], [data-live] [role=alert]").count() == 0, path


def test_the_side_bar_counts_alarms_on_the_list_too(console: Console, page: Page) -> None:
    console.sign_in(page)
    count = page.locator("#alarm-count")
    expect(count).to_be_hidden(timeout=SOON)
    define(console, page.context.new_page())
    expect(count).to_have_text(re.compile("[1-9]"), timeout=SOON)
    expect(count).to_be_visible()


def test_what_is_copied_is_said(console: Console, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    console.sign_in(page)
    page.goto(f"{console.url}/maintenance/monitors/")
    page.get_by_role("button", name="Copy").first.click()
    expect(page.locator("#said")).to_have_text("Copied")
    expect(page.locator("#said")).to_have_text("")


def test_a_form_that_leads_nowhere_says_that_it_is_sent_and_can_be_sent_again(console: Console, page: Page) -> None:
    page.clock.install()
    console.sign_in(page)
    page.goto(f"{console.url}{HOME}new/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.route("**/new/", lambda route: route.fulfill(status=204))  # the page stays, as after Stop
    button, note = page.get_by_role("button", name="Submit"), page.locator(".sending")
    for tries in (1, 2):
        button.click()
        button.click()  # too early
        page.clock.run_for(1000)
        expect(note).to_have_text("Sending…")
        assert len(sent) == tries
        page.clock.run_for(11_000)
        expect(note).to_have_count(0)


def test_all_times_of_a_page_are_of_the_sites_zone(console: Console, browser: Browser, page: Page) -> None:
    context = browser.new_context(timezone_id="Asia/Tokyo")
    far = context.new_page()
    console.sign_in(far)
    expect(far.get_by_text("Times are of UTC.")).to_be_attached()
    define(console, far)
    far.goto(f"{console.url}/wallboard/")
    shown = far.locator("[data-time-of-day]")
    expect(shown).to_have_text(re.compile(r"\d:\d\d:\d\d"))
    now = datetime.now(UTC)
    near = [f"{now + timedelta(seconds=seconds):%H:%M:%S}" for seconds in range(-10, 11)]
    assert shown.inner_text() in near
    far.goto(f"{console.url}{DOMAIN}high-availability/")
    moment = far.locator("time[data-moment], time[data-for]").first
    expect(moment).to_have_attribute("title", re.compile("UTC"), timeout=SOON)
    context.close()
