"""python -m scripts.responder PORT: stands in for a naming service where omniNames is not installed.

It answers a GIOP LocateRequest for the key `NameService` the way a real one does, and nothing else.
"""

import socketserver
import struct
import sys

from scripts.installation import ADDRESS

HEADER = 12
LONGEST = 64 * 1024
KEY = b"NameService"
LOCATE_REQUEST, LOCATE_REPLY = 3, 4
UNKNOWN_OBJECT, OBJECT_HERE = 0, 1


class Answer(socketserver.StreamRequestHandler):
    """One connection: request after request until the caller closes or sends something else."""

    timeout = 30

    def handle(self) -> None:
        try:
            while reply := self.next_reply():
                self.wfile.write(reply)
        except OSError:
            return  # the caller went away or fell silent

    def next_reply(self) -> bytes:
        header = self.rfile.read(HEADER)
        if len(header) < HEADER or header[:4] != b"GIOP" or header[7] != LOCATE_REQUEST:
            return b""
        order = "<" if header[6] & 1 else ">"
        (length,) = struct.unpack(f"{order}I", header[8:HEADER])
        if not 4 <= length <= LONGEST:
            return b""
        body = self.rfile.read(length)
        return locate_reply(header, order, body) if len(body) == length else b""


def locate_reply(header: bytes, order: str, body: bytes) -> bytes:
    """The reply to one request, in the byte order and version it came in; the body starts with the request's number."""
    status = OBJECT_HERE if body.endswith(KEY) else UNKNOWN_OBJECT
    number = struct.unpack(f"{order}I", body[:4])[0]
    head = b"GIOP" + header[4:6] + bytes([header[6] & 1, LOCATE_REPLY])
    return head + struct.pack(f"{order}III", 8, number, status)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main(port: int) -> None:
    with Server((ADDRESS, port), Answer) as server:
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
