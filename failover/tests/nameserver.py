"""A real name server on this machine, over UDP and TCP, whose manners the tests choose name by name."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from failover.lookup import SystemLookup

BIND_ATTEMPTS = 20


class NameServer:
    """What it knows and how it behaves; names are whole, without the dot at the end."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}  # addresses, or one name for an alias
        self.ttl = 60
        self.negative_ttl: int | None = None  # None: no SOA record
        self.codes: dict[str, dns.rcode.Rcode] = {}
        self.silent: set[str] = set()  # names, or names with a type: "ce.example AAAA"
        self.truncated: set[str] = set()  # names whose answers fit into no datagram
        self.asked: list[str] = []
        self.port = 0

    def lookup(self, folder: Path, *, hosts: str = "", options: str = "", lifetime: float = 3.0) -> SystemLookup:
        """A look-up that knows this server only."""
        (folder / "hosts").write_text(hosts)
        (folder / "resolv.conf").write_text(f"nameserver 127.0.0.1\n{options}\n")
        return SystemLookup(hosts=folder / "hosts", servers=folder / "resolv.conf", port=self.port, lifetime=lifetime)

    def reply(self, wire: bytes, *, over_tcp: bool) -> bytes | None:
        """The bytes to send back; None to stay silent."""
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name, kind = question.name.to_text().rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{name} {kind}{' TCP' if over_tcp else ''}")
        if {name, f"{name} {kind}"} & self.silent:
            return None
        reply = dns.message.make_response(query)
        if name in self.truncated and not over_tcp:
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        self._fill(reply, name, kind)
        return reply.to_wire()

    def _fill(self, reply: dns.message.Message, name: str, kind: str) -> None:
        if (code := self.codes.get(f"{name} {kind}", self.codes.get(name))) is not None:
            reply.set_rcode(code)
        elif name not in self.records:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        else:
            self._answer(reply, name, kind)
        if self.negative_ttl is not None and not reply.answer:
            soa = f"ns.example. admin.example. 1 60 60 60 {self.negative_ttl}"
            reply.authority.append(dns.rrset.from_text(".", self.negative_ttl, "IN", "SOA", soa))

    def _answer(self, reply: dns.message.Message, name: str, kind: str) -> None:
        records = self.records[name]
        while records[0][0].isalpha():  # an alias
            reply.answer.append(dns.rrset.from_text(f"{name}.", self.ttl, "IN", "CNAME", f"{records[0]}."))
            name, records = records[0], self.records[records[0]]
        fitting = [record for record in records if (":" in record) == (kind == "AAAA")]
        if fitting:
            reply.answer.append(dns.rrset.from_text(f"{name}.", self.ttl, "IN", kind, *fitting))


@contextmanager
def name_server() -> Iterator[NameServer]:
    """A server that answers until the end of the block."""
    server = NameServer()
    datagrams, listener = _bound()
    server.port = datagrams.getsockname()[1]
    threads = [
        threading.Thread(target=_serve_datagrams, args=(datagrams, server), daemon=True),
        threading.Thread(target=_serve_streams, args=(listener, server), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        _poke(datagrams)
        listener.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(timeout=5)
        datagrams.close()
        listener.close()


def _bound() -> tuple[socket.socket, socket.socket]:
    """A socket of either protocol on the same port."""
    for _ in range(BIND_ATTEMPTS):
        listener = socket.create_server(("127.0.0.1", 0))
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            datagrams.bind(listener.getsockname())
        except OSError:
            listener.close()
            datagrams.close()
        else:
            return datagrams, listener
    raise OSError("no port is free for both protocols")


def _poke(datagrams: socket.socket) -> None:
    """An empty datagram ends the server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"", datagrams.getsockname())


def _serve_datagrams(datagrams: socket.socket, server: NameServer) -> None:
    while True:
        wire, sender = datagrams.recvfrom(4096)
        if not wire:
            return
        if reply := server.reply(wire, over_tcp=False):
            datagrams.sendto(reply, sender)


def _serve_streams(listener: socket.socket, server: NameServer) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(2)
            (length,) = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
            if reply := server.reply(connection.recv(length, socket.MSG_WAITALL), over_tcp=True):
                connection.sendall(struct.pack("!H", len(reply)) + reply)
