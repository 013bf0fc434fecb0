"""gunicorn's threaded worker, whose own thread gives the answers that memory holds (decision 0027).

gthread hands each request to a thread of its pool and takes the connection back afterwards. For an answer of a few
microseconds that costs many times the answer, and behind slow pages of the console it waits. So this worker looks at
what has come in before it hands it on: what the application can answer `at_once`, it does; everything else, and
everything over TLS, goes gthread's way, from its first byte. Its own thread waits for nobody.
"""

import errno
import os
import socket
import time
from contextlib import suppress
from datetime import datetime
from enum import Enum, auto
from functools import lru_cache, partial
from selectors import EVENT_READ
from types import SimpleNamespace
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from contact_expert import heads
from contact_expert.lingering import Lingering
from contact_expert.toolong import refusal

LONGEST, LONGEST_ANSWER = 4096, 16_384  # bytes of what is answered at once; any buffer takes such an answer
# Settings with which, unless they are gunicorn's own, threads do it all.
HOOKS, PROTOCOLS = ("pre_request", "post_request"), ("protocol", "proxy_protocol", "http2_cleartext")
LIMITS = ("limit_request_line", "limit_request_fields", "limit_request_field_size")
AT_A_TIME = 64  # connections that are accepted before the open ones have their turn
SILENT = 5.0  # seconds that a new connection may say nothing
FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
RELIEF = 1.0  # seconds without a new connection when there is no room for one


class After(Enum):
    """What becomes of a connection after its request was answered."""

    KEPT = auto()
    CLOSED = auto()
    LINGERS = auto()  # the end is our idea: what the other end sent meanwhile must not tear the answer away


class Connection(TConn):
    """A connection whose end is not waited for, and what is known of all its requests."""

    def __init__(self, worker: "Worker", sock: socket.socket, client: Any, server: Any) -> None:
        super().__init__(worker.cfg, sock, client, server)
        self._worker = worker
        self.known = worker.known_of(client, server)

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self._worker.lingering.add(self.sock)
        else:
            super().close()


def come_in(client: socket.socket) -> bytes | None:
    """What has come in, which stays there; nothing if the other end has closed, None if there is nothing after all."""
    try:
        return client.recv(LONGEST, socket.MSG_PEEK)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def taken(client: socket.socket, length: int, answer: bytes) -> bool:
    """Take a request of that length, and say whether the answer was taken: who does not take a short one gets none."""
    try:
        client.recv(length)
        return client.send(answer) == len(answer)
    except OSError:
        return False


class Worker(ThreadWorker):
    """Serves an application with the method `at_once`, which is called like itself and gives None to decline."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._full_until = 0.0

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.lingering = Lingering(self.poller, self.worker_connections)
        usual = not os.environ.get("SCRIPT_NAME") and all(
            self.cfg.settings[name].get() == self.cfg.settings[name].default for name in (*HOOKS, *PROTOCOLS, *LIMITS)
        )
        self._at_once: Any = getattr(self.wsgi, "at_once", None) if usual and not self.cfg.is_ssl else None
        self._logs = self.log.access_log_enabled or self.cfg.statsd_host
        self._started = heads.started(self.cfg)
        self._schemes = lru_cache(maxsize=4096)(partial(heads.schemes, self.cfg))

    def known_of(self, client: Any, server: Any) -> heads.Known | None:
        """What is known of a connection between these addresses, if its requests may be answered at once."""
        if self._at_once is None or not isinstance(client, tuple):
            return None
        ends = {"REMOTE_ADDR": client[0], "REMOTE_PORT": str(client[1])}
        ends |= {"SERVER_NAME": server[0], "SERVER_PORT": str(server[1])}
        return heads.Known(self._started | ends, self._schemes(client[0]))

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        if (answer := refusal(exc)) is None:
            super().handle_error(req, client, addr, exc)
            return
        with suppress(OSError):
            client.send(answer)

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
            if conn.known:
                conn.timeout = time.monotonic() + SILENT
                self.pending_conns.append(conn)
                self.poller.register(client, EVENT_READ, partial(self.on_pending_socket_readable, conn))
            else:
                self.enqueue_req(conn)

    def on_pending_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """The first request of a connection has come, or its end."""
        after = self._answered(conn, others_kept=len(self.keepalived_conns))
        if after is None:
            super().on_pending_socket_readable(conn, client)
            return
        self.pending_conns.remove(conn)
        if after is After.KEPT:
            self._keep(conn)
            self.poller.modify(client, EVENT_READ, partial(self.on_client_socket_readable, conn))
        else:
            self._close(conn, client, after)

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """A further one has."""
        after = self._answered(conn, others_kept=len(self.keepalived_conns) - 1)
        if after is None:
            super().on_client_socket_readable(conn, client)
            return
        self.keepalived_conns.remove(conn)
        if after is After.KEPT:
            self._keep(conn)
        else:
            self._close(conn, client, after)

    def _answered(self, conn: Connection, others_kept: int) -> After | None:
        """Answer at once what can be; None if nothing was taken, and a thread has to look.

        What has a body, or may have more to come, is none that is answered here: the rest would be read as a request.
        """
        if conn.known is None:
            return None
        data = come_in(conn.sock)
        if data == b"":
            return After.CLOSED
        if data is None or self.nr + 1 >= self.max_requests:
            return None
        try:
            environ = heads.read(data, conn.known)
            if environ is None:
                return None
            wanted = not heads.ends(environ)
            kept = wanted and self.alive and self.cfg.keepalive > 0 and others_kept < self.max_keepalived
            answer = self._answer(environ, last=not kept)
        except Exception:  # the boundary of a request: a thread takes it from its first byte
            self.log.exception("A request could not be answered at once.")
            return None
        if answer is None:
            return None
        self.nr += 1
        if not taken(conn.sock, len(data), answer):
            return After.CLOSED
        return After.KEPT if kept else After.LINGERS if wanted else After.CLOSED

    def _answer(self, environ: heads.Environ, *, last: bool) -> bytes | None:
        """What the application answers at once."""
        began = datetime.now()
        said: list[tuple[str, list[tuple[str, str]]]] = []
        parts = self._at_once(environ, lambda *words: said.append(words))
        if parts is None:
            return None
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else b"".join(parts)
        if len(body) > LONGEST_ANSWER:
            return None
        ((status, headers),) = said
        if self._logs:
            answer: Any = SimpleNamespace(status=status, headers=headers, sent=len(body))
            request: Any = SimpleNamespace(headers=heads.fields(environ))
            self.log.access(answer, request, environ, datetime.now() - began)
        return heads.written(environ["SERVER_PROTOCOL"], status, headers, last=last) + body

    def _keep(self, conn: TConn) -> None:
        conn.data_ready = True  # a thread that gets it need not wait for its first bytes
        conn.set_timeout()
        self.keepalived_conns.append(conn)  # the one that has longest to go is last

    def _close(self, conn: Connection, client: socket.socket, after: After) -> None:
        self.poller.unregister(client)
        self.nr_conns -= 1
        conn.close(graceful=after is After.LINGERS)

    def murder_pending(self) -> None:
        """Close whatever has been silent, or has lingered, for too long; the worker's loop asks for it."""
        super().murder_pending()
        self.lingering.close_late()
