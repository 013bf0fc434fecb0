"""Nothing typed is lost: a session that ends in a half-filled form, the way back after an error and after saving."""

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.addresses import HOME
from tests.browser.conftest import PASSWORD, USER, Console
from tests.browser.test_main_story import fill_domain

SUBMIT_TWICE = "const form = document.querySelector('#main form'); form.submit(); setTimeout(() => form.submit(), 1)"


def test_what_was_typed_outlives_the_session_the_way_back_and_two_presses(console: Console, page: Page) -> None:
    console.sign_in(page)
    page.goto(f"{console.url}{HOME}new/")
    name, interval = page.get_by_role("textbox", name="Name", exact=True), page.get_by_label("Auto-Failover Interval")
    fill_domain(page, "Budapest East", "never", free_port(), free_port())
    page.get_by_label("Unique Anonymous").check()
    page.get_by_label("Health check").select_option("giop")
    page.get_by_role("button", name="Submit").click()
    page.locator(".is-invalid").first.wait_for()
    page.go_back()  # from the error to the form
    expect(interval).to_have_value("never")

    interval.fill("2")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Your session had ended when you sent the form.")).to_be_visible()
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("What you typed is there again.")).to_be_visible()
    expect(name).to_have_value("Budapest East")
    expect(page.get_by_label("Unique Anonymous")).to_be_checked()
    expect(page.get_by_label("Health check")).to_have_value("giop")

    name.fill("Budapest West")
    page.evaluate(SUBMIT_TWICE)  # past the script that keeps a button from being pressed twice
    expect(page.get_by_role("heading", name="Budapest West")).to_be_visible()
    assert page.url == f"{console.url}{HOME}budapest-west/"
    page.get_by_role("link", name="Edit", exact=True).click()
    interval.fill("3")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Saved.").wait_for()
    page.go_back()  # from what was saved to the form
    expect(interval).to_have_value("3")
    page.goto(console.url + HOME)
    expect(page.locator("[data-row]")).to_have_count(1)
