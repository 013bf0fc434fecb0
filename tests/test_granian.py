"""granian, the other web server of docs/operations.md, serves the same application."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from scripts.installation import free_port
from tests import needs
from tests.processes import BASE_DIR, DEPLOYED, environment, until

PAGE = (BASE_DIR / "docs" / "operations.md").read_text()
COMMAND = "granian --interface wsgi --workers 2 --blocking-threads 4 --backpressure 64 --no-ws"


def asked(port: int) -> tuple[int, Any] | None:
    """Status and code of the problem of a domain that is not there; None while nobody answers."""
    where = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/domains/nowhere/active")
    where.add_header("Host", "console.example")
    try:
        urllib.request.urlopen(where, timeout=5)  # noqa: S310
    except urllib.error.HTTPError as problem:
        return problem.code, json.load(problem)["code"]
    except OSError:
        return None
    return None


def test_granian_serves_the_console(ready_database: str, tmp_path: Path) -> None:
    needs.granian()
    assert COMMAND in PAGE
    port = free_port()
    words = [*COMMAND.split(), "--host", "127.0.0.1", "--port", str(port), "contact_expert.wsgi:application"]
    variables = environment(
        **DEPLOYED, DATABASE_URL=ready_database, HTTPS="false", API_OPEN="true", VAR_DIR=str(tmp_path)
    )
    process = subprocess.Popen(
        [sys.executable, "-m", *words], cwd=BASE_DIR, env=variables, stderr=subprocess.DEVNULL, process_group=0
    )
    try:
        assert until(lambda: asked(port), 60) == (404, "unknown-domain")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
