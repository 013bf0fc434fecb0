"""Load on a web server: wrk where it is installed, an asyncio client otherwise, for a fixed rate, and for a herd."""

import asyncio
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import quantiles

MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
LUA = """
local paths = {{ {paths} }}
local turn = 0
request = function()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn])
end
"""
HERD_SECONDS = 3


@dataclass(frozen=True)
class Load:
    """What came out: answers a second, milliseconds, and how many answers were no 200."""

    rate: float
    p50: float
    p99: float
    errors: int


@dataclass(frozen=True)
class Target:
    """Whom to ask what: paths in turn, with a token."""

    port: int
    paths: Sequence[str]
    token: str

    def request(self, path: str, *, close: bool = False) -> bytes:
        last = "Connection: close\r\n" if close else ""
        return (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.token}\r\n{last}\r\n"
        ).encode()


def full(target: Target, connections: int, seconds: float) -> Load:
    """As fast as it goes."""
    return (
        wrk(target, connections, seconds) if shutil.which("wrk") else asyncio.run(_full(target, connections, seconds))
    )


def wrk(target: Target, connections: int, seconds: float, *headers: str) -> Load:
    """The same by wrk, with more headers."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "paths.lua"
        script.write_text(LUA.format(paths=", ".join(f'"{path}"' for path in target.paths)))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", str(script)]
        for header in (f"Authorization: Bearer {target.token}", *headers):
            command += ["-H", header]
        command.append(f"http://127.0.0.1:{target.port}/")
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = done.stdout
    spread = {
        at: float(text) * MILLISECONDS[unit] for at, text, unit in re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s)", told)
    }
    bad = sum(int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", told))
    bad += sum(int(number) for line in re.findall(r"Socket errors: (.*)", told) for number in re.findall(r"\d+", line))
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", told)
    return Load(float(rate), spread["50"], spread["99"], bad)


def paced(target: Target, rate: int, seconds: float, connections: int = 64) -> Load:
    """So many a second, evenly; a wait is counted from when the question was due, not from when it was sent."""
    return asyncio.run(_paced(target, rate, seconds, connections))


def herd(target: Target, at_once: int = 256) -> tuple[Load, float]:
    """Every path once, each over a connection of its own; also the seconds that it took.

    By wrk, which costs the machine less than the server does, it is a part of the herd that fits into three seconds,
    and the time of the whole at that pace.
    """
    if not shutil.which("wrk"):
        return asyncio.run(_herd(target, at_once))
    load = wrk(target, at_once, HERD_SECONDS, "Connection: close")
    return load, len(target.paths) / load.rate


def answers(target: Target) -> bool:
    """Whether the first path is answered, and well."""

    async def asked() -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        writer.write(target.request(target.paths[0], close=True))
        done = await asyncio.wait_for(_answer(reader), 10)
        writer.close()
        return done

    try:
        return asyncio.run(asked())
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return False


async def _answer(reader: asyncio.StreamReader) -> bool:
    """Whether the answer that comes is a 200."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)
    return head.startswith(b"HTTP/1.1 200")


def _load(waits: list[float], bad: int, seconds: float) -> Load:
    spread = quantiles(waits, n=100)
    return Load(len(waits) / seconds, 1000 * spread[49], 1000 * spread[98], bad)


async def _full(target: Target, connections: int, seconds: float) -> Load:
    paths, waits, bad = cycle(target.paths), list[float](), 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal bad
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        while (started := time.perf_counter()) < end:
            writer.write(target.request(next(paths)))
            bad += not await _answer(reader)
            waits.append(time.perf_counter() - started)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return _load(waits, bad, seconds)


async def _paced(target: Target, rate: int, seconds: float, connections: int) -> Load:
    paths, waits, bad = cycle(target.paths), list[float](), 0
    start = time.perf_counter() + 0.2

    async def one(place: int) -> None:
        nonlocal bad
        reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
        for number in range(place, int(rate * seconds), connections):
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            writer.write(target.request(next(paths)))
            bad += not await _answer(reader)
            waits.append(time.perf_counter() - due)
        writer.close()

    await asyncio.gather(*(one(place) for place in range(connections)))
    return _load(waits, bad, seconds)


async def _herd(target: Target, at_once: int) -> tuple[Load, float]:
    paths, waits, bad = iter(target.paths), list[float](), 0
    start = time.perf_counter()

    async def one() -> None:
        nonlocal bad
        for path in paths:
            started = time.perf_counter()
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
                writer.write(target.request(path, close=True))
                bad += not await _answer(reader)
                writer.close()
            except (OSError, asyncio.IncompleteReadError):
                bad += 1
            waits.append(time.perf_counter() - started)

    await asyncio.gather(*(one() for _ in range(at_once)))
    took = time.perf_counter() - start
    return _load(waits, bad, took), took
