"""What does not fit: a wall that nobody scrolls, a list with long names and every column, paper."""

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.addresses import HOME
from tests.browser.conftest import Console

NAMES = ("Budapest East", "Site 000", "W" * 100)
TROUBLED = f"""
from appservers.testing import pair
from failover.models import HoldKind
from failover.testing import HoldFactory
for name in {NAMES!r} + tuple(f"Site {{number}}" for number in range(1, 12)):
    HoldFactory.create(domain=pair(name=name), kind=HoldKind.ANTI_FLAP)
"""
ONE_LINE = 30  # pixels, and no more
EVERY = "primary,secondary,interval,switched,probe,epoch"
PAPER = ViewportSize(width=718, height=1000)  # A4 without its margins
SCREENS = [(1920, 1080), (1440, 900), (1366, 768)]
# The clock stands on the screen, no row stands on its edge, and all tiles are in one row.
ON_THE_WALL = """() => {
  const box = (part) => document.querySelector(part).getBoundingClientRect();
  const rows = [...document.querySelectorAll(".wall-rows li")].map((row) => row.getBoundingClientRect());
  return {
    height: document.documentElement.scrollHeight,
    foot: Math.ceil(box(".wall-foot").bottom) <= innerHeight && box(".wall-note").bottom <= box(".wall-foot").top,
    rows: rows.filter((row) => row.left < innerWidth).every((row) => row.bottom <= box(".wall-note").top),
    tiles: new Set([...document.querySelectorAll(".tile")].map((tile) => tile.getBoundingClientRect().top)).size,
  };
}"""

ON_PAPER = """() => {
  const body = getComputedStyle(document.body);
  const shown = [...document.querySelectorAll("button, input, select, textarea, .btn, .side")];
  return {
    pressed: shown.filter((part) => part.checkVisibility()).map((part) => part.outerHTML),
    background: body.backgroundColor,
    ink: body.color,
    rows: getComputedStyle(document.querySelector(".rows tbody tr")).display,
    width: document.documentElement.scrollWidth,
  };
}"""


@pytest.fixture
def troubled(console: Console, page: Page) -> Console:
    """A console with more domains that need attention than a wall has room for; somebody is signed in."""
    console.manage("shell", "-v0", "-c", TROUBLED)
    console.sign_in(page)
    return console


def test_the_wall_fits_the_screen_however_many_domains_need_attention(troubled: Console, page: Page) -> None:
    page.goto(f"{troubled.url}/wallboard/")
    page.get_by_text("all 14 that need attention").wait_for()
    for width, height in SCREENS:
        page.set_viewport_size(ViewportSize(width=width, height=height))
        assert page.evaluate(ON_THE_WALL) == {"height": height, "foot": True, "rows": True, "tiles": 1}


def test_the_list_never_scrolls_sideways_with_any_name_and_every_column(troubled: Console, page: Page) -> None:
    for columns in ("", f"?columns={EVERY}"):
        page.goto(f"{troubled.url}{HOME}{columns}")
        for width in (1280, 1366, 1440, 1536, 1920):
            page.set_viewport_size(ViewportSize(width=width, height=900))
            assert page.evaluate("document.documentElement.scrollWidth") == width, (columns, width)
            for button in page.get_by_role("link", name="Delete").all():
                box = button.bounding_box()
                assert box
                assert box["x"] + box["width"] < width
            for name in NAMES[:2]:
                box = page.get_by_role("link", name=name, exact=True).bounding_box()
                assert box
                assert box["height"] < ONE_LINE, (name, columns, width)


def test_paper_has_a_light_table_and_nothing_to_press(troubled: Console, page: Page) -> None:
    for where in (HOME, f"{HOME}?columns={EVERY}", "/", "/maintenance/audit/"):
        page.emulate_media(media="screen")
        page.set_viewport_size(ViewportSize(width=1440, height=900))
        page.goto(troubled.url + where)
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        page.emulate_media(media="print")
        page.set_viewport_size(PAPER)
        assert page.evaluate(ON_PAPER) == {
            "pressed": [],
            "background": "rgb(255, 255, 255)",
            "ink": "rgb(27, 36, 48)",
            "rows": "table-row",
            "width": PAPER["width"],
        }, where
