"""One connection of a probe: what to do next with it, and what its errors mean."""

import errno
import socket
import struct
from enum import Enum

from failover import giop
from failover.names import Address
from failover.observation import Kind, Reason, Target

# Closing by reset leaves no TIME_WAIT behind. With the last ACK of the handshake held back the reset overtakes it, so
# the probed process is not even woken.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
PIECE = 4096
LINGER = (socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
HOLD_ACK_BACK = (socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
NON_BLOCKING = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
IN_PROGRESS = {0, errno.EINPROGRESS}
NEWEST, OLDEST = 2, 0  # minor versions of GIOP

REASONS = {
    errno.ECONNREFUSED: Reason.REFUSED,
    errno.ECONNRESET: Reason.RESET,
    errno.EPIPE: Reason.CLOSED,
    errno.ETIMEDOUT: Reason.TIMEOUT,
    errno.EHOSTUNREACH: Reason.UNREACHABLE,
    errno.ENETUNREACH: Reason.UNREACHABLE,
    errno.EHOSTDOWN: Reason.UNREACHABLE,
    errno.ENETDOWN: Reason.UNREACHABLE,
}
ANSWERS = {
    giop.Answer.HERE: Reason.OK,
    giop.Answer.UNKNOWN_OBJECT: Reason.NO_NAMING_SERVICE,
    giop.Answer.OTHER_VERSION: Reason.BAD_REPLY,
    giop.Answer.NONSENSE: Reason.BAD_REPLY,
}


class Step(Enum):
    """What a connection needs next, when it is not settled."""

    READ = "wait for more to read"
    OLDER = "connect anew and speak GIOP 1.0"


def reason_of(problem: int | None, family: socket.AddressFamily) -> Reason | None:
    """What an error number says about the server; what is not listed is the monitor's own trouble.

    None: this machine has no IPv6, or not this family at all, which says nothing about the other addresses.
    """
    if problem == errno.EAFNOSUPPORT or (problem == errno.EADDRNOTAVAIL and family is socket.AF_INET6):
        return None
    return REASONS.get(problem or 0, Reason.NO_RESOURCES)


class Wire:
    """A connection to one address of a target."""

    __slots__ = ("_connected", "_received", "address", "descriptor", "minor", "socket", "target")

    def __init__(self, target: Target, address: Address, minor: int = NEWEST) -> None:
        """Start to connect. Raises OSError when that fails at once."""
        self.target, self.address, self.minor = target, address, minor
        self._connected, self._received = False, b""
        family, host = address
        # The bare type: the class above it keeps account of files made from it, at a tenth of a probe's cost.
        self.socket = socket.SocketType(family, NON_BLOCKING)
        try:
            self.socket.setsockopt(*LINGER)
            self.socket.setsockopt(*HOLD_ACK_BACK)
            problem = self.socket.connect_ex((host, target.port))
            if problem not in IN_PROGRESS:
                raise OSError(problem, "connect")
        except BaseException:
            self.socket.close()
            raise
        self.descriptor = self.socket.fileno()

    def advance(self, failed: int) -> Reason | Step | None:
        """Go on after the socket became ready, or may have failed: the result of the probe, or what it needs next."""
        try:
            return self._read() if self._connected else self._connect(failed)
        except BlockingIOError:
            return Step.READ
        except OSError as error:
            return reason_of(error.errno, self.address[0])

    def _connect(self, failed: int) -> Reason | Step | None:
        if self.target.kind is Kind.TCP:
            problem = failed and self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            return reason_of(problem, self.address[0]) if problem else Reason.OK
        # A connection that failed says so when it is written to. A request fits into any socket's buffer.
        self.socket.send(giop.locate_request(self.target.key, self.minor))
        self._connected = True
        return Step.READ

    def _read(self) -> Reason | Step:
        """Read until the answer is there, or nothing more is: what is left unread is not told again."""
        answer = None
        while answer is None and (piece := self.socket.recv(PIECE)):
            self._received += piece
            answer = giop.answer(self._received)
        if answer in (None, giop.Answer.OTHER_VERSION) and self.minor != OLDEST:
            return Step.OLDER
        return Reason.CLOSED if answer is None else ANSWERS[answer]
