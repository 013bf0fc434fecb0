"""The demo's own naming service answers a GIOP LocateRequest as omniNames does."""

import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import naming
from scripts.installation import BASE_DIR, free_port
from tests import needs
from tests.processes import environment, until

HERE_1_2 = bytes.fromhex("47494f50 01020103 17000000 01000000 0000 0000 0b000000 4e616d6553657276696365")
HERE_1_0 = bytes.fromhex("47494f50 01000103 13000000 01000000 0b000000 4e616d6553657276696365")
HERE_BIG_ENDIAN = bytes.fromhex("47494f50 01020003 00000017 00000001 0000 0000 0000000b 4e616d6553657276696365")
ELSEWHERE = bytes.fromhex("47494f50 01020103 17000000 07000000 0000 0000 0b000000 4e616d6553657276696366")


@pytest.fixture(params=["responder", "omniNames"])
def port(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a running naming service: ours, and the one that it stands in for."""
    if request.param == "omniNames":
        needs.omninames()
    else:
        monkeypatch.setenv("PATH", str(tmp_path))
    number = free_port()
    command = naming.command(number, tmp_path)
    process = subprocess.Popen(
        command, cwd=BASE_DIR, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert until(lambda: listens(number) or None, 20)
    yield number
    process.terminate()
    process.wait(10)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(port: int, *requests: bytes) -> bytes:
    """What comes back on one connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        received = b""
        for sent in requests:
            connection.sendall(sent)
            received += connection.recv(1024)
    return received


@pytest.mark.parametrize(
    ("request_", "reply"),
    [
        pytest.param(HERE_1_2, "47494f50 01020104 08000000 01000000 01000000", id="1.2"),
        pytest.param(HERE_1_0, "47494f50 01000104 08000000 01000000 01000000", id="1.0"),
        pytest.param(ELSEWHERE, "47494f50 01020104 08000000 07000000 00000000", id="unknown-object"),
    ],
)
def test_it_answers_a_locate_request(port: int, request_: bytes, reply: str) -> None:
    assert answers(port, request_) == bytes.fromhex(reply)


def test_it_answers_a_big_endian_request(port: int) -> None:
    reply = answers(port, HERE_BIG_ENDIAN)
    assert reply[7] == 4
    (status,) = struct.unpack("<I" if reply[6] & 1 else ">I", reply[16:20])
    assert status == 1


def test_it_answers_one_request_after_the_other(port: int) -> None:
    assert len(answers(port, HERE_1_2, HERE_1_2)) == 40


def test_it_goes_on_after_a_caller_who_spoke_something_else(port: int) -> None:
    answers(port, b"GET / HTTP/1.1\r\nHost: there\r\n\r\n" + b"x" * 20)
    assert answers(port, HERE_1_2)[7] == 4
