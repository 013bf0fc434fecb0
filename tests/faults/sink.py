"""python -m tests.faults.sink ADDRESS FILE: a subscriber's web server with manners; told by lines, says `done`.

What it takes goes into the file, a line for each notice: its sequence.
"""

import asyncio
import json
import sys
from asyncio import StreamReader as Reader
from asyncio import StreamWriter as Writer
from contextlib import suppress
from pathlib import Path

PORT = 8080
MANNERS = ("ok", "500", "hang", "drip", "endless", "refuse")


class Sink:
    """What listens, and how it behaves."""

    def __init__(self, address: str, file: Path) -> None:
        self._address, self._file, self._manners = address, file, "ok"
        self._server: asyncio.Server | None = None

    async def be(self, manners: str) -> None:
        """Behave like that from now on."""
        self._manners = manners
        if manners == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
        elif manners != "refuse" and self._server is None:
            self._server = await asyncio.start_server(self._serve, self._address, PORT)

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await self._answer(await taken(reader), writer)
        writer.close()

    async def _answer(self, body: bytes, writer: Writer) -> None:
        match self._manners:
            case "ok":
                with self._file.open("a") as file:
                    file.writelines(f"{number}\n" for number in sequences(json.loads(body)))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            case "500":
                writer.write(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n")
            case "hang":
                await asyncio.sleep(60)
            case "drip":
                for byte in b"HTTP/1.1 204 No Content\r\n\r\n":
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)
            case "endless":
                writer.write(b"HTTP/1.1 200 OK\r\nx: ")
                while True:
                    writer.write(b"x" * 65536)
                    await writer.drain()
        await writer.drain()


async def taken(reader: Reader) -> bytes:
    """The body of a request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(int(line.split(":")[1]) for line in head.splitlines() if line.startswith("content-length:"))
    return await reader.readexactly(length)


def sequences(found: object) -> list[int]:
    """Every sequence in it, in order; what came together has one each."""
    if isinstance(found, list):
        return [number for one in found for number in sequences(one)]
    if not isinstance(found, dict):
        return []
    own = [found["sequence"]] if "sequence" in found else []
    return own + [number for one in found.values() for number in sequences(one)]


async def main(address: str, file: str) -> None:
    sink, commands = Sink(address, Path(file)), Reader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        await sink.be(line.decode().strip())
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
