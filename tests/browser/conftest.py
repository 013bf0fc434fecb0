"""A real console in real processes, and a real browser in front of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from scripts.installation import free_port
from tests.conftest import new_database
from tests.needs import chromium
from tests.processes import DEPLOYED, Running, finished

USER, PASSWORD = "administrator", "correct horse battery"
EMPTY = """
from appservers.models import Domain
from appservers.services import delete_domain
for domain in Domain.objects.all():
    delete_domain(domain=domain, typed_name=domain.name)
"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@dataclass
class Console:
    """The console's address, its process and database, and what the browser complained about."""

    url: str
    running: Running
    database: str
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Collect script errors, broken rules of the content security policy, failed and foreign requests."""
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("console", self._hear)
        page.on("request", self._see)

    def manage(self, *words: str) -> None:
        """Run a manage.py command on the console's database."""
        done = finished("manage.py", *words, **DEPLOYED, DATABASE_URL=self.database)
        assert done.returncode == 0, done.stderr

    def _hear(self, line: ConsoleMessage) -> None:
        if line.type == "error":
            self.complaints.append(f"console: {line.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.complaints.append(f"foreign request: {request.url}")

    def sign_in(self, page: Page) -> None:
        """Sign in as the first administrator."""
        page.goto(self.url)
        page.get_by_label("User name").fill(USER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Overview").wait_for()
        page.goto(f"{self.url}/infrastructure/application-servers/")


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium without a window; for one test, because its event loop keeps Django from the database meanwhile."""
    path = chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory, migrated_database: str) -> Iterator[Console]:
    """What `make run` starts, for all tests of this worker: a start costs as much as a story."""
    folder = tmp_path_factory.mktemp("console")
    with new_database(folder, like=migrated_database) as database:
        running = Running(
            "scripts.run",
            folder / "output",
            DATABASE_URL=database,
            DJANGO_SUPERUSER_PASSWORD=PASSWORD,
            DJANGO_SUPERUSER_USERNAME=USER,
            PORT=str(free_port()),
            VAR_DIR=str(folder / "var"),
        )
        served = running.wait_for(r"Contact Expert is at (http://127\.0\.0\.1:\d+)/")
        yield Console(served[1], running, database)
        running.stop()
        running.clear()


@pytest.fixture
def console(installation: Console) -> Iterator[Console]:
    """The console without any domain, and no complaint yet."""
    yield installation
    installation.complaints.clear()
    installation.manage("shell", "-v0", "-c", EMPTY)


@pytest.fixture
def page(browser: Browser, console: Console) -> Iterator[Page]:
    """A window in which nobody has signed in; at the end nothing may have gone wrong in it."""
    # Without motion: a page that still glides to where somebody scrolled it is clicked beside what was meant.
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    console.watch(opened)
    yield opened
    context.close()
    assert console.complaints == []


Listen = Callable[[int], Running]


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[Listen]:
    """Starts a naming service of our own on a port; whatever still runs is killed at the end."""
    started: list[Running] = []

    def start(port: int) -> Running:
        started.append(Running("scripts.responder", tmp_path / f"responder-{len(started)}", str(port)))
        return started[-1]

    yield start
    for running in started:
        running.clear()
