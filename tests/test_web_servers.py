"""The web servers of docs/operations.md: gunicorn, and granian, which serves the same application."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from scripts.installation import free_port
from tests import needs
from tests.processes import BASE_DIR, DEPLOYED, environment, finished, until

PAGE = (BASE_DIR / "docs" / "operations.md").read_text()
GUNICORN = "gunicorn --config deploy/gunicorn.conf.py --workers 1 --threads 1"
GRANIAN = "granian --interface wsgi --workers 2 --blocking-threads 4 --backpressure 64 --no-ws"
PAIR = "from appservers.testing import pair; pair(slug='budapest-east')"


def asked(port: int, domain: str, query: str = "", seconds: float = 5) -> tuple[int, Any] | None:
    """Status and answer to who is active there; None while nobody answers."""
    where = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/domains/{domain}/active{query}")
    where.add_header("Host", "console.example")
    try:
        with urllib.request.urlopen(where, timeout=seconds) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        return problem.code, json.load(problem)
    except OSError:
        return None


@contextmanager
def serving(words: list[str], database: str, folder: Path) -> Iterator[None]:
    """The server while it runs."""
    variables = DEPLOYED | {"DATABASE_URL": database, "HTTPS": "false", "API_OPEN": "true", "VAR_DIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=BASE_DIR,
        env=environment(**variables),
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def test_granian_serves_the_console(ready_database: str, tmp_path: Path) -> None:
    needs.granian()
    assert GRANIAN in PAGE
    port = free_port()
    words = [*GRANIAN.split(), "--host", "127.0.0.1", "--port", str(port), "contact_expert.wsgi:application"]
    with serving(words, ready_database, tmp_path):
        status, answer = until(lambda: asked(port, "nowhere"), 60) or (0, {})
        assert (status, answer["code"]) == (404, "unknown-domain")


def answered_meanwhile(port: int) -> bool | None:
    """Whether who is active was told twenty times before a question that waits for a switch had its answer."""
    _, answer = asked(port, "budapest-east") or (0, {"epoch": 0})
    with ThreadPoolExecutor() as pool:
        waits = pool.submit(asked, port, "budapest-east", f"?epoch={answer['epoch']}&wait=3", 20)
        told = [(asked(port, "budapest-east", seconds=20), waits.done()) for _ in range(20)]
        assert waits.result() is not None
    return all(found and found[1]["active_role"] == "primary" and not late for found, late in told) or None


def refused(port: int, query: str, header: str) -> tuple[int, str, Any]:
    """Status, type and body of what gunicorn does not even read."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        headers = {"Host": "console.example", "X-Long": header}
        connection.request("GET", f"/api/v1/domains/a/active?{query}", headers=headers)
        with connection.getresponse() as answer:
            return answer.status, answer.getheader("Content-Type", ""), json.load(answer)


def test_gunicorn_refuses_what_is_too_long_as_the_api_does(ready_database: str, tmp_path: Path) -> None:
    port = free_port()
    words = [*GUNICORN.split(), "--bind", f"127.0.0.1:{port}", "contact_expert.wsgi"]
    with serving(words, ready_database, tmp_path):
        assert until(lambda: asked(port, "nowhere"), 60)
        found = [refused(port, "x" * 4090, "x"), refused(port, "x", "x" * 9000), refused(port, "x" * 4010, "x")]
    assert [(status, body["status"], body["code"]) for status, _, body in found] == [
        (414, 414, "address-too-long"),
        (431, 431, "headers-too-long"),
        (400, 400, "bad-request"),
    ]
    assert {kind for _, kind, _ in found} == {"application/problem+json"}


def test_gunicorn_says_who_is_active_while_its_only_thread_waits(ready_database: str, tmp_path: Path) -> None:
    filled = finished("manage.py", "shell", "-c", PAIR, **DEPLOYED, DATABASE_URL=ready_database)
    assert filled.returncode == 0, filled.stderr
    port = free_port()
    words = [*GUNICORN.split(), "--bind", f"127.0.0.1:{port}", "contact_expert.wsgi"]
    with serving(words, ready_database, tmp_path):
        assert until(lambda: asked(port, "budapest-east"), 60)
        # Whatever memory has not looked at just now is left to the thread, as on a machine that was busy elsewhere.
        assert until(lambda: answered_meanwhile(port), 60)
