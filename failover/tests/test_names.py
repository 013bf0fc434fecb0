"""Host names to addresses: remembered, refreshed, and never in the way."""

import socket
import threading
import time
from collections.abc import Callable

import pytest

from failover.names import MOST_AT_ONCE, Address, Resolver

ONE: tuple[Address, ...] = ((socket.AF_INET, "192.0.2.1"),)
TWO: tuple[Address, ...] = ((socket.AF_INET, "192.0.2.2"),)


class Names:
    """A name service that says what it is told, and a clock for the resolver."""

    def __init__(self) -> None:
        self.answer: tuple[Address, ...] | None = ONE
        self.asked = 0
        self.time = 100.0

    def lookup(self, host: str) -> tuple[Address, ...]:
        self.asked += 1
        if self.answer is None:
            raise OSError("no such name")
        return self.answer

    def resolver(self) -> Resolver:
        return Resolver(lookup=self.lookup, keep=30.0, patience=2.0, monotonic=lambda: self.time)


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        pytest.param("192.0.2.7", (socket.AF_INET, "192.0.2.7"), id="IPv4"),
        pytest.param("[2001:db8::5]", (socket.AF_INET6, "2001:db8::5"), id="IPv6 in brackets"),
        pytest.param("2001:DB8:0::5", (socket.AF_INET6, "2001:db8::5"), id="IPv6 as typed"),
    ],
)
def test_an_address_needs_no_look_up(host: str, address: Address) -> None:
    names = Names()
    assert names.resolver().addresses(host) == (address,)
    assert names.asked == 0


def test_a_name_is_pending_until_its_first_answer_and_then_remembered() -> None:
    names = Names()
    resolver = names.resolver()
    resolver.addresses("ce.example")
    until(lambda: resolver.addresses("ce.example") == ONE)
    names.time += 29
    assert resolver.addresses("ce.example") == ONE
    assert names.asked == 1


def test_an_answer_is_refreshed_in_the_background_and_the_old_one_serves_meanwhile() -> None:
    names = Names()
    resolver = names.resolver()
    until(lambda: resolver.addresses("ce.example") == ONE)
    names.answer = TWO
    names.time += 31
    assert resolver.addresses("ce.example") == ONE
    until(lambda: resolver.addresses("ce.example") == TWO)


def test_while_a_name_fails_to_resolve_its_last_good_addresses_stay() -> None:
    names = Names()
    resolver = names.resolver()
    until(lambda: resolver.addresses("ce.example") == ONE)
    names.answer = None
    names.time += 31
    resolver.addresses("ce.example")
    until(lambda: names.asked == 2)
    assert resolver.addresses("ce.example") == ONE


def test_a_name_that_never_resolved_has_no_address() -> None:
    names = Names()
    names.answer = None
    resolver = names.resolver()
    until(lambda: resolver.addresses("no.example") == ())


def test_a_name_that_resolves_again_serves_its_new_addresses() -> None:
    names = Names()
    names.answer = None
    resolver = names.resolver()
    until(lambda: resolver.addresses("ce.example") == ())
    names.answer = TWO
    assert resolver.addresses("ce.example") == ()  # asked again only after a while
    names.time += 31
    until(lambda: resolver.addresses("ce.example") == TWO)
    assert names.asked == 2


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(UnicodeError("label empty or too long"), id="what getaddrinfo raises for a..b"),
        pytest.param(MemoryError(), id="no memory"),
    ],
)
def test_a_look_up_that_breaks_counts_as_unresolved_and_ends_no_thread(fault: Exception) -> None:
    def lookup(host: str) -> tuple[Address, ...]:
        if host.startswith("odd"):
            raise fault
        return ONE

    resolver = Resolver(lookup=lookup)
    for number in range(MOST_AT_ONCE):
        resolver.addresses(f"odd{number}")
    until(lambda: all(resolver.addresses(f"odd{number}") == () for number in range(MOST_AT_ONCE)))
    until(lambda: resolver.addresses("ce.example") == ONE)


def test_a_hundred_names_that_hang_do_not_delay_another_one() -> None:
    release = threading.Event()

    def lookup(host: str) -> tuple[Address, ...]:
        if host.startswith("dead"):
            release.wait(10)
            raise OSError("timed out")
        return ONE

    resolver = Resolver(lookup=lookup)
    for number in range(100):
        resolver.addresses(f"dead{number}")
    began = time.monotonic()
    until(lambda: resolver.addresses("ce.example") == ONE)
    assert time.monotonic() - began < 1
    release.set()
    resolver.close()


def test_no_more_threads_than_names_under_way() -> None:
    def resolving() -> int:
        return sum(thread.name.startswith("of-this-test") for thread in threading.enumerate())

    def lookup(host: str) -> tuple[Address, ...]:
        threading.current_thread().name = "of-this-test"
        return ONE

    def serves(host: str) -> None:
        until(lambda: resolver.addresses(host) == ONE)

    resolver = Resolver(lookup=lookup)
    for number in range(20):
        serves(f"ce{number}.example")
    assert 1 <= resolving() < 20
    resolver.close()
    until(lambda: resolving() == 0)


def test_a_look_up_that_hangs_holds_up_nobody_and_counts_as_unresolved_after_a_while() -> None:
    release = threading.Event()
    clock = Names()

    def lookup(host: str) -> tuple[Address, ...]:
        if host == "hangs.example":
            release.wait(10)
        return ONE

    resolver = Resolver(lookup=lookup, patience=2.0, monotonic=lambda: clock.time)
    assert resolver.addresses("hangs.example") is None
    until(lambda: resolver.addresses("ce.example") == ONE)
    clock.time += 2.1
    assert resolver.addresses("hangs.example") == ()
    release.set()
