"""Names looked up at a real name server, with all that name servers do."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import dns.rcode
import pytest

from failover.lookup import BOTH, GRACE, SOON, WRITTEN, Answer, SystemLookup
from failover.tests.nameserver import NameServer, name_server

V4, V6 = socket.AF_INET, socket.AF_INET6
HOST = "ce.example"
SILENT = "the name servers do not answer"


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server() as server:
        server.records[HOST] = ["192.0.2.1", "2001:db8::1"]
        yield server


def found(lookup: SystemLookup, host: str = HOST) -> Answer:
    return asyncio.run(lookup(host))


def texts(answer: Answer) -> set[str]:
    return {address for _, address in answer.addresses}


def test_both_families_are_found_with_their_time_to_live(server: NameServer, tmp_path: Path) -> None:
    answer = found(server.lookup(tmp_path))
    assert set(answer.addresses) == {(V4, "192.0.2.1"), (V6, "2001:db8::1")}
    assert (answer.ttl, answer.trouble, answer.missing) == (60, "", frozenset())


@pytest.mark.parametrize("family", ["192.0.2.1", "2001:db8::1"], ids=["IPv4", "IPv6"])
def test_one_family_is_enough(server: NameServer, tmp_path: Path, family: str) -> None:
    server.records[HOST] = [family]
    answer = found(server.lookup(tmp_path))
    assert (texts(answer), answer.trouble, answer.missing) == ({family}, "", frozenset())


def test_an_alias_is_followed(server: NameServer, tmp_path: Path) -> None:
    server.records |= {"www.example": ["alias.example"], "alias.example": [HOST]}
    assert texts(found(server.lookup(tmp_path), "www.example")) == {"192.0.2.1", "2001:db8::1"}


def test_an_answer_that_fits_into_no_datagram_is_fetched_over_tcp(server: NameServer, tmp_path: Path) -> None:
    server.records[HOST] = [f"192.0.2.{number}" for number in range(1, 201)]
    server.truncated.add(HOST)
    assert len(found(server.lookup(tmp_path)).addresses) == 200
    assert "ce.example A TCP" in server.asked


@pytest.mark.parametrize(("soa", "ttl"), [(None, 5), (15, 15)], ids=["not said", "as the zone says"])
def test_that_there_is_no_such_name_holds_for_as_long_as_the_zone_says(
    server: NameServer, tmp_path: Path, soa: int | None, ttl: float
) -> None:
    server.negative_ttl = soa
    assert found(server.lookup(tmp_path), "no.example") == Answer(ttl=ttl, trouble="there is no such name")


def test_a_name_without_addresses_says_so(server: NameServer, tmp_path: Path) -> None:
    server.codes[HOST] = dns.rcode.NOERROR
    assert found(server.lookup(tmp_path)).trouble == "the name has no address"


def test_a_server_that_fails_says_nothing_about_the_name(server: NameServer, tmp_path: Path) -> None:
    server.codes[HOST] = dns.rcode.SERVFAIL
    expected = Answer(ttl=SOON, trouble="the name servers fail: SERVFAIL", missing=BOTH)
    assert found(server.lookup(tmp_path)) == expected


def test_a_server_that_is_silent_is_waited_for_no_longer_than_the_lifetime(server: NameServer, tmp_path: Path) -> None:
    server.silent.add(HOST)
    began = time.monotonic()
    assert found(server.lookup(tmp_path, lifetime=0.3)) == Answer(ttl=SOON, trouble=SILENT, missing=BOTH)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("trouble", ["silent", "fails"])
def test_a_family_that_gives_no_answer_does_not_hide_the_other(
    server: NameServer, tmp_path: Path, trouble: str
) -> None:
    if trouble == "silent":
        server.silent.add(f"{HOST} AAAA")
    else:
        server.codes[f"{HOST} AAAA"] = dns.rcode.SERVFAIL
    began = time.monotonic()
    answer = found(server.lookup(tmp_path, lifetime=30))
    assert (texts(answer), answer.missing) == ({"192.0.2.1"}, frozenset({V6}))
    assert time.monotonic() - began < 10 * GRACE


def test_a_question_that_is_waited_for_no_longer_is_dropped(server: NameServer, tmp_path: Path) -> None:
    server.silent.add(f"{HOST} AAAA")
    lookup = server.lookup(tmp_path, lifetime=30)

    async def under_way() -> int:
        await lookup(HOST)
        for _ in range(20):  # a cancellation reaches the task within the task one turn of the loop later
            await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(under_way()) == 1


def test_the_hosts_file_comes_before_dns(server: NameServer, tmp_path: Path) -> None:
    lookup = server.lookup(tmp_path, hosts="192.0.2.77 CE.Example")
    assert found(lookup) == Answer(((V4, "192.0.2.77"),), ttl=WRITTEN)
    assert not server.asked


def test_a_hosts_file_that_changes_is_followed(server: NameServer, tmp_path: Path) -> None:
    lookup = server.lookup(tmp_path, hosts="192.0.2.77 ce.example")
    found(lookup)
    (tmp_path / "hosts").write_text("")
    assert texts(found(lookup)) == {"192.0.2.1", "2001:db8::1"}


@pytest.mark.parametrize(
    ("host", "options", "asked"),
    [
        pytest.param("ce", "search b.example c.example", ["ce.b.example", "ce.c.example", "ce"], id="one word"),
        pytest.param("ce.x", "search b.example", ["ce.x", "ce.x.b.example"], id="with a dot it is tried whole first"),
        pytest.param("ce.x", "search b.example\noptions ndots:2", ["ce.x.b.example", "ce.x"], id="ndots"),
        pytest.param("ce", "domain b.example", ["ce.b.example", "ce"], id="domain"),
        pytest.param("ce.x.", "search b.example", ["ce.x"], id="a dot at the end"),
        pytest.param("ce.x", "search .", ["ce.x"], id="the root"),
    ],
)
def test_search_domains_are_tried_in_the_order_of_the_system(
    server: NameServer, tmp_path: Path, host: str, options: str, asked: list[str]
) -> None:
    assert found(server.lookup(tmp_path, options=options), host).trouble == "there is no such name"
    assert [question.removesuffix(" A") for question in server.asked if question.endswith(" A")] == asked


def test_the_search_ends_where_a_name_has_an_address(server: NameServer, tmp_path: Path) -> None:
    server.records["ce.b.example"] = ["192.0.2.5"]
    answer = found(server.lookup(tmp_path, options="search a.example b.example c.example"), "ce")
    assert texts(answer) == {"192.0.2.5"}


def test_a_failure_ends_the_search_so_that_no_other_host_is_taken_for_this_one(
    server: NameServer, tmp_path: Path
) -> None:
    server.codes[HOST] = dns.rcode.SERVFAIL
    server.records["ce.example.b.example"] = ["192.0.2.99"]  # such as a wildcard gives
    answer = found(server.lookup(tmp_path, options="search b.example"))
    assert (answer.addresses, answer.missing) == ((), BOTH)


def test_the_second_name_server_is_asked_when_the_first_is_silent(server: NameServer, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as dead:
        dead.bind(("127.0.0.2", server.port))
        lookup = server.lookup(tmp_path, lifetime=10)
        (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.2\nnameserver 127.0.0.1\noptions timeout:1\n")
        assert texts(found(lookup)) == {"192.0.2.1", "2001:db8::1"}


def test_name_servers_that_change_are_followed(server: NameServer, tmp_path: Path) -> None:
    lookup = server.lookup(tmp_path, lifetime=1)
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.3\n")
    assert found(lookup).trouble == SILENT
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    assert found(lookup).addresses


@pytest.mark.parametrize("text", ["", "# nothing\n", None], ids=["empty", "a comment", "no file"])
def test_without_name_servers_that_of_this_machine_is_asked(
    server: NameServer, tmp_path: Path, text: str | None
) -> None:
    lookup = server.lookup(tmp_path)
    path = tmp_path / "resolv.conf"
    path.unlink() if text is None else path.write_text(text)
    assert found(lookup).addresses


def test_a_file_that_cannot_be_used_leaves_the_former_name_servers(
    server: NameServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lookup = server.lookup(tmp_path)
    found(lookup)
    (tmp_path / "resolv.conf").write_text("nameserver not-an-address\n")
    assert found(lookup).addresses
    assert found(lookup).addresses
    assert [(record.levelno, record.name) for record in caplog.records] == [(logging.WARNING, "failover.lookup")]


def test_a_file_that_never_could_be_used_is_the_trouble_of_every_name(server: NameServer, tmp_path: Path) -> None:
    lookup = server.lookup(tmp_path)
    (tmp_path / "resolv.conf").write_text("nameserver not-an-address\n")
    assert "not-an-address" in found(lookup).trouble
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    assert found(lookup).addresses


@pytest.mark.parametrize("host", ["a..b", f"{'x' * 64}.example", ".".join(["x" * 60] * 5)])
def test_what_cannot_be_a_name_is_a_trouble_and_no_fault(server: NameServer, tmp_path: Path, host: str) -> None:
    answer = found(server.lookup(tmp_path), host)
    assert answer.trouble
    assert not server.asked


def test_no_descriptor_is_left_behind(server: NameServer, tmp_path: Path) -> None:
    server.silent.add("dead.example")
    server.truncated.add(HOST)
    lookup = server.lookup(tmp_path, lifetime=0.2)
    before = len(os.listdir("/proc/self/fd"))
    for host in (HOST, "dead.example", "no.example"):
        found(lookup, host)
    assert len(os.listdir("/proc/self/fd")) <= before
