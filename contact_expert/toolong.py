"""What is too long for gunicorn is refused as the API refuses, in JSON, and without a line in the log for each."""

import json
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine

from api.problems import MEDIA_TYPE, Problem

REASONS = {"address-too-long": "URI Too Long", "headers-too-long": "Request Header Fields Too Large"}
DETAILS = {
    "address-too-long": "Shorten the address: method, address and protocol together take at most 4,094 bytes.",
    "headers-too-long": "Send fewer or shorter headers: at most 100, each of at most 8,190 bytes.",
}


def refusal(error: BaseException) -> bytes | None:
    """The answer to whoever sent that much; None of any other error."""
    kinds: dict[type[Any], str] = {LimitRequestLine: "address-too-long", LimitRequestHeaders: "headers-too-long"}
    code = kinds.get(type(error))
    if code is None:
        return None
    problem = Problem(code, DETAILS[code]).body()
    body = json.dumps(problem).encode()
    head = (
        f"HTTP/1.1 {problem['status']} {REASONS[code]}\r\nConnection: close\r\nContent-Type: {MEDIA_TYPE}\r\n"
        f"Cache-Control: no-store\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
