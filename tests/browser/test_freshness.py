"""A live page says how old what it shows is."""

import re

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.conftest import Console
from tests.browser.test_main_story import SOON, fill_domain


def test_the_page_of_a_domain_that_somebody_deletes_leads_to_the_list(console: Console, page: Page) -> None:
    console.sign_in(page)
    page.goto(f"{console.url}/infrastructure/application-servers/new/")
    fill_domain(page, "Budapest East", "2", free_port(), free_port())
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Budapest East").first.wait_for()
    other = page.context.new_page()
    page.goto(f"{console.url}/infrastructure/application-servers/budapest-east/high-availability/")
    other.goto(f"{console.url}/infrastructure/application-servers/budapest-east/delete/")
    other.get_by_label("Name of the domain").fill("Budapest East")
    other.get_by_role("button", name="Delete", exact=True).click()
    page.bring_to_front()
    expect(page.get_by_text("“Budapest East” was deleted by administrator.")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("heading", name="Application Servers")).to_be_visible()


def test_an_open_menu_stops_the_refresh_and_the_page_says_since_when(console: Console, page: Page) -> None:
    console.sign_in(page)
    page.goto(f"{console.url}/infrastructure/application-servers/new/")
    fill_domain(page, "Budapest East", "2", free_port(), free_port())
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("link", name="Application Servers").first.click()
    updated = page.locator("[data-heard]")
    menu = page.get_by_role("button", name="More Actions for Budapest East")
    expect(updated).to_have_text(re.compile("updated [0-2] s ago"))
    menu.click()
    expect(updated).to_have_text(re.compile("updated ([5-9]|10) s ago"), timeout=SOON)
    expect(page.get_by_text("The console does not answer.")).to_be_hidden()
    menu.click()
    expect(updated).to_have_text(re.compile("updated [0-2] s ago"))
