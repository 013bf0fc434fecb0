"""The servers that the benchmarks check: one process that listens on every loopback address, and a black hole."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

FOLDER = Path(__file__).parent
HOLE = "127.99.0.1"


def compiled(folder: Path) -> Path:
    """checker.c as a program in that folder."""
    program = folder / "checker"
    subprocess.run(["cc", "-O2", "-Wall", "-o", str(program), str(FOLDER / "checker.c")], check=True)
    return program


@contextmanager
def served(program: Path) -> Iterator[int]:
    """The port on which every loopback address is served."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([str(program), "serve", str(port)])
    try:
        time.sleep(0.3)
        yield port
    finally:
        process.kill()
        process.wait()


@contextmanager
def black_hole(port: int) -> Iterator[None]:
    """An address whose queue of connections is full, so that the kernel drops every further one."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind((HOLE, port))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex((HOLE, port))
        yield
