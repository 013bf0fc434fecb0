"""Does a URL answer: one HEAD, no body, no redirect followed, within a deadline. It never raises.

The console asks on behalf of a person, from inside. So it asks by http and https only, and not the addresses at which a
machine finds its own cloud's secrets.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from urllib.parse import urlsplit

from common.status import Look, Tone

TIMEOUT = 4.0  # seconds for everything, looking up the name too
PORTS = {"http": 80, "https": 443}
ANSWERS = Look(Tone.OK, "check-lg", "Answers")
MOVED = Look(Tone.WARN, "arrow-left-right", "Redirects")
UNCLEAR = Look(Tone.IDLE, "question-lg", "Not clear")
FAILS = Look(Tone.BAD, "x-lg", "Fails")


@dataclass(frozen=True, slots=True)
class Reached:
    """What a URL answered."""

    url: str
    look: Look
    sentence: str


def reach_all(urls: Sequence[str], timeout: float = TIMEOUT) -> list[Reached]:
    """Ask all at the same time, and wait no longer than the timeout; a name that hangs is left behind."""
    pool = ThreadPoolExecutor(max_workers=max(len(urls), 1))
    asked: list[Future[Reached]] = [pool.submit(reach, url, timeout) for url in urls]
    wait(asked, timeout=timeout + 0.5)
    pool.shutdown(wait=False, cancel_futures=True)
    late = f"It did not answer within {timeout:g} s."
    return [
        future.result() if future.done() else Reached(url, FAILS, late) for url, future in zip(urls, asked, strict=True)
    ]


def reach(url: str, timeout: float = TIMEOUT) -> Reached:
    """Ask one URL."""
    try:
        status, location, length = _head(url, timeout)
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


def _head(url: str, timeout: float) -> tuple[int, str, str]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("only http and https are asked")
    port = parts.port or PORTS[parts.scheme]
    connected = socket.create_connection((_permitted(parts.hostname, port), port), timeout)
    try:
        if parts.scheme == "https":
            connected = ssl.create_default_context().wrap_socket(connected, server_hostname=parts.hostname)
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=timeout)
        connection.sock = connected
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("HEAD", target, headers={"Host": parts.netloc, "Connection": "close"})
        response = connection.getresponse()
        return response.status, response.getheader("Location", ""), response.getheader("Content-Length", "")
    finally:
        connected.close()


def _permitted(host: str, port: int) -> str:
    """The address that is asked; resolved once, so that the name cannot mean another one a moment later."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    address = str(found[0][4][0])
    parsed = ipaddress.ip_address(address.partition("%")[0])
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    if parsed.is_link_local or parsed.is_multicast or parsed.is_unspecified:
        raise ValueError(f"{address} is not an address that updates are fetched from")
    return address
