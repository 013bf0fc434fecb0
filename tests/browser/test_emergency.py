"""An emergency from the console to the API, and the pages that carry it, in the browser."""

import json
import urllib.error
import urllib.request
from typing import Any

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.conftest import Console
from tests.browser.test_main_story import fill_domain
from tests.browser.test_pages import violations

DOMAIN = "/infrastructure/application-servers/budapest-east/"


def asked(console: Console, token: str, where: str) -> Any:
    """What the API answers to that token."""
    url = f"{console.url}/api/v1/domains/budapest-east/{where}"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})) as answer:  # noqa: S310
        return json.load(answer)


def add_rule(page: Page, console: Console, name: str, pattern: str) -> None:
    page.goto(f"{console.url}/infrastructure/dial-rules/new/?domain=budapest-east")
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_label("Number").fill(pattern)
    page.get_by_label("Emergency URI").fill("sip:duty@pbx.corp.example")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text(f"Dial rule {name} was added.").wait_for()


def new_token(page: Page, console: Console) -> str:
    page.goto(f"{console.url}/access/api-tokens/")
    page.get_by_role("link", name="New token").click()
    page.get_by_label("Name").fill("Exchange")
    page.get_by_role("button", name="Create").click()
    page.get_by_text("Copy the token now.").wait_for()
    token = page.locator("[data-copy]").get_attribute("data-copy")
    assert token is not None
    return token


def test_an_emergency_is_declared_in_the_console_and_calls_are_diverted(console: Console, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    console.sign_in(page)
    page.goto(f"{console.url}/infrastructure/application-servers/new/")
    fill_domain(page, "Budapest East", "2", free_port(), free_port())
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Budapest East").first.wait_for()
    add_rule(page, console, "Hotline", "+36 1 *")
    add_rule(page, console, "Everything", "*")
    page.locator("tbody tr").last.get_by_role("button", name="Up").click()
    expect(page.locator("tbody tr").first).to_contain_text("Everything")
    page.locator("tbody tr").first.get_by_role("button", name="Disable").click()
    expect(page.locator("tbody tr").first).to_contain_text("Disabled")
    found = violations(page, "dial rules, full")
    token = new_token(page, console)
    found += violations(page, "token made")
    assert asked(console, token, "route?direction=inbound&number=%2B361")["action"] == "proceed"

    page.goto(console.url + DOMAIN)
    page.get_by_role("button", name="More Actions").click()
    page.get_by_role("list", name="More Actions").get_by_role("link", name="Emergency").click()
    expect(page.get_by_text("No rule matches every number")).to_be_visible()
    page.get_by_label("Reason").fill("fire in the building")
    page.get_by_label("Domain's name").fill("Budapest East")
    page.get_by_role("button", name="Declare the emergency").click()
    expect(page.get_by_text("Emergency is declared.")).to_be_visible()
    found += violations(page, "emergency, declared")
    diverted = asked(console, token, "route?direction=inbound&number=%2B361")
    assert (diverted["action"], diverted["rule"]["name"]) == ("divert", "Hotline")
    assert asked(console, token, "route?direction=outbound&number=112")["action"] == "reject"

    for path in ("", "edit/", "high-availability/", "version-control/"):
        page.goto(f"{console.url}{DOMAIN}{path}")
        expect(page.get_by_text("fire in the building")).to_be_visible()
        found += violations(page, path or "properties")
    page.get_by_role("link", name="End it…").click()
    page.get_by_label("Reason").fill("fire is out")
    page.get_by_role("button", name="End the emergency").click()
    expect(page.get_by_text("Emergency is declared.")).to_be_hidden()
    assert asked(console, token, "route?direction=inbound&number=%2B361")["action"] == "proceed"
    assert not found, "\n".join(found)


def test_the_documentation_works_without_anything_from_elsewhere(console: Console, page: Page) -> None:
    page.goto(f"{console.url}/api/v1/docs")
    page.get_by_role("link", name="Which server is active").click()
    expect(page.get_by_text("The ETag of the answer that you have.")).to_be_visible()
    assert page.get_by_text("Errors", exact=True).count() == 0
