"""The main story without a mouse: sign in, find the domain, change it, switch it; the focus is seen at every step."""

from typing import Any

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.addresses import DOMAIN, HOME
from tests.browser.conftest import PASSWORD, USER, Console, Listen
from tests.browser.test_main_story import SOON, fill_domain

FOCUS = """() => {
    const at = document.activeElement;
    const style = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    const inside = box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return {
        name: (at.getAttribute("aria-label") || at.labels?.[0]?.textContent || at.textContent || at.value || "").trim(),
        tag: at.tagName.toLowerCase(),
        seen: inside && box.height > 0 && (ring || style.boxShadow !== "none"),
    };
}"""


class Keyboard:
    """Somebody who has no mouse, and wants to see where the keys go."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focus(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate(FOCUS)
        return found

    def at(self, name: str) -> None:
        """The focus is there, and can be seen."""
        focus = self.focus()
        assert focus["name"].startswith(name), focus
        assert focus["seen"], focus

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, name: str, key: str = "Tab") -> None:
        """Go on until the focus is there; it is seen all along."""
        passed: list[str] = []
        for _ in range(60):
            self.press(key)
            focus = self.focus()
            assert focus["seen"], f"the focus cannot be seen on {focus}, after {passed}"
            passed.append(focus["name"])
            if focus["name"].startswith(name):
                return
        raise AssertionError(f"{name} is not reached: {passed}")

    def type(self, text: str) -> None:
        """Replace what the field says."""
        self.press("Control+a")
        self.page.keyboard.type(text)


def test_the_main_story_is_walked_by_the_keyboard_alone(console: Console, page: Page, listen: Listen) -> None:
    page.emulate_media(reduced_motion="reduce")
    ports = free_port(), free_port()
    for port in ports:
        listen(port)
    keys = Keyboard(page)
    page.goto(console.url)
    keys.at("User name")
    keys.type(USER)
    keys.press("Tab")
    keys.at("Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.get_by_role("heading", name="Overview").wait_for()

    keys.press("Tab")
    keys.at("Skip to the page")
    keys.tab_to("Application Servers")
    keys.press("Enter")
    page.wait_for_url(console.url + HOME)
    keys.tab_to("Skip to the page")
    keys.press("Enter")
    keys.tab_to("New application server")
    keys.press("Enter")
    page.wait_for_url(f"{console.url}{HOME}new/")
    keys.tab_to("Name")
    fill_domain(page, "Budapest East", "2", *ports)  # as in the other tests; typing is no news
    keys.press("Enter")
    page.get_by_text("“Budapest East” was created.").wait_for()

    page.goto(console.url + HOME)
    keys.press("/")
    keys.at("Search name or FQDN")
    keys.type("budapest")
    keys.press("Enter")
    page.wait_for_url("**/?q=budapest*")
    keys.press("j")
    keys.at("Budapest East")
    keys.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    keys.press("x")
    keys.press("?")
    keys.at("Close")
    keys.press("Escape")
    keys.at("Budapest East")
    keys.press("Enter")
    page.wait_for_url(f"{console.url}{DOMAIN}high-availability/")
    keys.tab_to("Edit")
    keys.press("Enter")
    page.wait_for_url(f"{console.url}{DOMAIN}edit/")
    keys.tab_to("Auto-Failover Interval")
    keys.type("5")
    keys.press("Enter")
    page.get_by_text("Saved.").wait_for()

    keys.tab_to("More Actions")
    keys.press("ArrowDown")
    expect(page.locator(".dropdown-menu.show")).to_be_visible()
    keys.press("Escape")
    keys.at("More Actions")
    keys.press("Enter", "ArrowDown")
    keys.at("High Availability")
    keys.press("Enter")
    page.wait_for_url(f"{console.url}{DOMAIN}high-availability/")
    keys.tab_to("Fail over to Secondary")
    servers = {role: page.locator(f"[data-role={role}]") for role in ("primary", "secondary")}
    for server in servers.values():
        expect(server.locator(".pill")).to_have_text("Up", timeout=SOON)
    keys.at("Fail over to Secondary")  # though the page was refreshed around it
    keys.press("Enter")
    page.wait_for_url("**/switch/")
    keys.tab_to("Reason")
    keys.page.keyboard.type("patching")
    keys.press("Tab")
    keys.at("Domain's name")
    keys.page.keyboard.type("Budapest East")
    keys.tab_to("Fail over to Secondary")
    keys.press("Space")
    expect(servers["secondary"]).to_contain_text("ACTIVE")
