"""The console and its monitor: how they are prepared and started."""

import http.client
import sys
import time
from collections.abc import Mapping

from scripts.children import LOOK_EVERY, Child, Stop, run, start
from scripts.installation import ADDRESS, BASE_DIR

SIGN_IN = "/accounts/login/"


def manage(*words: str) -> list[str]:
    return [sys.executable, str(BASE_DIR / "manage.py"), *words]


def prepare(environment: Mapping[str, str], stop: Stop) -> None:
    """Bring the database and the static files up to date, and make the first administrator."""
    for words in (
        ("migrate", "--verbosity=0"),
        ("collectstatic", "--no-input", "--verbosity=0"),
        ("first_administrator",),
    ):
        run(words[0], manage(*words), environment, stop)


def web(environment: Mapping[str, str], port: int) -> Child:
    """Start the web server."""
    config = str(BASE_DIR / "deploy" / "gunicorn.conf.py")
    bind = f"{ADDRESS}:{port}"
    command = [sys.executable, "-m", "gunicorn", "--config", config, "--bind", bind, "--no-control-socket"]
    return start("web server", [*command, "contact_expert.wsgi"], environment)


def monitor(environment: Mapping[str, str]) -> Child:
    """Start the monitor that watches the domains and switches."""
    return start("monitor", manage("failover", "run"), environment)


def wait_until_it_serves(child: Child, port: int, stop: Stop) -> bool:
    """Whether the sign-in page came; False when asked to stop, or when the web server ended."""
    while child.alive and not stop:
        if _serves(port):
            return True
        time.sleep(LOOK_EVERY)
    return False


def _serves(port: int) -> bool:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=5)
    try:
        connection.request("GET", SIGN_IN, headers={"Host": ADDRESS})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
