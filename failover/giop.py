"""The few bytes of CORBA's GIOP that ask a naming service whether it is there. Pure; FAILOVER.md section 1.

One LocateRequest for an object key, and its LocateReply. The reply comes in pieces, in either byte order, from whoever
listens on the port: nothing in it is trusted, and never more than LONGEST bytes of it are kept.
"""

import struct
from enum import Enum
from functools import lru_cache

MAGIC = b"GIOP"
HEADER = 12
LONGEST = 64 * 1024
LITTLE_ENDIAN = 1
LOCATE_REQUEST, LOCATE_REPLY, MESSAGE_ERROR = 3, 4, 6
REQUEST_ID = 1


class Answer(Enum):
    """What a reply means."""

    HERE = "here"
    UNKNOWN_OBJECT = "unknown object"
    OTHER_VERSION = "other version"
    NONSENSE = "nonsense"


@lru_cache(maxsize=256)
def locate_request(key: bytes, minor: int = 2) -> bytes:
    """A LocateRequest of GIOP 1.`minor` (2 or 0) for an object key, little-endian."""
    target = struct.pack("<I", len(key)) + key
    body = struct.pack("<I", REQUEST_ID) + (b"\0\0\0\0" if minor >= 2 else b"") + target
    return MAGIC + bytes([1, minor, LITTLE_ENDIAN, LOCATE_REQUEST]) + struct.pack("<I", len(body)) + body


@lru_cache(maxsize=256)  # nearly every reply is the same
def answer(received: bytes) -> Answer | None:
    """What was answered, or None while more must be read."""
    if not MAGIC.startswith(received[:4]) and not received.startswith(MAGIC):
        return Answer.NONSENSE
    if len(received) < HEADER:
        return None
    order = "<" if received[6] & LITTLE_ENDIAN else ">"
    kind = received[7]
    (length,) = struct.unpack_from(f"{order}I", received, 8)
    if kind == MESSAGE_ERROR:
        return Answer.OTHER_VERSION
    if kind != LOCATE_REPLY or not 8 <= length <= LONGEST:
        return Answer.NONSENSE
    if len(received) < HEADER + 8:
        return None
    request, status = struct.unpack_from(f"{order}II", received, HEADER)
    if request != REQUEST_ID:
        return Answer.NONSENSE
    return STATUSES.get(status, Answer.NONSENSE)


# Object here, and object forward: whoever forwards knows the object.
STATUSES = {0: Answer.UNKNOWN_OBJECT, 1: Answer.HERE, 2: Answer.HERE}
