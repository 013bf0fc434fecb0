"""What is too long for gunicorn is refused as the API refuses, in JSON, and without a line in the log for each."""

import json

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine

from api.problems import MEDIA_TYPE, Problem

# By error: the code of the problem, HTTP's words for its status, and how to mend it.
TOO_LONG: dict[type[BaseException], tuple[str, str, str]] = {
    LimitRequestLine: (
        "address-too-long",
        "URI Too Long",
        "Shorten the address: method, address and protocol together take at most 4,094 bytes.",
    ),
    LimitRequestHeaders: (
        "headers-too-long",
        "Request Header Fields Too Large",
        "Send fewer or shorter headers: at most 100, each of at most 8,190 bytes.",
    ),
}


def refusal(error: BaseException) -> bytes | None:
    """The answer to whoever sent that much; None of any other error."""
    if type(error) not in TOO_LONG:
        return None
    code, reason, detail = TOO_LONG[type(error)]
    problem = Problem(code, detail).body()
    body = json.dumps(problem).encode()
    head = (
        f"HTTP/1.1 {problem['status']} {reason}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
        f"Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
