"""What the worker reads and writes itself, gunicorn reads and writes alike; what it does not read is gunicorn's."""

from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http import get_parser
from gunicorn.http.wsgi import create
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contact_expert.heads import Environ, Known, ends, read, schemes, started, written

CFG = Config()
CLIENT, STRANGER, SERVER = ("127.0.0.1", 50_000), ("192.0.2.7", 50_000), ("127.0.0.1", 8000)
OF_THE_REQUEST = {"wsgi.errors", "wsgi.input", "gunicorn.socket", "wsgi.early_hints"}

METHODS = st.sampled_from(["GET", "HEAD", "get", "POST", "OPTIONS"])
PATHS = st.one_of(
    st.sampled_from(["/api/v1/domains/a/active", "/api/", "//api/x", "/api//x", "/api/%41", "http://a/api/", "/api/é"]),
    st.text("ab/.:;@[]%?#&= \\\"'<>\t\x7f", max_size=12).map("/api/{}".format),
)
VERSIONS = st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1", ""])
NAMES = st.one_of(
    st.sampled_from(["Host", "Authorization", "Connection", "connection", "Content-Length", "Content-Type", "Expect"]),
    st.sampled_from(["Transfer-Encoding", "TE", "Upgrade", "X_Real", "Script-Name", "Content_Length"]),
    st.sampled_from(["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-SSL", "X-Forwarded-Protocol"]),
    st.text("aZ09-_!:\t é", max_size=4),
)
VALUES = st.one_of(
    st.sampled_from(["close", "Keep-Alive", "close, te", "https", "on", "ssl", "0", "chunked", "100-continue", ""]),
    st.text('aB1 \t,;:"\\\r\n\x00\x7fé', max_size=6),
)
BREAKS = st.sampled_from(["\r\n"] * 12 + ["\n", "\r", "\r\n ", "\r\n\r\n"])
PLAIN = (
    b"GET /api/v1/domains/a/admission?component=Agent%20Application&version=10.2 HTTP/1.1\r\n"
    b"Host: console.example\r\nAuthorization: Bearer token\r\n"
    b"X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
)


@st.composite
def heads(draw: st.DrawFn) -> bytes:
    """A head, mostly well-formed, with what a head may have and must not have."""
    parts = [f"{draw(METHODS)} {draw(PATHS)} {draw(VERSIONS)}{draw(BREAKS)}"]
    for _ in range(draw(st.integers(0, 4))):
        parts.append(f"{draw(NAMES)}:{draw(st.sampled_from(['', ' ', '  ']))}{draw(VALUES)}{draw(BREAKS)}")
    return "".join([*parts, draw(BREAKS)]).encode("latin-1")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A plain head of which a part was replaced."""
    start = draw(st.integers(0, len(PLAIN)))
    end = draw(st.integers(start, min(len(PLAIN), start + 3)))
    return PLAIN[:start] + draw(st.binary(max_size=3)) + PLAIN[end:]


def ours(data: bytes, client: tuple[str, int] = CLIENT) -> Environ | None:
    both = {"REMOTE_ADDR": client[0], "REMOTE_PORT": str(client[1]), "SERVER_NAME": SERVER[0], "SERVER_PORT": "8000"}
    return read(data, Known(started(CFG) | both, schemes(CFG, client[0])))


def theirs(data: bytes, client: tuple[str, int] = CLIENT, sock: Any = None) -> tuple[Any, Any, Environ]:
    """gunicorn's request, response and environ."""
    request: Any = next(get_parser(CFG, [data], client))
    response, environ = create(request, sock, client, SERVER, CFG)
    return request, response, dict(environ)


@settings(max_examples=500)
@example(b"GET /api/\t HTTP/1.1\r\n\r\n", CLIENT)
@example(b"GET /api/a%20b?c HTTP/1.1\r\n\r\n", CLIENT)
@example(b"GET /api/a?b#c HTTP/1.1\r\n\r\n", CLIENT)
@example(b"GET /api/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", CLIENT)
@example(b"GET /api/ HTTP/1.1\r\nConnection: Close\r\n\r\n", CLIENT)
@given(heads() | damaged(), st.sampled_from([CLIENT, STRANGER]))
def test_whatever_is_read_says_to_gunicorn_the_same(data: bytes, client: tuple[str, int]) -> None:
    environ = ours(data, client)
    if environ is None:
        return
    request, _, expected = theirs(data, client)
    shared = {name: value for name, value in environ.items() if name not in OF_THE_REQUEST}
    assert shared == {name: value for name, value in expected.items() if name not in OF_THE_REQUEST} | {
        "wsgi.multithread": True
    }
    assert ends(environ) is request.should_close()
    assert request.body.read() == request.unreader.take_buffered() == environ["wsgi.input"].read() == b""


@pytest.mark.parametrize(("client", "scheme"), [(CLIENT, "https"), (STRANGER, "http")])
def test_a_plain_head_is_read_and_only_a_trusted_proxy_is_believed(client: tuple[str, int], scheme: str) -> None:
    environ = ours(PLAIN, client)
    assert environ is not None
    assert environ["wsgi.url_scheme"] == scheme
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.9"


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Length: 3",
        b"Transfer-Encoding: chunked",
        b"Expect: 100-continue",
        b"Upgrade: h2c",
        b"Host: other.example",  # a second one
        b"Content-Type: text/plain",
        b"X_Real_IP: 192.0.2.1",
        b"X-Forwarded-SSL: off",  # and Proto says https
        b" folded",
        b"Nothing",
        b"Name : spaced",
        b"Bare: line\nfeed",
        "Name: é".encode(),
    ],
)
def test_what_could_be_read_in_two_ways_is_left_to_gunicorn(line: bytes) -> None:
    assert ours(PLAIN.replace(b"Connection: close", line)) is None


def test_more_fields_than_gunicorn_takes_are_not_read() -> None:
    fields = b"".join(b"X-%d: a\r\n" % number for number in range(95))
    assert ours(PLAIN[:-2] + fields + b"\r\n") is not None
    assert ours(PLAIN[:-2] + fields + b"X: a\r\n\r\n") is None


def test_a_field_that_gunicorn_would_not_take_for_that_of_a_proxy_is_none() -> None:
    cfg = Config()
    cfg.set("secure_scheme_headers", {"X_HTTPS": "on", "X-SSL": "1"})
    assert schemes(cfg, CLIENT[0]) == {"HTTP_X_SSL": "1"}


@pytest.mark.parametrize("end", [1, 2, 3])
def test_a_head_that_has_not_come_whole_is_not_read(end: int) -> None:
    assert ours(PLAIN[:-end]) is None
    assert ours(PLAIN + PLAIN[:end]) is None


@pytest.mark.parametrize("protocol", ["HTTP/1.1", "HTTP/1.0"])
@pytest.mark.parametrize("last", [True, False])
def test_the_head_of_an_answer_is_what_gunicorn_writes(protocol: str, last: bool) -> None:
    out: list[bytes] = []

    class Sock:
        sendall = staticmethod(out.append)

    asked = PLAIN.replace(b"HTTP/1.1", protocol.encode())
    _, response, _ = theirs(asked if last else asked.replace(b"close", b"keep-alive"), sock=Sock)
    headers = [("Content-Type", "application/json"), ("ETag", '"a"'), ("Content-Length", "2")]
    response.start_response("200 OK", headers)
    response.write(b"{}")
    assert head(written(protocol, "200 OK", headers, last=last) + b"{}") == head(b"".join(out))


def head(answer: bytes) -> list[bytes]:
    """The lines without the moment."""
    return [line for line in answer.split(b"\r\n") if not line.startswith(b"Date:")]
