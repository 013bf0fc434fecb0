"""Every page in the browser, light and dark, wide and narrow: no accessibility violation, nothing out of place."""

import re
from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import FilePayload, Page, Route, ViewportSize

from scripts.installation import free_port
from tests.browser.addresses import DOMAIN, EMPTY, FULL, HOME, SEED, UNQUIET
from tests.browser.conftest import PASSWORD, Console
from tests.browser.layout import Layout
from tests.browser.test_main_story import fill_domain

WIDE, MIDDLE, NARROW = (ViewportSize(width=width, height=900) for width in (1440, 1000, 390))
AGAIN = "axe.run({ runOnly: ['color-contrast'] })"  # axe is in the page by then
TOP = "part => part.getBoundingClientRect().top"
NOBODY = f"""
from access.models import User
User.objects.create_user("nobody-here", password="{PASSWORD}")
"""
LONG_NAME = f"Zentrale שלום, 2. Stock 😀 {'Donaudampfschifffahrtsgesellschaft' * 2}"


def violations(page: Page, name: str) -> list[str]:
    """What axe finds on the page as it is now, light; and dark, where nothing but the contrast can differ."""
    found = []
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        answer = Axe().run(page).response if theme == "light" else page.evaluate(AGAIN)
        for violation in answer["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            found.append(f"{name}, {theme}: {violation['id']}: {nodes}")
    return found


def visited(console: Console, page: Page, pages: dict[str, str]) -> list[str]:
    """What is amiss on the pages: by axe, by their layout wide and narrow, and by what they weigh."""
    layout, found = Layout(page), []
    for name, path in pages.items():
        page.goto(console.url + path)
        found += layout.weigh(name) + layout.look(name) + violations(page, name)
        page.set_viewport_size(MIDDLE)
        found += layout.glance(name)
        page.set_viewport_size(NARROW)
        found += layout.look(name)
        page.set_viewport_size(WIDE)
    return found


def imported(console: Console, page: Page) -> list[str]:
    """What axe finds where a file is refused, and where the difference is shown with a domain that goes."""
    found = []
    for name, text in (
        ("import, refused", "domains: [{name: Wien}]"),
        ("import, the difference", "domains: [{name: Wien, primary: {server_fqdn: w.example}}]"),
    ):
        page.goto(f"{console.url}{HOME}import/")
        file: FilePayload = {"name": "servers.yaml", "mimeType": "text/yaml", "buffer": text.encode()}
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_label("Delete domains that are not in the file").check()
        page.get_by_role("button", name="Show the difference").click()
        page.locator(".banner:visible, #id_number").first.wait_for()
        found += violations(page, name)
    return found


def chosen(console: Console, page: Page) -> list[str]:
    """What axe finds where an order for selected domains is looked at before it is given, and how it is offered."""
    found = []
    for order in ("Pause…", "Delete…"):
        page.goto(console.url + HOME)
        rows, bar = page.locator("[data-rows]"), page.locator("#bulk")
        before, idle = rows.evaluate(TOP), bar.is_visible()
        page.get_by_role("checkbox", name="Select Budapest East").check()
        if idle or not bar.is_visible() or rows.evaluate(TOP) != before:
            found.append("what can be done to picked rows does not take the place of the list's tools")
        page.locator("#bulk").get_by_role("button", name=order).click()
        page.get_by_role("heading", name="What will happen").wait_for()
        found += violations(page, f"many: {order}")
    return found


def named_badly(console: Console, page: Page) -> list[str]:
    """What is out of place where names are as long as they may be, and of every kind."""
    page.goto(f"{console.url}{HOME}new/")
    fill_domain(page, LONG_NAME, "2", 9999, 9999)
    for role, host in (("Primary", "a"), ("Secondary", "b")):
        part = page.get_by_role("region", name=f"{role} Server Properties")
        for label in ("Server FQDN", "Private Web FQDN", "Public Web FQDN"):
            part.get_by_label(label).fill(f"{host}-{'very-' * 9}long.{'naming-service.' * 8}example")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("was created.").wait_for()
    layout, found, domain = Layout(page), [], page.url
    for width in (WIDE, NARROW):
        page.set_viewport_size(width)
        for where in ("", "edit/", "delete/", "high-availability/", "high-availability/switch/", "emergency/"):
            page.goto(domain + where)
            found += layout.look(f"long names, {where or 'properties'}")
    page.set_viewport_size(WIDE)
    return found


def answering(html: str) -> Callable[[Route], None]:
    """What stands for the console."""

    def answer(route: Route) -> None:
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    return answer


def broken(console: Console, page: Page) -> list[str]:
    """What axe finds on the pages of faults: those that Django writes without a request are put in place of one."""
    found = []
    for status in (400, 500, 503):
        where = f"{console.url}/fault-{status}/"
        page.route(where, answering(render_to_string(f"{status}.html")))
        page.goto(where)
        found += violations(page, str(status))
    page.goto(f"{console.url}/nowhere/")
    found += violations(page, "404")
    console.complaints[:] = [one for one in console.complaints if "status of 404" not in one]
    return found


def forbidden(console: Console, page: Page) -> list[str]:
    """What axe finds where somebody has no business."""
    console.manage("shell", "-v0", "-c", NOBODY)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("User name").fill("nobody-here")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(console.url + HOME)
    page.get_by_role("heading", name=re.compile("not|may", re.IGNORECASE)).first.wait_for()
    found = violations(page, "403")
    console.complaints[:] = [one for one in console.complaints if "status of 403" not in one]
    return found


def test_no_page_has_an_accessibility_violation_or_anything_out_of_place(console: Console, page: Page) -> None:
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
    console.manage("shell", "-v0", "-c", SEED.format(versions=12))
    found += visited(console, page, FULL)
    for name, path in UNQUIET.items():
        page.goto(console.url + path)
        found += violations(page, name)
    found += imported(console, page) + chosen(console, page) + named_badly(console, page)
    page.goto(f"{console.url}{DOMAIN}edit/")
    page.get_by_label("Auto-Failover Interval").fill("3")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Saved.").wait_for()
    page.goto(f"{console.url}/maintenance/audit/")
    for summary in page.locator("summary").all():
        summary.click()
    found += violations(page, "audit trail, opened")
    page.get_by_role("link", name="Restore").first.click()
    page.get_by_role("heading", name="Restore Budapest East").wait_for()
    found += violations(page, "restore")
    found += broken(console, page) + forbidden(console, page)
    assert not found, "\n".join(found)
