"""Host names to addresses, off the probe path: a dead resolver delays no probe."""

import asyncio
import logging
import math
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest

from failover.background import Background
from failover.hosts_file import Address, known_without_asking
from failover.lookup import BOTH, SOON, Answer, SystemLookup

__all__ = ["Address", "Answer", "Resolver", "Trouble"]

log = logging.getLogger(__name__)

Lookup = Callable[[str], Awaitable[Answer]]

LONGEST = 300.0  # seconds for which an answer is kept, whatever its time to live; the shortest is SOON
LONGEST_WITHOUT = 30.0  # the same when there is no address
MOST_A_SECOND = 200  # look-ups, once each name has had its first: one costs about a millisecond of the processor
MOST_ADDRESSES = 16  # of one name: a probe tries all of them at the same time
FORGOTTEN = 3600.0  # a name that nobody has asked for is dropped
# Look-ups at once. What takes longer than a moment is set aside, and names that failed the last time wait among
# themselves, so that dead names delay no others. Each look-up takes two sockets.
FIRST, ASIDE, AGAIN = 64, 128, 64
MOMENT = 0.25


@dataclass(slots=True)
class Name:
    """What is known of a name; the addresses are None while its first look-up is under way."""

    host: str
    addresses: tuple[Address, ...] | None
    due: float  # until then there is nothing to do but to hand the addresses out
    wanted: float
    asking: bool = False
    crowded: bool = False
    trouble: str = ""
    since: float = 0.0  # when the trouble began


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a name does not resolve, since when (monotonic), and which old addresses are in use meanwhile."""

    reason: str
    since: float
    addresses: tuple[Address, ...]


class Resolver:
    """Looks names up in a thread of its own and keeps each answer for its time to live.

    An answer that is too old serves until the next one has come; while a name fails to resolve its last good addresses
    stay in use.
    """

    def __init__(
        self,
        *,
        lookup: Lookup | None = None,
        patience: float = 2.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup, self._patience, self._monotonic = lookup or SystemLookup(), patience, monotonic
        self._names: dict[str, Name] = {}
        self._tidied = -math.inf
        self._lock = threading.Lock()  # for what changes; what is known is handed out without it
        self._closed = False
        self._background = Background("resolver")
        self._first, self._aside, self._again = map(asyncio.Semaphore, (FIRST, ASIDE, AGAIN))

    def addresses(self, host: str) -> tuple[Address, ...] | None:
        """The addresses; empty when the name does not resolve, None while the first look-up is under way."""
        now = self._monotonic()
        name = self._names.get(host)
        if name is None or now >= name.due:
            name = self._attend(host, now)
        name.wanted = now
        return name.addresses

    def troubles(self) -> dict[str, Trouble]:
        """The names, of those asked for within the last hour, that fail to resolve at present."""
        with self._lock:
            return {
                name.host: Trouble(name.trouble or "there is no answer yet", name.since, name.addresses or ())
                for name in self._names.values()
                if name.trouble or name.addresses == ()
            }

    def close(self) -> None:
        """End the thread at once, whatever is under way."""
        with self._lock:
            self._closed = True
        self._background.close()

    def _attend(self, host: str, now: float) -> Name:
        failure = None
        with self._lock:
            name = self._names.get(host) or self._begin(host, now)
            if now < name.due:
                return name
            if name.asking or self._closed:  # whoever waits for the first answer has waited long enough
                if name.addresses is None:
                    name.addresses, name.since = (), now
                name.due = math.inf
                return name
            name.asking, name.due = True, math.inf if name.addresses is not None else now + self._patience
            try:
                self._background.run(partial(self._look_up, name))
            except (OSError, RuntimeError) as error:
                failure = Answer(trouble=f"the system gives no descriptor or thread: {error}", missing=BOTH)
        if failure is not None:
            self._take(name, failure)
        return name

    def _begin(self, host: str, now: float) -> Name:
        if now - self._tidied > FORGOTTEN / 10:
            self._tidied = now
            self._names = {host: name for host, name in self._names.items() if now - name.wanted < FORGOTTEN}
        known = known_without_asking(host)
        name = self._names[host] = Name(host, known or None, due=math.inf if known else now, wanted=now)
        return name

    def _take(self, name: Name, answer: Answer) -> None:
        now = self._monotonic()
        with self._lock:
            before = replace(name)
            learn(name, answer, now, shortest=max(SOON, len(self._names) / MOST_A_SECOND))
        tell(before, name)

    # Below runs in the resolver's own thread.

    async def _look_up(self, name: Name) -> None:
        if name.trouble:
            async with self._again:
                await self._ask(name)
            return
        async with self._first:
            asking = self._background.spawn(partial(self._ask, name))
            while not asking.done():
                await asyncio.wait({asking}, timeout=MOMENT)
                if not asking.done() and not self._aside.locked():
                    await self._aside.acquire()  # at once
                    asking.add_done_callback(lambda _: self._aside.release())
                    return

    async def _ask(self, name: Name) -> None:
        try:
            answer = await self._lookup(name.host)
        except Exception:  # the item boundary: no name may stay under way for ever
            log.exception("looking %s up broke", name.host)
            answer = Answer(trouble="the look-up broke", missing=BOTH)
        self._take(name, answer)


def learn(name: Name, answer: Answer, now: float, shortest: float) -> None:
    """Take an answer over. Addresses that it neither confirms nor denies stay in use."""
    found = bool(answer.addresses)
    kept = tuple(one for one in name.addresses or () if not found or one[0] in answer.missing)
    trouble = answer.trouble if kept or not found else ""
    if trouble and not name.trouble:
        name.since = now
    everything = set(answer.addresses + kept)
    name.addresses, name.trouble = chosen(everything), trouble
    if found:
        name.crowded = len(everything) > MOST_ADDRESSES
    longest = SOON if found and kept else LONGEST if found else LONGEST_WITHOUT
    name.asking, name.due = False, now + max(min(answer.ttl, longest), shortest)


def chosen(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """As many as are tried, of both families in turn; always the same ones, though name servers rotate them."""
    both = (sorted(one for one in addresses if one[0] == family) for family in (socket.AF_INET6, socket.AF_INET))
    return tuple(one for pair in zip_longest(*both) for one in pair if one is not None)[:MOST_ADDRESSES]


def tell(before: Name, after: Name) -> None:
    """Log what an answer changed: each trouble once when it begins and once when it is over."""
    host, addresses = after.host, listed(after.addresses)
    if after.crowded and not before.crowded:
        log.warning("%s has more than %s addresses; only these are tried: %s", host, MOST_ADDRESSES, addresses)
    if after.trouble and not before.trouble:
        fallback = f"its last good addresses stay in use: {addresses}" if addresses else "it cannot be checked"
        log.warning("%s does not resolve (%s); %s", host, after.trouble, fallback)
    elif before.trouble and not after.trouble:
        log.warning("%s resolves again, to %s", host, addresses)
    elif before.addresses and after.addresses != before.addresses:
        log.info("%s has moved from %s to %s", host, listed(before.addresses), addresses)


def listed(addresses: tuple[Address, ...] | None) -> str:
    """The addresses in a line."""
    return ", ".join(address for _, address in addresses or ())
