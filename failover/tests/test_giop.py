"""GIOP: the bytes that were checked against a real naming service, and replies from anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.giop import Answer, answer, locate_request

KEY = b"NameService"
HERE = bytes.fromhex("47494f5001020104080000000100000001000000")


@pytest.mark.parametrize(
    ("minor", "expected"),
    [
        pytest.param(2, "47494f50010201031700000001000000000000000b0000004e616d6553657276696365", id="1.2"),
        pytest.param(0, "47494f500100010313000000010000000b0000004e616d6553657276696365", id="1.0"),
    ],
)
def test_a_request_is_what_the_contract_says(minor: int, expected: str) -> None:
    assert locate_request(KEY, minor) == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(HERE.hex(), Answer.HERE, id="object here, little-endian"),
        pytest.param("47494f5001020004000000080000000100000001", Answer.HERE, id="object here, big-endian"),
        pytest.param("47494f5001000104080000000100000001000000", Answer.HERE, id="object here, 1.0"),
        pytest.param("47494f5001020104080000000100000002000000", Answer.HERE, id="object forward"),
        pytest.param("47494f5001020104080000000100000000000000", Answer.UNKNOWN_OBJECT, id="unknown object"),
        pytest.param("47494f5001020104080000000100000009000000", Answer.NONSENSE, id="unknown status"),
        pytest.param("47494f5001020104080000000700000001000000", Answer.NONSENSE, id="answer to another request"),
        pytest.param("47494f500102010600000000", Answer.OTHER_VERSION, id="message error"),
        pytest.param("47494f5001020104ffffff7f", Answer.NONSENSE, id="2 GB announced"),
        pytest.param("47494f500102010401000100", Answer.NONSENSE, id="64 KiB and one announced"),
        pytest.param("47494f500102010104000000", Answer.NONSENSE, id="another message"),
        pytest.param(b"HTTP/1.1 400 Bad Request".hex(), Answer.NONSENSE, id="a web server"),
        pytest.param(b"S".hex(), Answer.NONSENSE, id="one wrong byte"),
        pytest.param("", None, id="nothing yet"),
        pytest.param(b"GIO".hex(), None, id="the beginning"),
        pytest.param(HERE[:12].hex(), None, id="the header"),
        pytest.param(HERE[:19].hex(), None, id="all but one byte"),
    ],
)
def test_a_reply_is_understood(reply: str, expected: Answer | None) -> None:
    assert answer(bytes.fromhex(reply)) is expected


@given(st.binary(max_size=200) | st.binary(max_size=40).map(lambda tail: b"GIOP" + tail))
def test_whatever_arrives_it_answers_and_once_it_has_answered_more_bytes_change_nothing(received: bytes) -> None:
    verdict = answer(received)
    if verdict is not None:
        assert answer(received + b"more") is verdict


@given(st.integers(1, len(HERE)))
def test_a_reply_in_pieces_is_understood_when_the_last_piece_is_there(cut: int) -> None:
    assert answer(HERE[:cut]) is (Answer.HERE if cut == len(HERE) else None)
