"""An administrator pauses a domain, reads it everywhere, schedules a switch, and takes both back."""

import re

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.addresses import DOMAIN, HOME
from tests.browser.conftest import Console, Listen
from tests.browser.test_main_story import SOON, fill_domain
from tests.browser.test_pages import violations


def test_a_domain_is_paused_does_not_switch_and_is_resumed(console: Console, page: Page, listen: Listen) -> None:
    page.emulate_media(reduced_motion="reduce")
    ports = free_port(), free_port()
    primary, _ = listen(ports[0]), listen(ports[1])
    console.sign_in(page)
    page.goto(f"{console.url}{HOME}new/")
    fill_domain(page, "Budapest East", "0.05", *ports)
    page.get_by_role("button", name="Submit").click()

    page.get_by_role("button", name="More Actions").click()
    page.get_by_role("link", name="Pause…").click()
    page.get_by_label("Pause for").select_option("30 minutes")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("Give a reason: the next shift reads it beside the pause.")).to_be_visible()
    found = violations(page, "pause with errors")
    page.get_by_label("Reason").fill("Patching the primary")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_text("Automatic switching is paused.")).to_be_visible()
    banner = page.locator(".banner", has_text="Paused until")
    expect(banner).to_contain_text("by administrator")
    expect(banner).to_contain_text("“Patching the primary”")
    expect(banner.locator("time[data-left]")).to_have_text(re.compile(r"^(30:00|29:\d\d)$"))
    found += violations(page, "high availability, paused")

    page.goto(f"{console.url}{HOME}")
    expect(page.locator(".pill", has_text="Paused")).to_be_visible(timeout=SOON)
    found += violations(page, "list, paused")

    primary.process.kill()
    page.goto(f"{console.url}{DOMAIN}high-availability/")
    expect(page.locator("[data-state=held] .pill")).to_have_text("Held: paused", timeout=SOON)
    expect(page.locator("[data-role=primary]")).to_contain_text("ACTIVE")
    found += violations(page, "high availability, held by the pause")
    page.get_by_role("link", name="Resume…").first.click()
    expect(page.get_by_text("Primary is out now.")).to_be_visible()
    found += violations(page, "resume")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("[data-role=secondary]")).to_contain_text("ACTIVE", timeout=SOON)
    expect(page.locator(".timeline")).to_contain_text("Automatic switching resumed")

    page.get_by_role("link", name="Schedule fail-back…").click()
    page.get_by_label("Reason").fill("Back at night")
    page.get_by_role("button", name="Schedule").click()
    scheduled = page.locator(".banner", has_text="Fail-back to Primary between")
    expect(scheduled).to_contain_text("“Back at night”")
    found += violations(page, "high availability, scheduled")
    scheduled.get_by_role("link", name="Cancel it…").click()
    cancel = page.get_by_role("button", name="Cancel the switch")
    cancel.wait_for()
    found += violations(page, "cancel")
    cancel.click()
    expect(page.get_by_text("The scheduled switch was cancelled.")).to_be_visible()
    assert not found, "\n".join(found)
