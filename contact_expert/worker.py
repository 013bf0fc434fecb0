"""gunicorn's threaded worker, whose own thread gives the answers that memory holds (decision 0027).

gthread hands each request to a thread of its pool and takes the connection back afterwards. For an answer of a few
microseconds that costs many times the answer, and behind slow pages of the console it waits. So this worker looks at
what has come in before it hands it on: what the application can answer `at_once`, it does; everything else, and
everything over TLS, goes gthread's way, from its first byte. Its own thread waits for nobody.
"""

import errno
import socket
import sys
import threading
import time
from collections.abc import Iterable
from functools import partial
from selectors import EVENT_READ
from types import SimpleNamespace
from typing import Any

from gunicorn.http import get_parser
from gunicorn.workers.gthread import TConn, ThreadWorker

from contact_expert.lingering import Lingering

LONGEST, LONGEST_ANSWER = 4096, 16_384  # bytes of what is answered at once; any buffer takes such an answer
BEGIN, END = (b"GET /api/", b"HEAD /api/"), b"\r\n\r\n"
WITH_A_BODY = {"CONTENT-LENGTH", "TRANSFER-ENCODING", "EXPECT"}
AT_A_TIME = 64  # connections that are accepted before the open ones have their turn
SILENT = 5.0  # seconds that a new connection may say nothing, as gthread allows
FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
RELIEF = 1.0  # seconds without a new connection when there is no room for one
TURN = 0.0005  # seconds after which a thread that computes lets others go on; Python's own are ten times as long


class TakesAThread(Exception):
    """The application cannot answer at once."""


class Outgoing(list[bytes]):
    """What gunicorn writes its answer to; nothing of it goes out before the answer is whole."""

    sendall = list.append


class Connection(TConn):
    """A connection whose end is not waited for."""

    def __init__(self, worker: "Worker", *rest: Any) -> None:
        super().__init__(worker.cfg, *rest)
        self._worker = worker

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self._worker.lingering.add(self.sock)
        else:
            super().close()


class Worker(ThreadWorker):
    """Serves an application with the method `at_once`, which is called like itself and gives None to decline."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._full_until = 0.0

    def init_process(self) -> None:
        sys.setswitchinterval(TURN)
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.lingering = Lingering(self.poller, self.worker_connections)
        application: Any = self.wsgi

        def asked(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if threading.current_thread() is not threading.main_thread():
                answer: Iterable[bytes] = application(environ, start_response)
                return answer
            body: Iterable[bytes] | None = application.at_once(environ, start_response)
            if body is None:
                raise TakesAThread
            return body

        self._looks = hasattr(application, "at_once") and not self.cfg.is_ssl
        self.wsgi: Any = asked

    def set_accept_enabled(self, enabled: bool | None) -> None:
        super().set_accept_enabled(bool(enabled) and time.monotonic() >= self._full_until)

    def accept(self, listener: socket.socket) -> None:
        """Let new connections wait for their first request without a thread."""
        for _ in range(min(AT_A_TIME, self.worker_connections - self.nr_conns)):
            try:
                client, address = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in FULL:
                    raise
                self.log.error("No room for another connection: %s", error)
                self._full_until = time.monotonic() + RELIEF
                self.set_accept_enabled(False)
                return
            self.nr_conns += 1
            conn = Connection(self, client, address, listener.getsockname())
            if self._looks:
                conn.timeout = time.monotonic() + SILENT
                self.pending_conns.append(conn)
                self.poller.register(client, EVENT_READ, partial(self.on_pending_socket_readable, conn))
            else:
                self.enqueue_req(conn)

    def on_pending_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The first request of a connection has come."""
        kept = self._answered(conn)
        if kept is None:
            super().on_pending_socket_readable(conn, client)
            return
        self.pending_conns.remove(conn)
        if kept:
            self._keep(conn)
            self.poller.modify(client, EVENT_READ, partial(self.on_client_socket_readable, conn))
        else:
            self._close(conn, client)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """A further one has."""
        kept = self._answered(conn)
        if kept is None:
            super().on_client_socket_readable(conn, client)
            return
        self.keepalived_conns.remove(conn)
        if kept:
            self._keep(conn)
        else:
            self._close(conn, client)

    def _answered(self, conn: TConn) -> bool | None:
        """Whether the connection stays open after its request was answered; None if it was neither taken nor answered.

        What has a body, or may have more to come, is none that is answered here: the rest would be read as a request.
        """
        try:
            data = conn.sock.recv(LONGEST, socket.MSG_PEEK) if self._looks else b""
            if not (data.startswith(BEGIN) and data.endswith(END) and data.count(END) == 1):
                return None
            request = next(get_parser(self.cfg, [data], conn.client))
            if any(name in WITH_A_BODY for name, _ in request.headers):
                return None
            out = Outgoing()
            shown: Any = SimpleNamespace(sock=out, client=conn.client, server=conn.server)
            kept = self.handle_request(request, shown)
        except TakesAThread:
            self.nr -= 1  # the thread counts it
            return None
        except Exception:  # noqa: BLE001  a thread meets it again, and says what it is
            return None
        answer = b"".join(out)
        if len(answer) > LONGEST_ANSWER:
            return None
        try:
            conn.sock.recv(len(data))
            return conn.sock.send(answer) == len(answer) and kept  # who does not take a short answer gets no other
        except OSError:
            return False

    def _keep(self, conn: TConn) -> None:
        conn.set_timeout()
        self.keepalived_conns.append(conn)  # the one that has longest to go is last

    def _close(self, conn: TConn, client: socket.socket) -> None:
        self.poller.unregister(client)
        self.nr_conns -= 1
        conn.close()

    def murder_pending(self) -> None:
        """Close whatever has been silent, or has lingered, for too long; the worker's loop asks for it."""
        super().murder_pending()
        self.lingering.close_late()
