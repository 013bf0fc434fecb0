"""Every page in the browser, light and dark: no accessibility violation, no complaint of the browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from scripts.installation import free_port
from tests.browser.conftest import Console
from tests.browser.test_main_story import fill_domain

HOME = "/infrastructure/application-servers/"
DOMAIN = f"{HOME}budapest-east/"
EMPTY = {"list, empty": HOME, "form, empty": f"{HOME}new/"}
FULL = {
    "list": HOME,
    "nothing found": f"{HOME}?q=nowhere",
    "properties": DOMAIN,
    "edit": f"{DOMAIN}edit/",
    "delete": f"{DOMAIN}delete/",
    "high availability": f"{DOMAIN}high-availability/",
    "switch": f"{DOMAIN}high-availability/switch/",
    "version control": f"{DOMAIN}version-control/",
    "new version": f"{DOMAIN}version-control/new/",
    "update links": f"{DOMAIN}update-links/",
    "new update link": f"{DOMAIN}update-links/new/",
    "password": "/accounts/password/",
}


def violations(page: Page, name: str) -> list[str]:
    """What axe finds on the page as it is now, in both themes."""
    found = []
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            found.append(f"{name}, {theme}: {violation['id']}: {nodes}")
    return found


def visited(console: Console, page: Page, pages: dict[str, str]) -> list[str]:
    found = []
    for name, path in pages.items():
        page.goto(console.url + path)
        found += violations(page, name)
    return found


@pytest.mark.parametrize("width", [pytest.param(1440, id="wide"), pytest.param(390, id="narrow")])
def test_no_page_has_an_accessibility_violation(console: Console, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(reduced_motion="reduce")  # colours in transition are neither the old nor the new ones
    page.goto(console.url)
    found = violations(page, "sign-in")
    console.sign_in(page)
    found += visited(console, page, EMPTY)
    page.get_by_role("button", name="Submit").click()
    page.locator(".is-invalid").first.wait_for()
    found += violations(page, "form with errors")
    fill_domain(page, "Budapest East", "2", free_port(), free_port())
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Budapest East").first.wait_for()
    found += visited(console, page, FULL)
    assert not found, "\n".join(found)


def test_a_page_never_is_wider_than_a_narrow_screen(console: Console, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    console.sign_in(page)
    page.goto(f"{console.url}{HOME}new/")
    fill_domain(page, "Budapest East", "2", free_port(), free_port())
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Budapest East").first.wait_for()
    for path in FULL.values():
        page.goto(console.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
