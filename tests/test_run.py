"""make run, for real: the console and the monitor start together, serve, and stop together."""

import re
import signal
import socket
import stat
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from scripts.installation import free_port
from tests.processes import Running, until

SERVES = r"Contact Expert is at http://127\.0\.0\.1:(\d+)/"

Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts scripts.run on a free port in a folder of its own; ends it after the test whatever happened."""
    started: list[Running] = []

    def start_one(**variables: str) -> Running:
        given = {"VAR_DIR": str(tmp_path / "var"), "PORT": str(free_port())} | variables
        started.append(Running("scripts.run", tmp_path / f"output-{len(started)}", **given))
        return started[-1]

    yield start_one
    for running in started:
        running.clear()


def page(running: Running, path: str = "/accounts/login/") -> str:
    port = running.wait_for(SERVES)[1]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as response:
        assert response.status == 200
        text: str = response.read().decode()
    return text


def process_of(running: Running, word: str) -> psutil.Process:
    """The direct child whose command line holds the word."""
    found = until(
        lambda: next(
            (one for one in psutil.Process(running.process.pid).children() if word in " ".join(one.cmdline())), None
        ),
        10,
    )
    assert found is not None
    return found


def test_it_serves_the_sign_in_page_and_ctrl_c_stops_everything(start: Start, scratch_database: str) -> None:
    running = start(DATABASE_URL=scratch_database)
    assert 'name="password"' in page(running)
    assert re.search(r"user admin, password \S{16}", running.text)
    assert len(running.children()) >= 4, "the web server with two workers, and the monitor"
    assert running.stop(signal.SIGINT) == 0
    assert running.left_over() == []
    assert running.text.rstrip().endswith("Stopped.")
    assert "Traceback" not in running.text


def test_a_second_run_keeps_the_data_and_prints_no_password(start: Start, tmp_path: Path) -> None:
    first = start(DJANGO_SUPERUSER_USERNAME="bea", DJANGO_SUPERUSER_PASSWORD="of her own choice")
    first.wait_for(SERVES)
    assert "user bea" in first.text
    assert "of her own choice" not in first.text
    path = tmp_path / "var" / "secret_key"
    key = path.read_text()
    assert len(key) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600, "its owner only"
    assert first.stop(signal.SIGTERM) == 0
    second = start()
    second.wait_for(SERVES)
    assert "password" not in second.text
    assert path.read_text() == key
    assert second.stop(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("word", "name"),
    [pytest.param("gunicorn", "web server", id="web"), pytest.param("failover", "monitor", id="monitor")],
)
def test_when_one_dies_the_other_is_stopped_and_it_says_which(
    start: Start, ready_database: str, word: str, name: str
) -> None:
    running = start(DATABASE_URL=ready_database)
    running.wait_for(SERVES)
    victim = process_of(running, word)
    running.children()
    victim.kill()
    assert running.process.wait(20) == 1
    assert f"The {name} ended unexpectedly, by SIGKILL." in running.text
    assert running.left_over() == []


def test_it_can_be_stopped_while_it_prepares(start: Start) -> None:
    running = start()
    process_of(running, "migrate")
    assert running.stop(signal.SIGTERM) == 0
    assert "Traceback" not in running.text


@pytest.mark.parametrize("port", ["0", "65536", "eighty", "80 80", "-1", "٣"])
def test_a_port_that_is_none_is_refused(start: Start, port: str) -> None:
    running = start(PORT=port)
    assert running.process.wait(20) == 2
    assert running.text == f"contact-expert: PORT is “{port}”. Set it to a number from 1 to 65535.\n"


def test_a_port_in_use_is_refused(start: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        running = start(PORT=str(port))
        assert running.process.wait(20) == 2
    assert running.text.startswith(f"contact-expert: Port {port} is in use by another program.")
    assert running.text.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_refused(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    running = start(VAR_DIR=str(tmp_path / "file" / "var"))
    assert running.process.wait(20) == 1
    assert running.text == (
        f"contact-expert: The folder {tmp_path}/file/var cannot be created (Not a directory). Set VAR_DIR to another.\n"
    )


def test_a_database_that_is_away_is_told_in_one_line(start: Start) -> None:
    running = start(DATABASE_URL=f"postgresql://clerk:geheim@127.0.0.1:{free_port()}/contact_expert")
    assert running.process.wait(20) == 3
    assert "Connection refused. Start it, or mend DATABASE_URL." in running.text
    assert running.text.count("\n") == 1
    assert "geheim" not in running.text
