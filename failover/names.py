"""Host names to addresses, off the probe path: a dead resolver delays no probe."""

import ipaddress
import logging
import queue
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

log = logging.getLogger(__name__)

Address = tuple[socket.AddressFamily, str]
MOST_AT_ONCE = 128  # look-ups of dead names take seconds each, and others must not wait behind them


@dataclass
class Entry:
    """What is known of a name: its last good addresses, when a look-up was asked for and when one ended."""

    addresses: tuple[Address, ...] = ()
    asked: float | None = None
    ended: float | None = None


def system_lookup(host: str) -> tuple[Address, ...]:
    """Ask the system, which knows the hosts file too. Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found))


class Resolver:
    """Looks names up in threads of its own and remembers the answers.

    While a name fails to resolve its last good addresses stay in use. The threads are daemons: a look-up that hangs
    holds up nothing, not even the end of the process.
    """

    def __init__(
        self,
        *,
        lookup: Callable[[str], tuple[Address, ...]] = system_lookup,
        keep: float = 30.0,
        patience: float = 2.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup, self._keep, self._patience, self._monotonic = lookup, keep, patience, monotonic
        self._entries: dict[str, Entry] = {}
        self._asked: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._closed = False
        self._workers, self._idle = 0, threading.Semaphore(0)

    def addresses(self, host: str) -> tuple[Address, ...] | None:
        """The addresses; empty when the name does not resolve, None while the first look-up is under way."""
        if literal := _literal(host):
            return literal
        entry = self._entries.setdefault(host, Entry())
        now = self._monotonic()
        if entry.asked is None and (entry.ended is None or now - entry.ended > self._keep):
            entry.asked = now
            self._ask(host)
        waiting = entry.ended is None and entry.asked is not None and now - entry.asked <= self._patience
        return None if waiting else entry.addresses

    def close(self) -> None:
        """End the threads, each as soon as the look-up that it may have under way ends."""
        self._closed = True
        for _ in range(self._workers):
            self._asked.put(None)

    def _ask(self, host: str) -> None:
        """Hand the name to a thread that waits, or to a new one."""
        self._asked.put(host)
        if self._idle.acquire(blocking=False) or self._workers == MOST_AT_ONCE:
            return
        try:
            threading.Thread(target=self._work, name=f"resolver-{self._workers}", daemon=True).start()
        except RuntimeError as error:  # the system gives no further thread; those that there are come to it later
            log.warning("%s waits to be looked up: %s", host, error)
        else:
            self._workers += 1

    def _work(self) -> None:
        while (host := self._asked.get()) is not None and not self._closed:
            self._look_up(host, self._entries[host])
            self._idle.release()

    def _look_up(self, host: str, entry: Entry) -> None:
        try:
            entry.addresses = self._lookup(host)
        except OSError as error:
            log.warning("%s does not resolve (%s); %s", host, error, _fallback(entry))
        except Exception:  # the item boundary: getaddrinfo raises UnicodeError too, and no name may end a thread
            log.exception("looking %s up failed; %s", host, _fallback(entry))
        entry.ended, entry.asked = self._monotonic(), None


def _fallback(entry: Entry) -> str:
    return "its last good addresses stay in use" if entry.addresses else "it cannot be checked"


@lru_cache(maxsize=65536)
def _literal(host: str) -> tuple[Address, ...]:
    """The address that a host is already; empty for a name."""
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return ()
    return ((socket.AF_INET6 if address.version == 6 else socket.AF_INET, str(address)),)
