"""Looking at the certificates of web FQDNs, each once a day, over TLS."""

import logging
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from django.db.models import Exists, OuterRef

from alarms.models import Certificate
from alarms.validity import expires_at
from appservers.models import ApplicationServer
from failover.bounded import bounded

DAILY = timedelta(hours=24)
FORGOTTEN = timedelta(days=7)
DEADLINE = 5.0
AT_ONCE = 8
MOST = 200  # endpoints of one look
HTTPS = 443

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an endpoint showed: until when its certificate holds, or why none was seen."""

    endpoint: str
    expires_at: datetime | None = None
    error: str = ""


Fetch = Callable[[str], Seen]


def fetch(endpoint: str, deadline: float = DEADLINE) -> Seen:
    """Ask the endpoint for its certificate and believe whatever it shows: trust is the business of browsers."""
    host, port = address(endpoint)
    until = time.monotonic() + deadline
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=deadline) as plain,
            context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False) as wrapped,
        ):
            _shake_hands(wrapped, until)
            return Seen(endpoint, expires_at(wrapped.getpeercert(binary_form=True) or b""))
    except (OSError, ValueError) as error:
        return Seen(endpoint, error=getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _shake_hands(wrapped: ssl.SSLSocket, until: float) -> None:
    """One deadline for all of it: whoever sends a byte a second gains nothing."""
    wrapped.setblocking(False)
    while True:
        reads: list[ssl.SSLSocket] = []
        writes: list[ssl.SSLSocket] = []
        try:
            wrapped.do_handshake()
        except ssl.SSLWantReadError:
            reads = [wrapped]
        except ssl.SSLWantWriteError:
            writes = [wrapped]
        else:
            return
        if not any(select.select(reads, writes, [], max(0.0, until - time.monotonic()))):
            raise TimeoutError("no certificate in time")


def address(endpoint: str) -> tuple[str, int]:
    """Host and port of `fqdn` or `fqdn:port`; an IPv6 address stands in brackets."""
    host, colon, port = endpoint.rpartition(":")
    if not colon or port.endswith("]"):
        host, port = endpoint, str(HTTPS)
    return host.removeprefix("[").removesuffix("]"), int(port)


def due(now: datetime) -> list[str]:
    """Endpoints in use that nobody looked at for a day, some of them."""
    endpoints: set[str] = set()
    for field in ("private_web_fqdn", "public_web_fqdn"):
        # A moment ahead of now was written by a clock that was wrong, and counts for nothing.
        lately = Certificate.objects.filter(endpoint=OuterRef(field), checked_at__range=(now - DAILY, now + DAILY))
        servers = ApplicationServer.objects.exclude(**{field: ""}).exclude(Exists(lately)).order_by()
        endpoints |= set(servers.values_list(field, flat=True).distinct()[:MOST])
    return sorted(endpoints)[:MOST]


def look_at_certificates(now: datetime, fetch: Fetch = fetch) -> None:
    """Look at those that are due, and write down what they show. For a thread of its own."""
    if endpoints := due(now):
        write(_fetched(endpoints, fetch), now)
    Certificate.objects.filter(checked_at__lt=now - FORGOTTEN).delete()


def look_now(endpoints: Sequence[str], now: datetime, fetch: Fetch = fetch, patience: float = DEADLINE) -> list[Seen]:
    """Look at these for a person who waits, and write down what they show; whatever hangs is left behind."""
    seen = _fetched(endpoints, fetch, patience)
    late = [Seen(endpoint, error="no answer in time") for endpoint in {*endpoints} - {one.endpoint for one in seen}]
    write([*seen, *late], now)
    return [*seen, *late]


def write(seen: Sequence[Seen], now: datetime) -> None:
    """Keep what was seen; where nothing was, what was seen before still holds."""
    shown = [one for one in seen if one.expires_at is not None]
    for some, fields in ((shown, ["expires_at", "error", "checked_at"]), (_without(seen), ["error", "checked_at"])):
        rows = [Certificate(endpoint=o.endpoint, expires_at=o.expires_at, error=o.error, checked_at=now) for o in some]
        if rows:
            with bounded():
                Certificate.objects.bulk_create(
                    rows, update_conflicts=True, unique_fields=["endpoint"], update_fields=fields
                )


def _without(seen: Sequence[Seen]) -> list[Seen]:
    return [one for one in seen if one.expires_at is None]


def _fetched(endpoints: Sequence[str], fetch: Fetch, patience: float | None = None) -> list[Seen]:
    """A few at once, those that come within `patience`; the threads end with the process, whatever they wait for."""
    until = None if patience is None else time.monotonic() + patience
    waiting: SimpleQueue[str] = SimpleQueue()
    done: SimpleQueue[Seen] = SimpleQueue()
    for endpoint in endpoints:
        waiting.put(endpoint)

    def work() -> None:
        while True:
            try:
                endpoint = waiting.get_nowait()
            except Empty:
                return
            try:
                done.put(fetch(endpoint))
            except Exception as error:  # the per-item boundary
                log.exception("the certificate of %s could not be looked at", endpoint)
                done.put(Seen(endpoint, error=f"{type(error).__name__}: {error}"))

    threads = [threading.Thread(target=work, name="certificate", daemon=True) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(None if until is None else max(0.0, until - time.monotonic()))
    return [done.get() for _ in range(done.qsize())]
