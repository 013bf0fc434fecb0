"""make demo, for real: three domains with local naming services, and a failover within half a minute of serving."""

import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import installation
from tests import needs
from tests.processes import Running

SERVES = r"Contact Expert is at http://127\.0\.0\.1:\d+/"
SWITCHED = r"Budapest East: SWITCHED from Primary to Secondary \(automatic failover, epoch 1\)"


@pytest.fixture
def without_omninames(tmp_path: Path) -> str:
    """A search path without omniNames, so that the demo takes its own responder."""
    return str(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the demo makes its folder; short, because it holds sockets."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


def play(folder: Path, last: str, **variables: str) -> tuple[str, list[str]]:
    """The demo up to its last word, within half a minute of serving, then Ctrl-C; its output, and what it ran."""
    place = folder / "temporary"
    place.mkdir()
    port = str(installation.free_port())
    running = Running("scripts.demo", folder / "output", PORT=port, TMPDIR=str(place), **variables)
    try:
        running.wait_for(SERVES)
        served = time.monotonic()
        running.wait_for(last)
        assert time.monotonic() - served < 30
        ran = [" ".join(child.cmdline()) for child in running.children()]
        assert running.stop(signal.SIGINT) == 0
    finally:
        running.clear()
    assert running.left_over() == []
    assert not list(place.glob("contact-expert-demo-*")), "the data is removed"
    assert "Traceback" not in running.text
    return running.text, ran


def test_the_demo_fails_over_and_says_how_to_kill_each_server(folder: Path) -> None:
    needs.omninames()
    text, _ = play(folder, SWITCHED)
    assert len(re.findall(r"127\.0\.0\.1:\d+ +pid (\d+) +kill \1\n", text)) == 5
    assert "the demo itself ends Budapest East, primary" in text
    assert "omniNames -start" in text


def test_the_demo_needs_no_omninames(folder: Path, without_omninames: str) -> None:
    _, ran = play(folder, r"Budapest East: steady", PATH=without_omninames)
    assert sum("scripts.responder" in command for command in ran) == 5


def test_the_demo_takes_no_port_that_is_in_use(folder: Path) -> None:
    running = Running("scripts.demo", folder / "output", PORT="0", TMPDIR=os.fspath(folder))
    assert running.process.wait(20) == 2
    assert running.text == "contact-expert: PORT is “0”. Set it to a number from 1 to 65535.\n"
    assert not list(folder.glob("contact-expert-demo-*"))
