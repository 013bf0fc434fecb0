"""python -m tests.faults.service: naming services with manners of their own; told by lines `ADDRESS MANNERS`."""

import asyncio
import resource
import socket
import struct
import sys
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress

from scripts.responder import HEADER, locate_reply

PORT = 9999
LONGEST = 5.0  # seconds for one caller; none waits that long
Manners = Callable[[Reader, Writer], Awaitable[None]]


async def answer(reader: Reader, writer: Writer) -> None:
    """As a naming service does."""
    header = await reader.readexactly(HEADER)
    order = "<" if header[6] & 1 else ">"
    body = await reader.readexactly(struct.unpack(f"{order}I", header[8:HEADER])[0])
    writer.write(locate_reply(header, order, body))
    await writer.drain()


def after(seconds: float) -> Manners:
    async def manners(reader: Reader, writer: Writer) -> None:
        await asyncio.sleep(seconds)
        await answer(reader, writer)

    return manners


def saying(words: bytes) -> Manners:
    async def manners(reader: Reader, writer: Writer) -> None:
        await reader.read(4096)
        writer.write(words)
        await writer.drain()

    return manners


async def rude(reader: Reader, writer: Writer) -> None:
    """Closes at once."""


async def dripping(reader: Reader, writer: Writer) -> None:
    """One byte a second."""
    await reader.read(4096)
    for byte in bytes.fromhex("47494f5001020104080000000100000001000000"):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def endless(reader: Reader, writer: Writer) -> None:
    """Claims 2 GB and sends and sends."""
    await reader.read(4096)
    while True:
        writer.write(b"GIOP\1\2\1\4\xff\xff\xff\x7f" + b"x" * 65536)
        await writer.drain()


GARBAGE = saying(b"\xde\xad\xbe\xef" * 16)
MANNERS: dict[str, Manners] = {
    "up": answer,
    "slow": after(0.3),
    "too-slow": after(2.0),
    "rude": rude,
    "garbage": GARBAGE,
    "http": saying(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
    "dripping": dripping,
    "endless": endless,
}
LISTENS = {"refused": False, "deaf": True}


class Services:
    """What listens where."""

    def __init__(self) -> None:
        self._servers: dict[str, asyncio.Server] = {}
        self._sockets: dict[str, socket.socket] = {}

    async def tell(self, address: str, manners: str) -> None:
        """Let the service at that address behave like that from now on."""
        if server := self._servers.pop(address, None):
            server.close()
        if listener := self._sockets.pop(address, None):
            listener.close()
        if manners == "deaf":
            self._sockets[address] = socket.create_server((address, PORT), backlog=4096)
        elif manners != "refused":
            behaviour = pattern(manners.removeprefix("pattern:")) if manners[:8] == "pattern:" else MANNERS[manners]
            self._servers[address] = await asyncio.start_server(mannered(behaviour), address, PORT, backlog=512)


def pattern(words: str) -> Manners:
    """Answers (1) or talks garbage (0) in turn, for each caller by itself."""
    turns: dict[str, int] = defaultdict(int)

    async def manners(reader: Reader, writer: Writer) -> None:
        caller = writer.get_extra_info("peername")[0]
        turn, turns[caller] = turns[caller], turns[caller] + 1
        await (answer if words[turn % len(words)] == "1" else GARBAGE)(reader, writer)

    return manners


def mannered(manners: Manners) -> Manners:
    async def serve(reader: Reader, writer: Writer) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            await asyncio.wait_for(manners(reader, writer), LONGEST)
        writer.close()

    return serve


async def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    services, commands = Services(), Reader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        await services.tell(*line.decode().split())
        print("done", flush=True)  # the harness waits for it


if __name__ == "__main__":
    asyncio.run(main())
