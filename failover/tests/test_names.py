"""Host names to addresses: remembered, refreshed, and never in the way."""

import asyncio
import gc
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from failover.names import (
    AGAIN,
    ASIDE,
    FIRST,
    FORGOTTEN,
    LONGEST,
    LONGEST_WITHOUT,
    MOST_A_SECOND,
    MOST_ADDRESSES,
    Address,
    Answer,
    Resolver,
)

V4, V6 = socket.AF_INET, socket.AF_INET6
ONE: tuple[Address, ...] = ((V4, "192.0.2.1"),)
TWO: tuple[Address, ...] = ((V4, "192.0.2.2"),)
NO_NAME = Answer(trouble="there is no such name", ttl=10.0)
HOST = "ce.example"


class Names:
    """A name service that says what it is told, a clock, and a resolver that has both."""

    def __init__(self) -> None:
        self.answer = Answer(ONE, ttl=60.0)
        self.fault: Exception | None = None
        self.hangs: Callable[[str], bool] = lambda host: False
        self.asked: list[str] = []
        self.time = 100.0
        self.resolver = Resolver(lookup=self.lookup, patience=2.0, monotonic=lambda: self.time)

    async def lookup(self, host: str) -> Answer:
        self.asked.append(host)
        if self.hangs(host):
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        return self.answer

    def serves(self, expected: tuple[Address, ...], host: str = HOST) -> None:
        """Wait until these are the addresses."""
        until(lambda: self.resolver.addresses(host) == expected)

    def after(self, seconds: float, answer: Answer | None = None) -> tuple[Address, ...] | None:
        """Let time pass, ask, and wait until the answer that is due then has been taken: what the resolver says now."""
        self.time, self.answer = self.time + seconds, answer or self.answer
        self.resolver.addresses(HOST)
        witness = f"witness-{len(self.asked)}.example"  # answers are taken in the order of the questions
        until(lambda: self.resolver.addresses(witness) is not None)
        return self.resolver.addresses(HOST)

    def questions(self) -> int:
        """How often the name was looked up."""
        return self.asked.count(HOST)


@pytest.fixture
def names() -> Iterator[Names]:
    names = Names()
    yield names
    names.resolver.close()


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def resolvers() -> int:
    return sum(thread.name == "resolver" for thread in threading.enumerate())


def test_an_address_needs_no_look_up_and_no_thread(names: Names) -> None:
    assert names.resolver.addresses("192.0.2.7") == ((V4, "192.0.2.7"),)
    assert names.resolver.addresses("[2001:db8::5]") == ((V6, "2001:db8::5"),)
    assert names.resolver.addresses("localhost")
    assert not names.asked
    assert not resolvers()


def test_a_name_is_pending_until_its_first_answer(names: Names) -> None:
    assert names.resolver.addresses(HOST) is None
    names.serves(ONE)
    assert names.questions() == 1


def test_an_answer_is_kept_for_its_time_to_live(names: Names) -> None:
    names.after(0)
    names.after(59.9)
    assert names.questions() == 1
    names.after(0.1)
    assert names.questions() == 2


@pytest.mark.parametrize(
    ("ttl", "kept"),
    [
        pytest.param(0, 5, id="never below"),
        pytest.param(30, 30, id="as it is"),
        pytest.param(86400, LONGEST, id="never above"),
    ],
)
def test_the_time_to_live_has_bounds(names: Names, ttl: float, kept: float) -> None:
    names.after(0, Answer(ONE, ttl=ttl))
    names.after(kept - 0.1)
    assert names.questions() == 1
    names.after(0.2)
    assert names.questions() == 2


@pytest.mark.parametrize(
    ("ttl", "kept"),
    [
        pytest.param(0, 5, id="never below"),
        pytest.param(10, 10, id="as it is"),
        pytest.param(3600, LONGEST_WITHOUT, id="never above"),
    ],
)
def test_that_there_is_no_name_is_kept_shortly(names: Names, ttl: float, kept: float) -> None:
    assert names.after(0, Answer(trouble="there is no such name", ttl=ttl)) == ()
    names.after(kept - 0.1)
    assert names.questions() == 1
    assert names.after(0.2, Answer(TWO)) == TWO


def test_the_old_answer_serves_while_the_next_one_is_under_way(names: Names) -> None:
    names.after(0)
    names.hangs = lambda host: True
    names.time += 61
    assert names.resolver.addresses(HOST) == ONE
    until(lambda: names.questions() == 2)
    names.time += 3600
    assert names.resolver.addresses(HOST) == ONE
    assert names.questions() == 2, "a look-up that is under way is not begun again"


def test_a_changed_address_is_taken_over_and_logged(names: Names, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    names.after(0)
    assert names.after(61, Answer(TWO)) == TWO
    (record,) = caplog.records
    assert (record.levelname, record.message) == ("INFO", "ce.example has moved from 192.0.2.1 to 192.0.2.2")


def test_addresses_in_another_order_are_no_change(names: Names, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    first = names.after(0, Answer(ONE + TWO))
    assert names.after(61, Answer(TWO + ONE)) == first
    assert not caplog.records


def test_while_a_name_fails_to_resolve_its_last_good_addresses_stay_and_that_is_said_once(
    names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    names.after(0)
    for _ in range(5):
        assert names.after(61, NO_NAME) == ONE
    assert [message for message in caplog.messages if message.startswith(HOST)] == [
        "ce.example does not resolve (there is no such name); its last good addresses stay in use: 192.0.2.1"
    ]
    trouble = names.resolver.troubles()[HOST]
    assert (trouble.reason, trouble.since, trouble.addresses) == ("there is no such name", 161.0, ONE)


def test_that_a_name_resolves_again_is_said_once(names: Names, caplog: pytest.LogCaptureFixture) -> None:
    names.after(0)
    names.after(61, NO_NAME)
    caplog.clear()
    assert names.after(61, Answer(TWO)) == TWO
    assert names.after(61) == TWO
    said = [message for message in caplog.messages if message.startswith(HOST)]
    assert said == ["ce.example resolves again, to 192.0.2.2"]
    assert HOST not in names.resolver.troubles()


def test_a_name_that_never_resolved_has_no_address_and_says_why(names: Names, caplog: pytest.LogCaptureFixture) -> None:
    assert names.after(0, NO_NAME) == ()
    assert "ce.example does not resolve (there is no such name); it cannot be checked" in caplog.messages
    assert names.resolver.troubles()[HOST].addresses == ()


def test_a_family_of_which_nothing_was_learned_keeps_its_last_good_addresses(names: Names) -> None:
    six: tuple[Address, ...] = ((V6, "2001:db8::1"),)
    names.after(0, Answer(six + ONE))
    partial = Answer(TWO, ttl=300, trouble="the name servers do not answer", missing=frozenset({V6}))
    assert names.after(61, partial) == six + TWO
    assert HOST in names.resolver.troubles()
    assert names.after(6, Answer(TWO)) == TWO, "soon asked again; now it is known that there is no other"
    assert HOST not in names.resolver.troubles()


def test_a_family_that_never_answers_is_no_trouble_while_the_other_one_does(names: Names) -> None:
    assert names.after(0, Answer(ONE, trouble="SERVFAIL", missing=frozenset({V6}))) == ONE
    assert not names.resolver.troubles()


def test_of_hundreds_of_addresses_some_of_either_family_are_tried_and_that_is_said(
    names: Names, caplog: pytest.LogCaptureFixture
) -> None:
    many = tuple((V6, f"2001:db8::{number:x}") for number in range(300))
    first = names.after(0, Answer((*many, *ONE)))
    assert first is not None
    assert len(first) == MOST_ADDRESSES
    assert ONE[0] in first
    assert names.after(61, Answer((*ONE, *reversed(many)))) == first, "always the same ones"
    assert names.after(61, NO_NAME) == first
    assert names.after(61, Answer((*many, *ONE))) == first
    assert sum("more than 16 addresses" in message for message in caplog.messages if HOST in message) == 1


def test_many_names_are_asked_about_less_often(names: Names) -> None:
    names.after(0, Answer(ONE, ttl=5))
    for number in range(10 * MOST_A_SECOND):
        names.resolver.addresses(f"192.0.2.1.{number}.example")
    names.after(6)  # the next answer is taken among many
    asked = names.questions()
    names.after(9)
    assert names.questions() == asked
    names.after(2)
    assert names.questions() == asked + 1


def test_a_name_that_nobody_asks_for_is_forgotten(names: Names) -> None:
    names.after(0, NO_NAME)
    names.time += FORGOTTEN / 2
    names.resolver.addresses("other.example")
    assert HOST in names.resolver.troubles()
    names.time += FORGOTTEN
    names.resolver.addresses("yet-another.example")
    assert HOST not in names.resolver.troubles()


@pytest.mark.parametrize("fault", [ValueError("nobody foresaw this"), MemoryError()], ids=["broken", "no memory"])
def test_a_look_up_that_breaks_counts_as_unresolved_and_spoils_no_other(
    names: Names, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    names.after(0)
    names.fault = fault
    assert names.after(61) == ONE
    names.serves((), "other.example")
    names.fault = None
    names.after(6, Answer(TWO))
    names.serves(TWO)
    assert any(record.exc_info for record in caplog.records)


def test_names_that_hang_delay_others_no_longer_than_a_moment(names: Names) -> None:
    names.hangs = lambda host: host.startswith("dead")
    for number in range(FIRST + ASIDE - 1):
        names.resolver.addresses(f"dead{number}.example")
    names.serves(ONE)


def test_names_that_failed_wait_among_themselves_and_delay_no_other(names: Names) -> None:
    dead = [f"dead{number}.example" for number in range(FIRST + ASIDE + AGAIN)]
    names.answer = NO_NAME
    for host in dead:
        names.serves((), host)
    names.asked.clear()
    names.time, names.answer, names.hangs = names.time + 61, Answer(ONE), lambda host: host in dead
    for host in dead:
        names.resolver.addresses(host)
    for number in range(100):
        names.serves(ONE, f"ce{number}.example")
    assert sum(host in dead for host in names.asked) == AGAIN


def test_a_look_up_that_hangs_counts_as_unresolved_after_a_while_and_is_taken_when_it_ends_after_all() -> None:
    clock, go = Names(), threading.Event()

    async def lookup(host: str) -> Answer:
        while not go.is_set():
            await asyncio.sleep(0.001)
        return Answer(ONE)

    resolver = Resolver(lookup=lookup, patience=2.0, monotonic=lambda: clock.time)
    assert resolver.addresses(HOST) is None
    clock.time += 1.9
    assert resolver.addresses(HOST) is None
    clock.time += 0.2
    assert resolver.addresses(HOST) == ()
    trouble = resolver.troubles()[HOST]
    assert (trouble.reason, trouble.since) == ("there is no answer yet", clock.time)
    go.set()
    until(lambda: resolver.addresses(HOST) == ONE)
    resolver.close()


def test_closing_ends_the_thread_at_once_whatever_hangs(names: Names) -> None:
    names.hangs = lambda host: True
    for number in range(1000):
        names.resolver.addresses(f"dead{number}.example")
    until(lambda: len(names.asked) >= FIRST)
    assert resolvers() == 1
    began = time.monotonic()
    names.resolver.close()
    assert time.monotonic() - began < 3
    until(lambda: not resolvers())
    gc.collect()  # a coroutine that was never awaited, or a loop that was not closed, would be said now


def test_a_resolver_that_is_closed_hands_out_what_it_knows_and_begins_nothing(names: Names) -> None:
    names.after(0)
    names.resolver.close()
    names.time += 61
    assert names.resolver.addresses(HOST) == ONE
    assert names.resolver.addresses("other.example") == ()
    assert not resolvers()


def test_closing_what_never_began_is_no_fault_and_nothing_begins_later() -> None:
    resolver = Resolver()
    resolver.close()
    assert resolver.addresses(HOST) == ()
    assert not resolvers()


OUT_OF_DESCRIPTORS = """
import os, resource, time
from failover.names import Answer, Resolver
async def lookup(host):
    return Answer(((2, "192.0.2.1"),))
now = 0
resolver = Resolver(lookup=lookup, monotonic=lambda: now)
limits = resource.getrlimit(resource.RLIMIT_NOFILE)
limit = max(int(name) for name in os.listdir("/proc/self/fd"))  # that of the listing, which is free again
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limits[1]))
print(resolver.addresses("ce.example"), resolver.troubles()["ce.example"].reason)
resource.setrlimit(resource.RLIMIT_NOFILE, limits)
now = 6
while not resolver.addresses("ce.example"):
    time.sleep(0.01)
resolver.close()
"""


def test_without_descriptors_for_a_thread_a_name_does_not_resolve_and_is_tried_again() -> None:
    done = subprocess.run(
        [sys.executable, "-c", OUT_OF_DESCRIPTORS], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.startswith("() the system gives no descriptor or thread")
    assert "Exception ignored" not in done.stderr
