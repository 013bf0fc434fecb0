"""An application that does nothing: what the web server alone costs, with as many headers and bytes as ours sends."""

from collections.abc import Callable
from typing import Any

BODY = b'{"active_role": "primary"}'.ljust(202)
HEADERS = [
    ("Cache-Control", "no-cache"),
    ("Vary", "Authorization, X-Forwarded-For"),
    ("Content-Type", "application/json"),
    ("X-Content-Type-Options", "nosniff"),
    ("ETag", '"c1a6dcb44d61e9b0d359"'),
    ("Content-Length", str(len(BODY))),
]


class Empty:
    """Answers the same to everybody, at once where the server asks for that."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [*HEADERS])
        return [BODY]

    at_once = __call__


application = Empty()
