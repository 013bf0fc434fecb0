"""An application that can answer some questions at once, for the tests of the web server's worker."""

import threading
from collections.abc import Iterable
from typing import Any

RELEASED = threading.Event()
LONG = b"x" * 20_000  # more than is answered at once


class Application:
    """Says which thread answers; /api/slow is answered once /api/release was asked."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/api/slow":
            RELEASED.wait(20)
            RELEASED.clear()
        if environ["PATH_INFO"] == "/api/broken":
            raise ValueError("broken")
        if environ["PATH_INFO"] == "/api/long":
            return answer(b"a thread, " + LONG, start_response)
        return answer(b"a thread, " + environ["QUERY_STRING"].encode() + environ["wsgi.input"].read(), start_response)

    def at_once(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes] | None:
        match environ["PATH_INFO"]:
            case "/api/release":
                RELEASED.set()
            case "/api/long":
                return answer(b"at once, " + LONG, start_response)
            case "/api/broken":
                raise ValueError("broken")
            case "/api/slow" | "/api/thread":
                return None
        return answer(b"at once, " + environ["QUERY_STRING"].encode(), start_response)


def answer(body: bytes, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", str(len(body))), ("Content-Type", "text/plain")])
    return [body]


application = Application()
