"""python -m bench.paint [--times 5]: when a browser first shows something of each page, over loopback.

The pages are those of `make demo` with a fleet of 200 versions. Each visit has a browser's context of its own with an
empty cache, as somebody has who comes for the first time, and is signed in. `first paint` is the first text or picture
(first-contentful-paint), `loaded` the end of the load event; both in ms from the start of the navigation, medians, with
the worst of the first. Needs Chromium.
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from tests.browser.addresses import FULL
from tests.browser.conftest import FLAGS, PASSWORD, USER
from tests.screenshots import PATIENT, chromium, demo, seed

TIMES = """() => new Promise(seen => new PerformanceObserver(list => {
  const [paint] = list.getEntriesByName('first-contentful-paint');
  if (paint) seen([paint.startTime, performance.getEntriesByType('navigation')[0].loadEventEnd]);
}).observe({type: 'paint', buffered: true}))"""
SIGN_IN = "sign-in"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="visits of each page (5)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, demo(Path(name)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        known = signed_in(browser, url)
        seed(Path(name))
        print(f"{options.times} visits of each page, ms")
        print(f"{'page':32}{'first paint':>12}{'worst':>8}{'loaded':>8}")
        for page, path in {SIGN_IN: "/accounts/login/", **FULL}.items():
            seen = [visit(browser, url + path, None if page == SIGN_IN else known) for _ in range(options.times)]
            paints, loads = zip(*seen, strict=True)
            print(f"{page:32}{statistics.median(paints):12.0f}{max(paints):8.0f}{statistics.median(loads):8.0f}")
        browser.close()


def context_of(browser: Browser, known: StorageState | None) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=known)
    context.set_default_timeout(1000 * PATIENT)
    return context


def signed_in(browser: Browser, url: str) -> StorageState:
    """The cookies of somebody who has signed in."""
    context = context_of(browser, None)
    page = context.new_page()
    page.goto(url)
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()
    known = context.storage_state()
    context.close()
    return known


def visit(browser: Browser, address: str, known: StorageState | None) -> tuple[float, float]:
    """When something was first seen of the page, and when it was loaded; ms."""
    context = context_of(browser, known)
    page = context.new_page()
    page.goto(address)
    paint, loaded = page.evaluate(TIMES)
    context.close()
    return paint, loaded


if __name__ == "__main__":
    main()
