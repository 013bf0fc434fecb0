"""The main story, as an administrator lives it: define a domain, lose its server, watch it fail over, fail back."""

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.conftest import Console, Listen

SOON = 20_000.0  # milliseconds


def fill_domain(page: Page, name: str, interval: str, primary: int, secondary: int) -> None:
    """Fill the form of a new domain whose servers listen on this machine."""
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    page.get_by_label("Auto-Failover Interval").fill(interval)
    for section, port in (("Primary", primary), ("Secondary", secondary)):
        part = page.get_by_role("region", name=f"{section} Server Properties")
        part.get_by_label("Server FQDN").fill("127.0.0.1")
        part.get_by_label("Server Port").fill(str(port))


def test_a_domain_is_defined_fails_over_before_our_eyes_and_is_failed_back(
    console: Console, page: Page, listen: Listen
) -> None:
    ports = free_port(), free_port()
    primary, _ = listen(ports[0]), listen(ports[1])

    console.sign_in(page)
    page.get_by_role("link", name="New application server").first.click()
    fill_domain(page, "Budapest East", "0.05", *ports)
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("button", name="More Actions").click()
    page.get_by_role("list", name="More Actions").get_by_role("link", name="High Availability").click()

    servers = {role: page.locator(f"[data-role={role}]") for role in ("primary", "secondary")}
    expect(servers["primary"]).to_contain_text("ACTIVE")
    for server in servers.values():
        expect(server.locator(".pill")).to_have_text("Up", timeout=SOON)

    page.evaluate("window.neverReloaded = true")
    primary.process.kill()
    expect(page.get_by_text("Switching to Secondary at")).to_be_visible(timeout=SOON)
    expect(page.locator("[data-state=counting_down] time[data-left]")).to_contain_text("0:0")
    expect(servers["secondary"]).to_contain_text("ACTIVE", timeout=SOON)
    expect(servers["primary"]).to_contain_text("STANDBY")
    expect(servers["primary"].locator(".pill")).to_have_text("Down")
    assert page.evaluate("window.neverReloaded") is True

    listen(ports[0])
    expect(servers["primary"].locator(".pill")).to_have_text("Up", timeout=SOON)
    page.get_by_role("link", name="Fail back to Primary").click()
    page.get_by_label("Reason").fill("mended")
    page.get_by_label("Domain's name").fill("Budapest East")
    page.get_by_role("button", name="Fail back to Primary").click()

    expect(servers["primary"]).to_contain_text("ACTIVE")
    events = page.locator(".timeline")
    expect(events).to_contain_text("Automatic failover to Secondary, epoch 1")
    expect(events).to_contain_text("Fail-back to Primary, epoch 2")
    expect(events).to_contain_text("By administrator: “mended”.")
