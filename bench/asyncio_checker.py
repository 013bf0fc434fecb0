"""python -m bench.asyncio_checker KIND TARGETS ROUNDS TIMEOUT_MS HOLE_EVERY PORT: the same by asyncio's streams.

What a Python tool does that was written without much thought; 256 at once. Prints what checker.c prints.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from bench.engine import peak, target
from failover.giop import Answer, answer, locate_request
from failover.observation import Kind, Target

AT_ONCE = 256


async def healthy(wanted: Target) -> bool:
    """One check."""
    reader, writer = await asyncio.open_connection(wanted.host, wanted.port)
    try:
        if wanted.kind is Kind.TCP:
            return True
        writer.write(locate_request(wanted.key))
        return answer(await reader.readexactly(20)) is Answer.HERE
    finally:
        writer.transport.abort()


async def sweep(wanted: Iterator[Target], timeout: float) -> tuple[int, int]:
    """All checks, so many at once: how many were good, and how many bad."""
    good = bad = 0

    async def worker() -> None:
        nonlocal good, bad
        for one in wanted:
            try:
                ok = await asyncio.wait_for(healthy(one), timeout)
            except (OSError, TimeoutError):
                ok = False
            good, bad = good + ok, bad + (not ok)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    return good, bad


def main(kind: str, targets: int, rounds: int, timeout: int, hole_every: int, port: int) -> None:
    cpu, began = time.process_time(), time.monotonic()
    wanted = (target(number % targets, Kind(kind), hole_every, port) for number in range(targets * rounds))
    good, bad = asyncio.run(sweep(wanted, timeout / 1000))
    figures = {
        "good": good,
        "bad": bad,
        "wall": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "rss": peak(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
