"""HAProxy and nginx, set up as docs/api.md shows, send calls to the server that is active."""

import http.server
import os
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from scripts.installation import free_port
from tests import needs
from tests.processes import until

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "api.md").read_text()
HAPROXY = """global
    maxconn 100
defaults
    mode http
    timeout connect 2s
    timeout client 2s
    timeout server 2s
"""
NGINX = """{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
uwsgi_temp_path {folder}; scgi_temp_path {folder};
{sites} }}
"""


class Console(http.server.BaseHTTPRequestHandler):
    """The console as far as load balancers ask it, with the name and the token that the page shows."""

    active = "primary"
    failing = 0  # the status of every answer, if it is not to be the right one
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        known = self.headers["Host"] == "console.example" and self.headers["Authorization"] == "Bearer TOKEN"
        right = self.path == f"/api/v1/domains/budapest-east/is-active?role={self.active}"
        self.send_response(self.failing or ((200 if right else 503) if known else 400))
        self.send_header("Cache-Control", "private, max-age=1")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


def server(name: str) -> type[http.server.BaseHTTPRequestHandler]:
    """An application server that says which one it is."""

    class Server(Console):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(name)))
            self.end_headers()
            self.wfile.write(name.encode())

    return Server


@contextmanager
def served(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    """The port on which it answers."""
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield listening.server_address[1]
    finally:
        listening.shutdown()
        listening.server_close()


@contextmanager
def running(*command: str) -> Iterator[None]:
    """The process while it runs."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def shown(start: str) -> str:
    """The block of the page that starts so."""
    found = re.search(rf"^```\n({re.escape(start)}.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found, start
    return found[1]


@pytest.fixture
def ports() -> Iterator[dict[str, int]]:
    """A console, two servers, and a free port for the load balancer."""
    Console.active, Console.failing = "primary", 0
    with ExitStack() as stack:
        found = {"console": stack.enter_context(served(Console))}
        found |= {name: stack.enter_context(served(server(name))) for name in ("primary", "secondary")}
        yield found | {"front": free_port()}


def told(port: int) -> str:
    """Who answers behind the load balancer; empty while nobody does."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def switches(port: int) -> None:
    """Calls go to the primary server, and to the secondary one once that is active."""
    assert until(lambda: told(port) == "primary" or None, 30)
    Console.active = "secondary"
    assert until(lambda: told(port) == "secondary" or None, 30)


class Gate(Console):
    """The console as far as a gate asks it: it lets 10.2 in, denies 9, and understands nothing else.

    For some versions its token is not what it should be.
    """

    asked_for = ""
    statuses: ClassVar = {"10.2": 204, "9": 403, "expired": 401, "another-scope": 403}

    def do_GET(self) -> None:
        known = self.headers["Host"] == "console.example" and self.headers["Authorization"] == "Bearer TOKEN"
        where = "/api/v1/domains/budapest-east/admission/gate?component=Agent%20Application&version="
        reported = self.path.removeprefix(where)
        Gate.asked_for = self.headers["X-Forwarded-For"]
        self.send_response(self.statuses.get(reported, 422) if known else 400)
        if reported == "9":
            self.send_header("Contact-Expert-Decision", "deny")
        self.send_header("Contact-Expert-Update-Url", "https://sw.corp.example/10.2")
        self.send_header("Content-Length", "0")
        self.end_headers()


def test_haproxy_follows_a_switch(tmp_path: Path, ports: dict[str, int]) -> None:
    program = needs.haproxy()
    text = shown("backend budapest-east").replace("10.0.0.5 port 8000", f"127.0.0.1 port {ports['console']}")
    text = text.replace("ce-a.corp.example:443", f"127.0.0.1:{ports['primary']}")
    text = text.replace("ce-b.corp.example:443", f"127.0.0.1:{ports['secondary']}")
    path = tmp_path / "haproxy.cfg"
    path.write_text(HAPROXY + text.replace("bind :443", f"bind 127.0.0.1:{ports['front']}"))
    with running(program, "-f", str(path)):
        switches(ports["front"])


@contextmanager
def nginx(folder: Path, sites: str, ports: dict[str, int]) -> Iterator[None]:
    """nginx with these sites while it runs, their hosts being those of the test."""
    program = needs.nginx()
    sites = sites.replace("https://console.example", f"http://127.0.0.1:{ports['console']}")
    sites = sites.replace("https://ce-a.corp.example", f"http://127.0.0.1:{ports['primary']}")
    sites = sites.replace("https://ce-b.corp.example", f"http://127.0.0.1:{ports['secondary']}")
    user = "user root;" if os.geteuid() == 0 else ""  # nobody else sees the test's folder
    path = folder / "nginx.conf"
    path.write_text(NGINX.format(user=user, folder=folder, sites=sites))
    with running(program, "-e", str(folder / "log"), "-c", str(path)):
        yield


def test_nginx_follows_a_switch(tmp_path: Path, ports: dict[str, int]) -> None:
    with nginx(tmp_path, active_page(tmp_path, ports["front"]), ports):
        switches(ports["front"])


def active_page(folder: Path, port: int) -> str:
    """The page's set-up of nginx for a site on this port."""
    text = shown("proxy_cache_path").replace("/var/cache/nginx/active", str(folder / "cache"))
    return text.replace("server {", f"server {{ listen 127.0.0.1:{port};")


@pytest.mark.parametrize("status", [401, 403, 404, 429, 503])
def test_nginx_sends_nobody_to_the_standby_when_the_console_gives_no_answer(
    tmp_path: Path, ports: dict[str, int], status: int
) -> None:
    Console.failing = status
    with nginx(tmp_path, active_page(tmp_path, ports["front"]), ports):
        assert until(lambda: told(ports["front"]) or None, 30) == "primary"


def test_nginx_sends_nobody_to_the_standby_when_the_console_was_never_there(
    tmp_path: Path, ports: dict[str, int]
) -> None:
    with nginx(tmp_path, active_page(tmp_path, ports["front"]), ports | {"console": free_port()}):
        assert until(lambda: told(ports["front"]) or None, 30) == "primary"


def test_nginx_keeps_to_the_active_server_when_the_console_goes_away(tmp_path: Path, ports: dict[str, int]) -> None:
    with ExitStack() as console:
        ports["console"] = console.enter_context(served(Console))
        with nginx(tmp_path, active_page(tmp_path, ports["front"]), ports):
            switches(ports["front"])
            console.close()
            time.sleep(1.5)  # longer than an answer is kept
            assert [told(ports["front"]) for _ in range(3)] == ["secondary"] * 3


def test_nginx_asks_the_gate_and_keeps_out_whom_it_denies(tmp_path: Path, ports: dict[str, int]) -> None:
    with served(Gate) as gate:
        text = f"server {{ listen 127.0.0.1:{ports['front']};\n{shown('location /agents/')} }}"
        with nginx(tmp_path, text, ports | {"console": gate}):
            assert until(lambda: at_the_gate(ports["front"], "10.2")[0] == 200 or None, 30)
            assert at_the_gate(ports["front"], "9") == (403, "https://sw.corp.example/10.2")
            for version in ("what%20is%20this", "expired", "another-scope"):
                assert at_the_gate(ports["front"], version)[0] == 200, version
            assert Gate.asked_for == "127.0.0.1"


def at_the_gate(port: int, version: str) -> tuple[int, str | None]:
    """Status and update that an agent of this version gets; 0 while nobody answers."""
    try:
        asked = urllib.request.Request(  # an agent that would like to be taken for one inside
            f"http://127.0.0.1:{port}/agents/?version={version}", headers={"X-Forwarded-For": "10.9.9.9"}
        )
        with urllib.request.urlopen(asked, timeout=2) as answer:  # noqa: S310
            return int(answer.status), answer.headers["Contact-Expert-Update-Url"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Contact-Expert-Update-Url"]
    except OSError:
        return 0, None
