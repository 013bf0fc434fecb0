"""Waiting for many sockets at once: epoll where there is one, the standard library's selectors elsewhere."""

import select
import selectors
from typing import Protocol

WRITABLE = 1
READABLE = 2
FAILED = 24  # the bits that may be set when a socket failed; those of epoll


class Poller(Protocol):
    """Sockets by their descriptor, each waited for in one direction."""

    def add(self, descriptor: int, direction: int) -> None:
        """Wait until it is writable or readable."""

    def turn(self, descriptor: int, direction: int) -> None:
        """Wait for the other direction."""

    def drop(self, descriptor: int) -> None:
        """Wait no longer; called just before the socket is closed."""

    def ready(self, seconds: float) -> list[tuple[int, int]]:
        """The descriptors that became ready within so many seconds, with bits of FAILED where one may have failed."""

    def close(self) -> None:
        """Give the system's resources back."""


class EpollPoller:
    """Linux. Both directions are registered at once and told at each change, so turning costs no call of the system;
    the kernel itself drops a descriptor that is closed. Whoever reads must take all that is there.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._both = select.EPOLLIN | select.EPOLLOUT | select.EPOLLET

    def add(self, descriptor: int, direction: int) -> None:
        self._epoll.register(descriptor, self._both if direction == WRITABLE else select.EPOLLIN)

    def turn(self, descriptor: int, direction: int) -> None:
        pass

    def drop(self, descriptor: int) -> None:
        pass

    def ready(self, seconds: float) -> list[tuple[int, int]]:
        return self._epoll.poll(seconds)

    def close(self) -> None:
        self._epoll.close()


class SelectorPoller:
    """Everywhere else."""

    MASKS = {WRITABLE: selectors.EVENT_WRITE, READABLE: selectors.EVENT_READ}

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def add(self, descriptor: int, direction: int) -> None:
        self._selector.register(descriptor, self.MASKS[direction])

    def turn(self, descriptor: int, direction: int) -> None:
        self._selector.modify(descriptor, self.MASKS[direction])

    def drop(self, descriptor: int) -> None:
        self._selector.unregister(descriptor)

    def ready(self, seconds: float) -> list[tuple[int, int]]:
        return [(key.fd, FAILED) for key, _ in self._selector.select(seconds)]

    def close(self) -> None:
        self._selector.close()


def best_poller() -> Poller:
    """The fastest that this system has."""
    return EpollPoller() if hasattr(select, "epoll") else SelectorPoller()
