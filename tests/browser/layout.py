"""How a page has to look at any width, as facts that no font can change; and that a refresh moves nothing."""

import gzip
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Page

FIRST_LOAD, REFRESH = 150_000, 10_000  # bytes, compressed
STRAY = 300  # pixels that may differ though nothing moved: edges of curves are not drawn alike each time
QUESTIONS = Path(__file__).with_suffix(".js").read_text().strip()


class Layout:
    """What is amiss on the pages that are looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: dict[int, object] = {}

    def look(self, name: str) -> list[str]:
        """The page as it is now, at the width that it has now."""
        width = self.page.evaluate("innerWidth")
        found, frame = self._jumps(), self._ask("frame")
        if frame[0] and frame != self.frames.setdefault(width, frame):
            found.append(f"the frame stands elsewhere: {frame}, not {self.frames[width]}")
        return self.glance(name) + [f"{name}, {width} px: {fact}" for fact in found]

    def glance(self, name: str) -> list[str]:
        """What no picture is needed for: whether all of it has its place."""
        return [f"{name}, {self.page.evaluate('innerWidth')} px: {fact}" for fact in self._ask("facts")]

    def weigh(self, name: str) -> list[str]:
        """How much is sent for the page, with everything that it needs, and for each refresh."""
        size = self._ask("loaded") + self._compressed(self.page.url)
        found = [f"{name}: {size} bytes at first load"] if size > FIRST_LOAD else []
        for address in self._ask("polled"):
            if (size := self._compressed(urljoin(self.page.url, address))) > REFRESH:
                found.append(f"{name}: {size} bytes at a refresh")
        return found

    def _compressed(self, address: str) -> int:
        """What the console writes itself is compressed by whoever stands before it."""
        return len(gzip.compress(self.page.request.get(address).body()))

    def _ask(self, question: str, about: object = None) -> Any:
        return self.page.evaluate(f"about => {QUESTIONS}.{question}(about)", about)

    def _jumps(self) -> list[str]:
        """Whether a refresh changes the picture, apart from the times that run: a jump comes back with each refresh."""
        if not self.page.locator("[data-live]").count():
            return []
        if self._changed() <= STRAY:
            return []
        again = self._changed()
        return [f"a refresh changes {again} pixels"] if again > STRAY else []

    def _changed(self) -> int:
        """By how many pixels a refresh changes the picture while the page says the same."""
        before = self._picture()
        self._ask("refresh")
        after = self._picture()
        if after[0] != before[0]:  # something happened just then
            return self._changed()
        differing: int = self._ask("differing", [before[1], after[1]])
        return differing

    def _picture(self) -> tuple[str, str]:
        """What the page says, and how it looks."""
        said = self._ask("still")
        taken = self.page.screenshot(animations="allow", caret="initial")  # anything else writes inline styles
        return said, b64encode(taken).decode()
