"""Test now, in the browser: what is typed is asked before anything is saved."""

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.conftest import Console, Listen
from tests.browser.test_main_story import SOON, fill_domain


def test_what_is_typed_is_tested_without_being_saved_or_lost(console: Console, page: Page, listen: Listen) -> None:
    ports = free_port(), free_port()
    responder = listen(ports[0])
    console.sign_in(page)
    page.get_by_role("link", name="New application server").first.click()
    fill_domain(page, "Budapest East", "2", *ports)
    expect(page.get_by_label("Health check")).to_have_value("tcp")
    assert not responder.ended()

    button = page.get_by_role("button", name="Test now")
    button.press("Enter")
    primary, secondary = (page.get_by_role("region", name=f"{role} tested") for role in ("Primary", "Secondary"))
    expect(primary.locator(".pill")).to_have_text(["Up", "Up"], timeout=SOON)
    expect(secondary.locator(".pill")).to_have_text(["Down", "Down"])
    expect(secondary).to_contain_text("refuses connections")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("Budapest East")
    expect(button).to_be_focused()

    for theme in ("light", "dark"):
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.clock.install()
    page.clock.fast_forward(20_000)
    expect(page.get_by_text("The console does not answer.")).to_be_hidden()
