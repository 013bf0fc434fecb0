"""Keys without Ctrl or Alt: where they act, where they do not, and that they can be turned off."""

from playwright.sync_api import Page, expect

from tests.browser.addresses import HOME
from tests.browser.conftest import Console
from tests.browser.test_live import define
from tests.browser.test_pages import violations

AT = "document.activeElement.textContent.trim()"


def test_arrows_move_from_a_row_on_and_scroll_elsewhere(console: Console, page: Page) -> None:
    console.sign_in(page)
    define(console, page)
    page.goto(console.url + HOME)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("j")
    assert page.evaluate(AT) == "Budapest East"
    page.get_by_role("checkbox", name="Select Budapest East").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate(AT) == "Budapest East"


def test_a_menu_that_is_open_has_the_keys_for_itself(console: Console, page: Page) -> None:
    console.sign_in(page)
    define(console, page)
    page.goto(console.url + HOME)
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Epoch").focus()
    for key in ("j", "ArrowDown", "/", "?", "x"):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == "column-epoch", key


def test_single_keys_are_turned_off_for_good_and_on_again(console: Console, page: Page) -> None:
    console.sign_in(page)
    search = page.get_by_label("Search name or FQDN")
    page.keyboard.press("?")
    page.get_by_label("Single keys work in this browser").uncheck()
    page.get_by_role("button", name="Close").click()
    for _ in range(2):
        page.keyboard.press("/")
        expect(search).not_to_be_focused()
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_hidden()
        page.reload()
    page.get_by_role("button", name="Keys and states").click()
    expect(page.get_by_text("The active server is out and there is no other one: the site is dark.")).to_be_visible()
    assert not violations(page, "list of keys")
    page.get_by_label("Single keys work in this browser").check()
    page.get_by_role("button", name="Close").click()
    page.locator("body").press("/")
    expect(search).to_be_focused()
