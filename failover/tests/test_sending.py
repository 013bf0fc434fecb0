"""Real servers that take a notice, refuse it, hang, drip, send without end or redirect; and e-mail."""

import json
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core import mail
from standardwebhooks import Webhook

from failover.models import Channel
from failover.parcel import Outcome, Parcel
from failover.sending import NO_EMAIL, send
from failover.subscribers import new_secret
from failover.tests.listeners import closed_port, listening

SHORT = 0.5
SECRET = new_secret()
PAYLOAD = {
    "type": "test",
    "timestamp": "2026-03-01T03:00:00+00:00",
    "data": {"subject": "Győr: one\nline", "text": "Két"},
}


def parcel(address: str, *, channel: Channel = Channel.WEBHOOK) -> Parcel:
    return Parcel(uuid.uuid4(), 1, "Desk", channel, address, SECRET, (PAYLOAD,))


@contextmanager
def answering(status: int, **headers: str) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A server that answers so, and what it got."""
    got: list[tuple[dict[str, str], bytes]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def timed(sent: Parcel) -> tuple[Outcome, float]:
    began = time.monotonic()
    return send(sent, total=SHORT), time.monotonic() - began


def test_what_it_sends_can_be_verified_with_the_secret() -> None:
    with answering(204) as (address, got):
        sent = parcel(address)
        assert send(sent).delivered
    [(headers, body)] = got
    assert Webhook(SECRET).verify(body, headers) == PAYLOAD
    assert headers["webhook-id"] == str(sent.id)
    assert headers["content-type"] == "application/json"
    assert SECRET not in body.decode() + json.dumps(headers)


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_who_answers_with_a_fault_has_not_taken_it(status: int) -> None:
    with answering(status) as (address, _):
        assert send(parcel(address)).error == f"It answered {status}."


def test_a_redirect_is_not_followed() -> None:
    with answering(204) as (elsewhere, got_elsewhere), answering(307, location=elsewhere) as (address, _):
        assert send(parcel(address)).error.startswith("It answered 307; redirects are not followed.")
    assert got_elsewhere == []


def test_where_nobody_listens_it_says_so() -> None:
    assert send(parcel(f"http://127.0.0.1:{closed_port()}/")).error == "It cannot be reached: Connection refused."


def test_a_name_that_does_not_exist_is_said_too() -> None:
    assert not send(parcel("http://nowhere.invalid/"), total=5).delivered


def hangs(connection: socket.socket) -> None:
    connection.recv(65536)
    time.sleep(2)


def drips(connection: socket.socket) -> None:
    connection.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1000:
        connection.send(bytes([byte]))
        time.sleep(0.05)


def endless_headers(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.send(b"X-More: " + b"x" * 1000 + b"\r\n")


def speaks_something_else(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.send(b"220 mail.example ESMTP\r\n")


@pytest.mark.parametrize("manners", [hangs, drips, endless_headers, speaks_something_else])
def test_whoever_does_not_answer_properly_has_its_time_and_no_more(manners: Any) -> None:
    with listening(manners) as port:
        outcome, took = timed(parcel(f"http://127.0.0.1:{port}/"))
    assert not outcome.delivered
    assert took < SHORT + 1


def test_the_body_of_an_answer_is_not_waited_for() -> None:
    def endless_body(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n")
        while True:
            connection.send(b"x" * 65536)

    with listening(endless_body) as port:
        outcome, took = timed(parcel(f"http://127.0.0.1:{port}/"))
    assert outcome.delivered
    assert took < SHORT + 1


def test_a_fault_of_its_own_is_an_outcome_and_its_log_tells_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    broken = Parcel(uuid.uuid4(), 1, "Desk", Channel.WEBHOOK, "http://127.0.0.1:1/", "whsec_geheimgeheim1", (PAYLOAD,))
    assert send(broken).error == "The monitor's own fault; its log says more."
    assert "geheim" not in caplog.text
    assert "geheim" not in repr(broken)


def test_an_email_says_the_words(settings: Any) -> None:
    settings.EMAIL_IS_SET_UP = True
    sent = parcel("shift@corp.example", channel=Channel.EMAIL)
    assert send(sent).delivered
    [message] = mail.outbox
    assert (message.to, message.subject, message.body) == (["shift@corp.example"], "Győr: one line", "Két")
    assert message.extra_headers["Message-ID"] == f"<{sent.id}@contact-expert>"


def test_without_a_mail_server_it_says_that_none_is_set_up(settings: Any) -> None:
    settings.EMAIL_IS_SET_UP = False
    assert send(parcel("shift@corp.example", channel=Channel.EMAIL)).error == NO_EMAIL
    assert mail.outbox == []


def test_a_mail_server_that_refuses_is_an_outcome(settings: Any) -> None:
    settings.EMAIL_IS_SET_UP = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port()
    outcome = send(parcel("shift@corp.example", channel=Channel.EMAIL))
    assert outcome.error.startswith("The mail server did not take it: ")
