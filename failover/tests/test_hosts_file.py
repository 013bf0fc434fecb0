"""The hosts file, as administrators write it."""

import os
import socket
from pathlib import Path

import pytest

from failover.hosts_file import LOOPBACK, LOOPBACK_6, Address, HostsFile, known_without_asking, parsed
from failover.observation import Reason, Target
from failover.pace import Pace
from failover.probes import sweep
from failover.tests.listeners import closed_port

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        pytest.param("192.0.2.7", ((V4, "192.0.2.7"),), id="IPv4"),
        pytest.param("[2001:db8::5]", ((V6, "2001:db8::5"),), id="IPv6 in brackets"),
        pytest.param("2001:DB8:0::5", ((V6, "2001:db8::5"),), id="IPv6 as typed"),
        pytest.param("notlocalhost", (), id="ends like localhost"),
        pytest.param("192.0.2.7.example", (), id="starts like an address"),
    ],
)
def test_an_address_is_known_without_asking(host: str, addresses: tuple[Address, ...]) -> None:
    assert known_without_asking(host) == addresses


@pytest.mark.parametrize("host", ["localhost", "ce.LOCALHOST."])
def test_localhost_is_known_without_asking_with_ipv6_where_this_machine_has_it(host: str) -> None:
    assert known_without_asking(host) in (LOOPBACK, LOOPBACK + LOOPBACK_6)


def test_a_localhost_on_which_nobody_listens_is_refused() -> None:
    seen = sweep([Target(1, 1, "localhost", closed_port())], pace=Pace(period=0.2, quick=0.05, timeout=1.0))
    assert seen[1].reason is Reason.REFUSED


@pytest.mark.parametrize(
    ("line", "names"),
    [
        pytest.param("192.0.2.1 ce.example ce", {"ce.example": "192.0.2.1", "ce": "192.0.2.1"}, id="several names"),
        pytest.param("192.0.2.1\tCE.Example.", {"ce.example": "192.0.2.1"}, id="tab, case and dot"),
        pytest.param("192.0.2.1 a # b", {"a": "192.0.2.1"}, id="comment"),
        pytest.param("#192.0.2.1 a", {}, id="comment alone"),
        pytest.param("  2001:DB8::1   a", {"a": "2001:db8::1"}, id="IPv6"),
        pytest.param("192.0.2.300 a", {}, id="no address"),
        pytest.param("192.0.2.1", {}, id="no name"),
        pytest.param("", {}, id="empty"),
    ],
)
def test_a_line_names_addresses(line: str, names: dict[str, str]) -> None:
    assert {name: addresses[0][1] for name, addresses in parsed(line).items()} == names


def test_a_name_on_several_lines_has_all_their_addresses_once() -> None:
    text = "192.0.2.1 ce\r\n2001:db8::1 ce\r\n192.0.2.1 ce other\r\n"
    assert parsed(text)["ce"] == ((V4, "192.0.2.1"), (V6, "2001:db8::1"))


def test_the_file_is_read_again_when_it_has_changed_only(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    hosts = HostsFile(path)
    assert hosts.addresses("ce.example") == ()
    path.write_text("192.0.2.1 ce.example\n")
    os.utime(path, (1, 1))
    assert hosts.addresses("CE.example.") == ((V4, "192.0.2.1"),)
    path.write_text("192.0.2.2 ce.example\n")
    os.utime(path, (1, 1))
    assert hosts.addresses("ce.example") == ((V4, "192.0.2.1"),), "it looks the same from outside"
    os.utime(path, (2, 2))
    assert hosts.addresses("ce.example") == ((V4, "192.0.2.2"),)
    path.unlink()
    assert hosts.addresses("ce.example") == ()


def test_a_file_that_cannot_be_read_counts_as_empty_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hosts = HostsFile(tmp_path)
    assert hosts.addresses("ce.example") == hosts.addresses("ce.example") == ()
    (message,) = caplog.messages
    assert message.startswith(f"{tmp_path} cannot be read")


def test_what_is_no_text_spoils_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_bytes(b"\xff\xfe\x00\n192.0.2.1 ce.example\n")
    assert HostsFile(path).addresses("ce.example") == ((V4, "192.0.2.1"),)
