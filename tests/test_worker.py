"""The web server's worker gives short answers itself, whatever its threads are busy with; there is one thread here."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse

import pytest

from scripts.installation import free_port
from tests.processes import Running
from tests.quick import LONG

WORKER = ("--worker-class", "contact_expert.worker.Worker", "--workers", "1", "--threads", "1", "--no-control-socket")
PATIENCE = 10.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of gunicorn with the application of quick.py."""
    port, folder = free_port(), tmp_path_factory.mktemp("worker")
    running = Running("gunicorn", folder / "output", *WORKER, "--bind", f"127.0.0.1:{port}", "tests.quick:application")
    try:
        running.wait_for("Booting worker")
        yield port
        assert running.stop() == 0
    finally:
        running.clear()


@pytest.fixture
def connection(server: int) -> Iterator[HTTPConnection]:
    made = HTTPConnection("127.0.0.1", server, timeout=PATIENCE)
    yield made
    made.close()


def get(connection: HTTPConnection, path: str) -> str:
    connection.request("GET", path)
    return connection.getresponse().read().decode()


def opened(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def whole(client: socket.socket) -> bytes:
    """All that comes before the server closes."""
    return b"".join(iter(lambda: client.recv(4096), b""))


def read(client: socket.socket) -> bytes:
    """The body of the answer that is next on this connection."""
    response = HTTPResponse(client)
    response.begin()
    return response.read()


def test_a_short_answer_does_not_wait_for_a_thread(server: int, connection: HTTPConnection) -> None:
    with opened(server) as slow:
        slow.sendall(b"GET /api/slow HTTP/1.1\r\nHost: a\r\n\r\n")
        assert get(connection, "/api/quick?1") == "at once, 1"
        assert get(connection, "/api/quick?2") == "at once, 2"
        get(connection, "/api/release")
        assert read(slow) == b"a thread, "


def test_connections_that_say_nothing_take_no_thread(server: int, connection: HTTPConnection) -> None:
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(opened(server))
        connection.timeout = 3.0  # gthread would wait five seconds for each of them
        assert get(connection, "/api/thread") == "a thread, "


def test_answers_of_both_kinds_share_a_connection(connection: HTTPConnection) -> None:
    for number in range(3):
        assert get(connection, f"/api/quick?{number}") == f"at once, {number}"
        first = connection.sock
        connection.request("POST", "/api/quick", body=b"with a body")
        assert connection.getresponse().read() == b"a thread, with a body"
        assert get(connection, "/api/thread") == "a thread, "
        assert connection.sock is first


def test_the_head_of_an_answer_has_no_body(connection: HTTPConnection) -> None:
    connection.request("HEAD", "/api/quick")
    response = connection.getresponse()
    assert (response.read(), response.headers["Content-Length"]) == (b"", "9")
    assert get(connection, "/api/quick") == "at once, "


def test_requests_sent_together_are_answered_in_their_order(server: int) -> None:
    asked = [f"GET /api/quick?{number}; HTTP/1.1\r\nHost: a\r\n" for number in range(3)]
    with opened(server) as client:
        client.sendall("\r\n".join([*asked, "Connection: close\r\n\r\n"]).encode())
        assert re.findall(rb", (\d);", whole(client)) == [b"0", b"1", b"2"]


def test_a_request_may_come_in_parts(server: int) -> None:
    with opened(server) as client:
        client.sendall(b"GET /api/quick?1 HTTP/1.1\r\nHo")
        client.sendall(b"st: a\r\n\r\n")
        assert read(client).endswith(b", 1")


@pytest.mark.parametrize(
    "request_line",
    [
        pytest.param("GET /api/quick HTTP/1.1\r\nHost: a\r\nConnection: close", id="asked-to-close"),
        pytest.param("GET /api/quick HTTP/1.0\r\nHost: a", id="of-http-1.0"),
    ],
)
def test_the_connection_is_closed_where_the_client_expects_it(server: int, request_line: str) -> None:
    with opened(server) as client:
        client.sendall(f"{request_line}\r\n\r\n".encode())
        told = whole(client)
    assert told.endswith(b"at once, ")
    assert b"Connection: close" in told


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"GET /api/quick HTTP/9.9\r\nHost: a\r\n\r\n", b"400", id="no-such-version"),
        pytest.param(b"GET /api/quick HTTP/1.1\r\nHost a\r\n\r\n", b"400", id="no-header"),
        pytest.param(b"GET /api/broken HTTP/1.1\r\nHost: a\r\n\r\n", b"500", id="fault-of-the-application"),
    ],
)
def test_what_is_wrong_gets_its_answer_from_a_thread(
    server: int, connection: HTTPConnection, sent: bytes, status: bytes
) -> None:
    with opened(server) as client:
        client.sendall(sent)
        assert client.recv(4096).split()[1] == status
    assert get(connection, "/api/quick") == "at once, "


def test_who_does_not_take_the_answer_holds_nobody_up(server: int, connection: HTTPConnection) -> None:
    with opened(server) as client:
        client.sendall(b"GET /api/long HTTP/1.1\r\nHost: a\r\n\r\n")
        assert get(connection, "/api/quick") == "at once, "
        assert len(whole(client)) < len(LONG)


def test_a_silent_connection_is_closed(server: int, connection: HTTPConnection) -> None:
    with opened(server) as client:
        assert client.recv(1) == b""
    assert get(connection, "/api/quick") == "at once, "
