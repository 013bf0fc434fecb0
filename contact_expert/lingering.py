"""Connections that got their last answer, until the other end closes them as well."""

import socket
import time
from selectors import EVENT_READ, BaseSelector

LONGEST = 2.0  # seconds for which they are kept, as gunicorn has it
CHUNK = 16_384  # bytes


class Lingering:
    """Half-closed connections in a selector: what is still unread must not tear the answer away (RFC 9112, 9.6).

    gunicorn waits for each of them in the thread that serves all. With more than `most` the next is closed at once.
    """

    def __init__(self, poller: BaseSelector, most: int) -> None:
        self._poller, self._most = poller, most
        self._until: dict[socket.socket, float] = {}

    def add(self, client: socket.socket) -> None:
        """Say that no more is coming, and wait for the other end without waiting here."""
        try:
            client.setblocking(False)
            client.shutdown(socket.SHUT_WR)
        except OSError:  # the other end was quicker
            client.close()
            return
        if len(self._until) >= self._most:
            client.close()
            return
        self._poller.register(client, EVENT_READ, self._read)
        self._until[client] = time.monotonic() + LONGEST

    def close_late(self) -> None:
        """Close those that were kept for long enough."""
        while self._until and (client := next(iter(self._until))) and self._until[client] <= time.monotonic():
            self._close(client)

    def _read(self, client: socket.socket) -> None:
        try:
            ended = not client.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            ended = True
        if ended:
            self._close(client)

    def _close(self, client: socket.socket) -> None:
        del self._until[client]
        self._poller.unregister(client)
        client.close()
