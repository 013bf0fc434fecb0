"""Version Control in the browser: what is typed is judged before it is saved, the better pattern is a click away."""

from playwright.sync_api import Page, expect

from scripts.installation import free_port
from tests.browser.conftest import Console
from tests.browser.test_main_story import SOON, fill_domain


def test_a_pattern_is_judged_while_it_is_typed(console: Console, page: Page) -> None:
    console.sign_in(page)
    page.get_by_role("link", name="New application server").first.click()
    fill_domain(page, "Budapest East", "2", free_port(), free_port())
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("Budapest East").first.wait_for()
    page.goto(f"{console.url}/infrastructure/application-servers/budapest-east/version-control/new/")

    preview = page.locator("#preview")
    expect(preview).to_contain_text("Choose a component and type a version")
    page.get_by_label("Component").select_option(label="Agent Application")
    page.get_by_role("textbox", name="Version").press_sequentially("10.2*")
    expect(preview).to_contain_text("It also admits 10.20.", timeout=SOON)
    expect(preview).to_contain_text("No agent of Agent Application was seen")

    page.get_by_role("textbox", name="Version").press("Enter")
    expect(page.get_by_text("Nothing was saved yet.")).to_be_visible()
    page.get_by_role("button", name="Use 10.2.* and 10.2").click()
    expect(page.get_by_role("textbox", name="Version")).to_have_value("10.2.*")
    expect(page.get_by_label("Add the rule 10.2 too")).to_be_checked()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Version rule Agent Application 10.2.* was added.")).to_be_visible()

    page.get_by_role("combobox", name="Component").select_option(label="Agent Application")
    page.get_by_role("textbox", name="Version").fill("10.1.7")
    page.get_by_role("button", name="Try").click()
    expect(page.get_by_text("None of the component's rules admits it.")).to_be_visible()
    page.get_by_role("link", name="Break the glass").click()
    page.get_by_label("Reason").fill("portal down")
    page.get_by_role("button", name="Break the glass").click()
    expect(page.get_by_text("nobody is denied, only warned")).to_be_visible()
    expect(page.locator("time[data-left]")).to_contain_text("1:59:")
    page.get_by_role("link", name="Enforce again…").click()
    page.get_by_role("button", name="Enforce again").click()
    expect(page.get_by_text("The rules are enforced again.")).to_be_visible()
