"""One TCP probe under way: connections to every address of a server, and what their errors mean."""

import errno
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from failover.names import Address
from failover.observation import Observation, Reason, Target

# Closing by reset leaves no TIME_WAIT behind, neither here nor at the server.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)

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


@dataclass(eq=False)
class Attempt:
    """Connections that race to the addresses of one target; the first handshake that completes decides."""

    target: Target
    started: float
    open: set[socket.socket] = field(default_factory=set)
    reason: Reason | None = None

    def connect(self, addresses: Iterable[Address]) -> None:
        """Start to connect to every address; what fails at once is remembered as the reason."""
        for family, address in addresses:
            try:
                self._connect(family, address)
            except OSError as error:
                self.fail(error.errno)

    def _connect(self, family: socket.AddressFamily, address: str) -> None:
        connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            problem = connection.connect_ex((address, self.target.port))
            if problem not in (0, errno.EINPROGRESS):
                raise OSError(problem, "connect")
        except BaseException:
            connection.close()
            raise
        self.open.add(connection)

    def fail(self, problem: int | None) -> None:
        """Remember why a connection failed; a server's trouble outweighs the monitor's own."""
        reason = REASONS.get(problem or 0, Reason.NO_RESOURCES)
        if self.reason is None or self.reason is Reason.NO_RESOURCES:
            self.reason = reason

    def answered(self, connection: socket.socket) -> bool:
        """Whether a connection that became ready completed its handshake."""
        problem = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if problem:
            self.fail(problem)
        return not problem

    def observation(self, reason: Reason, finished: float) -> Observation:
        """The probe's result."""
        return Observation(self.target.server, self.target.configuration, reason, self.started, finished)
