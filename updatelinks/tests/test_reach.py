"""Whether a URL answers: asked for real, of a server in this process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from updatelinks import reach

ANSWERS = {
    "/ok": (200, {"Content-Length": "1234567"}),
    "/moved": (302, {"Location": "https://dl.example.com/elsewhere"}),
    "/odd": (302, {"Location": "file:///etc/passwd"}),
    "/refused": (405, {}),
    "/missing": (404, {}),
}
asked: list[str] = []


def anywhere(host: str, port: int) -> str:
    """The servers of these tests are on this machine, which is not asked otherwise."""
    return host


class Handler(BaseHTTPRequestHandler):
    """Answers HEAD as the table says."""

    def do_HEAD(self) -> None:
        asked.append(f"{self.command} {self.path}")
        status, headers = ANSWERS[self.path.partition("?")[0]]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def server() -> Iterator[str]:
    asked.clear()
    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()
    thread.join()
    served.server_close()


@pytest.mark.parametrize(
    ("path", "look", "sentence"),
    [
        pytest.param("/ok?a=b", reach.ANSWERS, "It answers (200), 1,234,567 bytes.", id="answers"),
        pytest.param("/moved", reach.MOVED, "It redirects (302) to https://dl.example.com/elsewhere", id="redirects"),
        pytest.param("/odd", reach.FAILS, "It redirects to “file”, which agents do not follow.", id="to no URL"),
        pytest.param("/refused", reach.UNCLEAR, "It refuses this kind of question (405)", id="no HEAD"),
        pytest.param("/missing", reach.FAILS, "It answers with 404 Not Found.", id="missing"),
    ],
)
def test_it_says_what_a_url_answers(path: str, look: object, sentence: str, server: str) -> None:
    found = reach.reach(server + path, resolve=anywhere)
    assert (found.look, found.sentence.startswith(sentence)) == (look, True), found.sentence
    assert asked == [f"HEAD {path}"]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param("ftp://127.0.0.1/", "It cannot be asked: only http and https are asked.", id="another scheme"),
        pytest.param("http://169.254.169.254/latest", "169.254.169.254 is not an address", id="a cloud's secrets"),
        pytest.param("http://[::ffff:169.254.169.254]/", "is not an address that updates", id="the same in IPv6"),
        pytest.param("http://[fd00:ec2::254]/", "fd00:ec2::254 is not an address", id="a cloud's secrets by IPv6"),
        pytest.param("http://100.100.100.200/", "100.100.100.200 is not an address", id="another cloud's"),
        pytest.param("http://168.63.129.16/", "168.63.129.16 is not an address", id="and another's"),
        pytest.param("http://127.0.0.1/", "127.0.0.1 is not an address", id="itself"),
        pytest.param("http://[::1]/", "::1 is not an address", id="itself by IPv6"),
        pytest.param("http://0.0.0.0/", "0.0.0.0 is not an address", id="any address"),
        pytest.param("http://name.invalid/", "Its host name does not resolve from here.", id="an unknown name"),
    ],
)
def test_it_does_not_ask(url: str, sentence: str) -> None:
    found = reach.reach(url)
    assert found.look is reach.FAILS
    assert sentence in found.sentence


def test_it_waits_no_longer_than_it_may() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        found = reach.reach_all([url, url], timeout=0.2, resolve=anywhere)
    assert [one.sentence for one in found] == ["It did not answer within 0.2 s."] * 2


def test_who_drips_is_not_waited_for_either() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=drip, args=(server,))
        dripping.start()
        started = time.monotonic()
        found = reach.reach(f"http://127.0.0.1:{server.getsockname()[1]}/", timeout=0.5, resolve=anywhere)
        assert found.sentence == "It did not answer within 0.5 s."
        assert time.monotonic() - started < 3
        dripping.join(10)


def drip(server: socket.socket) -> None:
    """Answer one byte at a time, without an end, until the other side has enough."""
    connected, _ = server.accept()
    with connected, suppress(OSError):
        connected.sendall(b"HTTP/1.1 200 OK\r\nX-Drops: ")
        for _ in range(200):
            connected.sendall(b".")
            time.sleep(0.05)


def test_it_says_that_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert "refused" in reach.reach(f"http://127.0.0.1:{port}/", resolve=anywhere).sentence


def test_a_server_that_speaks_no_tls_fails(server: str) -> None:
    found = reach.reach(server.replace("http:", "https:"), timeout=1, resolve=anywhere)
    assert found.look is reach.FAILS


def test_nothing_to_ask_is_no_trouble() -> None:
    assert reach.reach_all([]) == []
