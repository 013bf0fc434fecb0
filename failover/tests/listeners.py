"""Real listeners on this machine, each with its own manners, for the tests of probes."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from failover.giop import locate_request

HERE = bytes.fromhex("47494f5001020104080000000100000001000000")
HERE_BIG = bytes.fromhex("47494f5001020004000000080000000100000001")
MESSAGE_ERROR = bytes.fromhex("47494f500100010600000000")

Manners = Callable[[socket.socket], None]


@contextmanager
def listening(manners: Manners | None = None) -> Iterator[int]:
    """A listener's port; without manners it accepts nothing itself, as a stopped process does not."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        if manners is not None:
            threading.Thread(target=_serve, args=(listener, manners), daemon=True).start()
        yield listener.getsockname()[1]


def _serve(listener: socket.socket, manners: Manners) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(2)
            try:
                manners(connection)
            except OSError:
                continue


@contextmanager
def deaf() -> Iterator[int]:
    """A port whose queue of connections is full, so that the kernel drops every further one: it looks dead."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def answering(reply: bytes) -> Manners:
    """Reads a request and sends these bytes."""

    def manners(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(reply)
        connection.recv(4096)

    return manners


def late(seconds: float, manners: Manners) -> Manners:
    """The same manners after a while."""

    def delayed(connection: socket.socket) -> None:
        time.sleep(seconds)
        manners(connection)

    return delayed


def dripping(connection: socket.socket) -> None:
    """Sends a good reply byte by byte."""
    connection.recv(4096)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in HERE:
        connection.sendall(bytes([byte]))


def dripping_slowly(connection: socket.socket) -> None:
    """Sends a good reply byte by byte, and takes a second for it."""
    connection.recv(4096)
    for byte in HERE:
        connection.sendall(bytes([byte]))
        time.sleep(1 / len(HERE))


def endless(connection: socket.socket) -> None:
    """Claims a reply of 2 GB and sends and sends."""
    connection.recv(4096)
    while True:
        connection.sendall(b"GIOP\1\2\1\4\xff\xff\xff\x7f" + b"x" * 65536)


def hanging_up(connection: socket.socket) -> None:
    """Reads the request and closes."""
    connection.recv(4096)


def resetting(connection: socket.socket) -> None:
    """Reads the request and resets the connection, as a process does that is killed."""
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def rude(connection: socket.socket) -> None:
    """Closes at once, whatever is asked."""


def only_1_0(connection: socket.socket) -> None:
    """Knows GIOP 1.0 and closes on anything newer."""
    if connection.recv(4096) == locate_request(b"NameService", 0):
        connection.sendall(HERE)
        connection.recv(4096)


def complaining_about_1_2(connection: socket.socket) -> None:
    """Knows GIOP 1.0 and answers anything newer with MessageError."""
    request = connection.recv(4096)
    connection.sendall(HERE if request == locate_request(b"NameService", 0) else MESSAGE_ERROR)
    connection.recv(4096)
