"""The web server's worker gives short answers itself, whatever its threads are busy with; there is one thread here."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import psutil
import pytest

from api.fast import SHORT
from contact_expert.lingering import LONGEST
from contact_expert.worker import LONGEST as WHOLE
from contact_expert.worker import LONGEST_ANSWER
from tests.processes import Running
from tests.quick import LONG

WORKER = ("--worker-class", "contact_expert.worker.Worker", "--workers", "1", "--threads", "1", "--no-control-socket")
PATIENCE = 10.0
HIDDEN = b"GET /api/quick?hidden HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """gunicorn with the application of quick.py."""
    with started(tmp_path_factory.mktemp("worker") / "output", "--access-logfile", "-") as process:
        yield process


@contextmanager
def started(output: Path, *options: str) -> Iterator[Running]:
    process = Running("gunicorn", output, *WORKER, *options, "--bind", "127.0.0.1:0", "tests.quick:application")
    try:
        process.wait_for("Booting worker")
        yield process
        assert process.stop() == 0
    finally:
        process.clear()


@pytest.fixture(scope="module")
def server(running: Running) -> int:
    """Its port."""
    return port_of(running)


def port_of(process: Running) -> int:
    return int(process.wait_for(r"Listening at: http://127\.0\.0\.1:(\d+)")[1])


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


def test_the_access_log_tells_of_answers_of_both_kinds(running: Running, connection: HTTPConnection) -> None:
    get(connection, "/api/quick?logged")
    get(connection, "/api/thread?logged")
    running.wait_for(r'127\.0\.0\.1 .*"GET /api/quick\?logged HTTP/1\.1" 200 15 ', PATIENCE)
    running.wait_for(r'127\.0\.0\.1 .*"GET /api/thread\?logged HTTP/1\.1" 200 16 ', PATIENCE)


def test_with_hooks_threads_give_all_answers(tmp_path: Path) -> None:
    config = tmp_path / "gunicorn.conf.py"
    config.write_text("def post_request(worker, req, environ, resp):\n    worker.log.warning('Hooked %s', req.path)\n")
    with started(tmp_path / "output", "--config", str(config)) as process:
        connection = HTTPConnection("127.0.0.1", port_of(process), timeout=PATIENCE)
        assert get(connection, "/api/quick") == "a thread, "
        process.wait_for("Hooked /api/quick", PATIENCE)
        connection.close()


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


def test_what_cannot_be_answered_at_once_because_of_a_fault_is_logged(
    running: Running, connection: HTTPConnection
) -> None:
    connection.request("GET", "/api/broken")
    assert connection.getresponse().status == 500
    running.wait_for(r"A request could not be answered at once\.\nTraceback", PATIENCE)


def test_no_answer_that_the_console_gives_at_once_is_too_long_for_the_worker() -> None:
    """It would be charged, and then given by a thread that charges it again."""
    assert SHORT <= LONGEST_ANSWER


def test_a_long_answer_is_given_by_a_thread_as_nobody_knows_when_it_is_taken(connection: HTTPConnection) -> None:
    assert get(connection, "/api/long") == f"a thread, {LONG.decode()}"


@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param("Content-Length: 43", HIDDEN, id="with-its-length"),
        pytest.param("Transfer-Encoding: chunked", b"2b\r\n%b\r\n0\r\n\r\n" % HIDDEN, id="in-chunks"),
    ],
)
def test_a_body_that_comes_late_is_not_taken_for_a_request(
    server: int, connection: HTTPConnection, header: str, body: bytes
) -> None:
    with opened(server) as client:
        client.sendall(f"GET /api/quick HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n".encode())
        for _ in range(3):
            get(connection, "/api/quick")  # the head was looked at by then
        client.sendall(body)
        assert read(client) == b"a thread, " + HIDDEN
        client.sendall(b"GET /api/quick?next HTTP/1.1\r\nHost: a\r\n\r\n")
        assert read(client) == b"at once, next"


def test_who_does_not_close_after_the_last_answer_holds_nobody_up(server: int) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(opened(server)) for _ in range(5)]
        for client in clients:
            client.settimeout(LONGEST - 0.2)  # gunicorn would wait so long for each of them
            client.sendall(b"GET /api/thread HTTP/1.0\r\n\r\n")
        for client in clients:
            assert whole(client).endswith(b"a thread, ")
        last = HTTPConnection("127.0.0.1", server, timeout=LONGEST - 0.2)
        assert get(last, "/api/quick") == "at once, "
        last.close()


def test_without_room_for_another_connection_it_goes_on(server: int, running: Running) -> None:
    (worker,) = running.children()
    usual = worker.rlimit(psutil.RLIMIT_NOFILE)
    with ExitStack() as stack:
        worker.rlimit(psutil.RLIMIT_NOFILE, (worker.num_fds() + 3, usual[1]))
        for _ in range(10):
            stack.enter_context(opened(server))
        running.wait_for("No room for another connection: .*Too many open files")
    worker.rlimit(psutil.RLIMIT_NOFILE, usual)
    with opened(server) as client:
        client.sendall(b"GET /api/quick HTTP/1.1\r\nHost: a\r\n\r\n")
        assert read(client) == b"at once, "
    assert running.children() == [worker]


def test_a_silent_connection_is_closed(server: int, connection: HTTPConnection) -> None:
    with opened(server) as client:
        assert client.recv(1) == b""
    assert get(connection, "/api/quick") == "at once, "


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[int]:
    """The port of a server that keeps three connections, and has room for a fourth."""
    with started(tmp_path / "output", "--worker-connections", "4") as process:
        yield port_of(process)


def kept(port: int, stack: ExitStack) -> HTTPConnection:
    """A connection that was answered."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    stack.callback(connection.close)
    assert get(connection, "/api/quick") == "at once, "
    return connection


def test_who_hangs_up_frees_the_place_even_while_all_threads_are_busy(crowded: int) -> None:
    with ExitStack() as stack:
        slow = stack.enter_context(opened(crowded))
        slow.sendall(b"GET /api/slow HTTP/1.1\r\nHost: a\r\n\r\n")
        for _ in range(3):
            kept(crowded, stack).close()
        assert get(kept(crowded, stack), "/api/release") == "at once, "
        assert read(slow) == b"a thread, "


def test_kept_connections_stay_open_at_their_next_request(crowded: int) -> None:
    with ExitStack() as stack:
        for connection in [kept(crowded, stack) for _ in range(3)]:
            connection.request("GET", "/api/quick")
            assert connection.getresponse().headers["Connection"] == "keep-alive"


def test_an_answer_is_not_torn_away_by_what_came_behind_the_last_request(crowded: int) -> None:
    with ExitStack() as stack:
        for _ in range(3):
            kept(crowded, stack)
        client = stack.enter_context(opened(crowded))
        head = b"GET /api/quick HTTP/1.1\r\nHost: a\r\nX-Long: "
        client.sendall(head + b"x" * (WHOLE - len(head) - 4) + b"\r\n\r\n" + HIDDEN)
        told = whole(client)
        assert b"Connection: close" in told
        assert told.endswith(b"at once, ")
