"""python -m tests.screenshots: a picture of every page of the demo, in both themes, for docs/pictures.

The whole set at 1440 pixels; the pages that people open on a telephone at 390 as well.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import FilePayload, FloatRect, Page, sync_playwright

from scripts.installation import free_port
from tests.browser.addresses import EMPTY, FULL, HOME, SEED, UNQUIET
from tests.browser.conftest import FLAGS, PASSWORD, USER
from tests.needs import CHROMIUM
from tests.processes import BASE_DIR, DEPLOYED, Running, finished

FOLDER = BASE_DIR / "docs" / "pictures"
WIDE, NARROW = 1440, 390
TALLEST = 1300
ON_A_TELEPHONE = ("overview", "list", "high availability", "switch", "properties", "fleet", "emergency", "audit trail")
# States of pages that are shown with more in them, and those of an empty installation, which the demo is not.
BARE = (
    "overview, empty",
    "wallboard, empty",
    "list, empty",
    "form, empty",
    "nothing found",
    "none selected",
    "nothing to acknowledge",
    "audit trail, nothing found",
    "notices, nothing found",
)
THEMES = ("light", "dark")
PATIENT = 180.0  # seconds for the demo to come up, for a machine that is busy
PLAYED = 30.0  # seconds until the demo's failover has happened
# What the pages of versions, links and calls show; the file is imported by the page that is shown, too.
CONFIGURATION = """\
domains:
- name: Budapest East
  version_rules: [{component: Agent Application, pattern: 10.2.*}, {component: Agent Application, pattern: 10.3.?}]
  update_links: [{component: Agent Application, version: 10.2.10, private_url: "https://sw.corp.example/10.2.10"}]
  dial_rules:
  - {name: Hotline to Vienna, pattern: "+361234????", emergency_uri: "sip:duty@pbx.corp.example"}
  - {name: Everything else, pattern: "*", emergency_uri: "tel:+431234567"}
- name: Szeged
  auto_failover_interval: 0.5
  dial_rules: [{name: Night desk, pattern: "+3662*", emergency_uri: "tel:+3612345678"}]
"""


class NoBrowser(Exception):
    """There is nothing to take pictures with."""


def chromium() -> str:
    """The path of a Chromium."""
    for name in CHROMIUM:
        if path := shutil.which(name):
            return path
    raise NoBrowser(f"{CHROMIUM[0]} is not installed: install the package chromium.")


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """The address of the demo, until the pictures are taken."""
    names = {"DJANGO_SUPERUSER_USERNAME": USER, "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    running = Running("scripts.demo", folder / "output", PORT=str(free_port()), TMPDIR=str(folder), **names)
    try:
        served = running.wait_for(r"Contact Expert is at (http://127\.0\.0\.1:\d+)/", PATIENT)
        yield served[1]
    finally:
        running.stop()
        running.clear()


def seed(folder: Path) -> None:
    """A fleet of 200 versions, as if its agents had asked, and a domain in trouble."""
    (database,) = folder.glob("contact-expert-demo-*/contact_expert.sqlite3")
    text = SEED.format(versions=200)
    done = finished("manage.py", "shell", "-v0", "-c", text, **DEPLOYED, VAR_DIR=str(database.parent))
    assert done.returncode == 0, done.stderr


class Album:
    """The pictures of one run."""

    def __init__(self, url: str, page: Page, folder: Path) -> None:
        self.url = url
        self.page = page
        self.folder = folder
        self.taken: dict[str, list[str]] = {}

    def visit(self, name: str, path: str) -> None:
        """Every picture of one address."""
        self.page.goto(self.url + path)
        self.take(name)

    def take(self, name: str) -> None:
        """Every picture of what the window shows."""
        for width in (WIDE, NARROW) if name in ON_A_TELEPHONE else (WIDE,):
            self.page.set_viewport_size({"width": width, "height": 900})
            for theme in THEMES:
                self.page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
                file = f"{name.replace(', ', ' ').replace(' ', '-').lower()}-{width}-{theme}.png"
                height = self.page.evaluate("document.documentElement.scrollHeight")
                clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
                self.page.screenshot(path=self.folder / file, full_page=True, clip=clip, animations="disabled")
                self.taken.setdefault(name, []).append(file)
        self.page.set_viewport_size({"width": WIDE, "height": 900})

    def index(self) -> str:
        """The page that shows them all."""
        lines = [
            "# Pictures",
            "",
            "Every page of the console on the data of `make demo`, taken by `make screenshots`.",
            "",
        ]
        for name, files in self.taken.items():
            lines += [f"## {name[0].upper()}{name[1:]}", ""]
            lines += [f"![{name}, {file.rpartition('-')[2][:-4]}]({file})" for file in files] + [""]
        return "\n".join(lines)


def walk(url: str, page: Page, folder: Path) -> Album:
    """Take all pictures."""
    album = Album(url, page, folder)
    page.goto(url)
    album.take("sign-in")
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()
    time.sleep(PLAYED)
    seed(folder)
    upload: FilePayload = {"name": "servers.yaml", "mimeType": "text/yaml", "buffer": CONFIGURATION.encode()}
    page.goto(f"{url}{HOME}import/")
    page.locator("input[type=file]").set_input_files(upload)
    page.get_by_role("button", name="Show the difference").click()
    page.get_by_role("button", name="Import").wait_for()
    album.take("import, the difference")
    page.get_by_role("button", name="Import").click()
    page.get_by_text("was imported").wait_for()
    for name, path in {**FULL, **UNQUIET, **EMPTY}.items():
        if name not in BARE:
            album.visit(name, path)
    page.goto(f"{url}{HOME}new/")
    page.get_by_role("button", name="Submit").click()
    page.locator(".is-invalid").first.wait_for()
    album.take("form with errors")
    album.visit("not found", "/nowhere/")
    return album


def replace(folder: Path, album: Album) -> list[Path]:
    """Put the new pictures in the place of the old ones, once all are taken."""
    FOLDER.mkdir(exist_ok=True)
    for old in (file for theme in THEMES for file in FOLDER.glob(f"*-{theme}.png")):
        old.unlink()
    (FOLDER / "README.md").write_text(album.index())
    taken = [file for files in album.taken.values() for file in files]
    return [Path(shutil.copy(folder / file, FOLDER / file)) for file in taken]


def main() -> int:
    try:
        path = chromium()
    except NoBrowser as missing:
        sys.stderr.write(f"screenshots: {missing}\n")
        return 2
    with tempfile.TemporaryDirectory() as name, demo(Path(name)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context(viewport={"width": WIDE, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(1000 * PATIENT)
        album = walk(url, context.new_page(), Path(name))
        browser.close()
        files = replace(Path(name), album)
    size = sum(file.stat().st_size for file in files) / 1024 / 1024
    print(f"{len(files)} pictures of {len(album.taken)} pages, {size:.1f} MB, in docs/pictures.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
