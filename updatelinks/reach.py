"""Does a URL answer: one HEAD, no body, no redirect followed, within a deadline. It never raises.

The console asks on behalf of a person, from inside. So it asks by http and https only, and neither itself nor the
addresses at which a machine finds its own cloud's secrets.
"""

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from common.status import Look, Tone

TIMEOUT = 4.0  # seconds for everything, looking up the name too
PORTS = {"http": 80, "https": 443}
# Of clouds whose address for secrets is not link-local: AWS by IPv6, Alibaba, Azure.
SECRETS = {ipaddress.ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16")}
Resolve = Callable[[str, int], str]
ANSWERS = Look(Tone.OK, "check-lg", "Answers", "The server has what the URL names.")
MOVED = Look(Tone.WARN, "arrow-left-right", "Redirects", "The server sends on to another address.")
UNCLEAR = Look(Tone.IDLE, "question-lg", "Not clear", "The server answered in a way that says neither yes nor no.")
FAILS = Look(Tone.BAD, "x-lg", "Fails", "Who follows the URL gets nothing.")


@dataclass(frozen=True, slots=True)
class Reached:
    """What a URL answered."""

    url: str
    look: Look
    sentence: str


def permitted(host: str, port: int) -> str:
    """The address that is asked; resolved once, so that the name cannot mean another one a moment later."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    address = str(found[0][4][0])
    parsed = ipaddress.ip_address(address.partition("%")[0])
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    own = parsed.is_loopback or parsed.is_unspecified
    if own or parsed.is_link_local or parsed.is_multicast or parsed in SECRETS:
        raise ValueError(f"{address} is not an address that updates are fetched from")
    return address


def reach_all(urls: Sequence[str], timeout: float = TIMEOUT, resolve: Resolve = permitted) -> list[Reached]:
    """Ask all at the same time, and wait no longer than the timeout; a name that hangs is left behind."""
    pool = ThreadPoolExecutor(max_workers=max(len(urls), 1))
    asked: list[Future[Reached]] = [pool.submit(reach, url, timeout, resolve) for url in urls]
    wait(asked, timeout=timeout + 0.5)
    pool.shutdown(wait=False, cancel_futures=True)
    late = f"It did not answer within {timeout:g} s."
    return [
        future.result() if future.done() else Reached(url, FAILS, late) for url, future in zip(urls, asked, strict=True)
    ]


def reach(url: str, timeout: float = TIMEOUT, resolve: Resolve = permitted) -> Reached:
    """Ask one URL."""
    try:
        status, location, length = _head(url, Deadline(timeout), resolve)
    except TimeoutError:
        return Reached(url, FAILS, f"It did not answer within {timeout:g} s.")
    except ssl.SSLCertVerificationError as error:
        return Reached(url, FAILS, f"Its certificate is not trusted here: {error.verify_message}.")
    except socket.gaierror:
        return Reached(url, FAILS, "Its host name does not resolve from here.")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reached(url, FAILS, f"It cannot be asked: {error or type(error).__name__}.")
    return Reached(url, *_judged(status, location, length))


def _judged(status: int, location: str, length: str) -> tuple[Look, str]:
    if 200 <= status < 300:
        return ANSWERS, f"It answers ({status}){f', {int(length):,} bytes' if length.isdigit() else ''}."
    if 300 <= status < 400:
        place = urlsplit(location)
        if place.scheme not in ("", *PORTS):
            return FAILS, f"It redirects to “{place.scheme}”, which agents do not follow."
        return MOVED, f"It redirects ({status}) to {location[:200] or 'nowhere'}; that was not asked."
    if status in (401, 403, 405, 501):
        return UNCLEAR, f"It refuses this kind of question ({status}); agents may fare better."
    return FAILS, f"It answers with {status} {http.client.responses.get(status, '')}".rstrip() + "."


class Deadline:
    """The one time that everything has."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left. Raises TimeoutError when none are."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class Hurried(io.RawIOBase):
    """A connection that is read until the deadline and no longer, however slowly the other side drips."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._connected, self._deadline = connected, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connected.settimeout(self._deadline.left)
        return self._connected.recv_into(buffer)

    def sendall(self, sent: bytes) -> None:
        self._connected.settimeout(self._deadline.left)
        self._connected.sendall(sent)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(self)


def _head(url: str, deadline: Deadline, resolve: Resolve) -> tuple[int, str, str]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("only http and https are asked")
    port = parts.port or PORTS[parts.scheme]
    connected = socket.create_connection((resolve(parts.hostname, port), port), deadline.left)
    try:
        if parts.scheme == "https":
            connected.settimeout(deadline.left)
            connected = ssl.create_default_context().wrap_socket(connected, server_hostname=parts.hostname)
        connection: Any = http.client.HTTPConnection(parts.hostname, port)
        connection.sock = Hurried(connected, deadline)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("HEAD", target, headers={"Host": parts.netloc, "Connection": "close"})
        response = connection.getresponse()
        return response.status, response.getheader("Location", ""), response.getheader("Content-Length", "")
    finally:
        connected.close()
