"""Redis Sentinel and HAProxy, each watching servers that a benchmark breaks: when do they act?

Sentinel waits `down-after-milliseconds`, as our interval does, and then makes a replica the master. HAProxy waits for
three failed checks and takes the server out; it has no interval. Both are asked every few milliseconds.
"""

import csv
import io
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from bench.subjects import Subject, free_port, subjects
from tests.processes import until

LONGEST_START = 30.0
REDIS = ("redis-server", "--save", "", "--appendonly", "no", "--logfile", "", "--port")
SENTINEL = """\
sentinel monitor m{port} 127.0.0.1 {port} 1
sentinel down-after-milliseconds m{port} {interval:.0f}
sentinel failover-timeout m{port} 60000
"""
HAPROXY = """\
global
    nbthread 1
    stats socket {socket}
defaults
    mode tcp
    timeout connect 2s
    timeout check 2s
    timeout client 5s
    timeout server 5s
    default-server inter 2s fastinter 500ms fall 3 rise 2 check
backend watched
"""


class Sentinel:
    """One sentinel over pairs of Redis servers; the masters are what is broken."""

    name = "Redis Sentinel"
    programs = ("redis-server", "redis-sentinel")

    def __init__(self, masters: list[Subject], port: int) -> None:
        self.masters = masters
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._answers: BinaryIO = self._connection.makefile("rb")

    def acted(self) -> list[int]:
        """The ports of the masters that are masters no more."""
        return [master.port for master in self.masters if self._master_of(master.port) != master.port]

    def replicas(self) -> int:
        """Masters whose replica the sentinel knows."""
        return sum(int(self._row(b"SENTINEL MASTER m%d" % master.port)[b"num-slaves"]) for master in self.masters)

    def _master_of(self, port: int) -> int:
        return int(self._ask(b"SENTINEL get-master-addr-by-name m%d" % port)[1])

    def _row(self, command: bytes) -> dict[bytes, bytes]:
        words = self._ask(command)
        return dict(zip(words[::2], words[1::2], strict=True))

    def _ask(self, command: bytes) -> list[bytes]:
        """The answer to a command that answers with a list."""
        self._connection.sendall(command + b"\r\n")
        length = int(self._answers.readline()[1:])
        return [self._answers.read(int(self._answers.readline()[1:]) + 2)[:-2] for _ in range(length)]


class HAProxy:
    """One HAProxy that checks naming services over TCP."""

    name = "HAProxy"
    programs = ("haproxy",)

    def __init__(self, socket_path: Path) -> None:
        self._socket = socket_path

    def acted(self) -> list[int]:
        """The ports of the servers that it took out."""
        return [int(row["svname"]) for row in self._rows() if row["status"].startswith("DOWN")]

    def up(self) -> int:
        return sum(row["status"] == "UP" for row in self._rows())

    def _rows(self) -> list[dict[str, str]]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._socket))
            connection.sendall(b"show stat -1 4 -1\n")
            with connection.makefile() as answer:
                return list(csv.DictReader(io.StringIO(answer.read().removeprefix("# "))))


def missing(programs: tuple[str, ...]) -> list[str]:
    """Which of the programs are not installed."""
    return [program for program in programs if not shutil.which(program)]


@contextmanager
def sentinel(number: int, interval: float) -> Iterator[Sentinel]:
    """So many pairs of Redis servers under one sentinel that has seen all of them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        masters = [stack.enter_context(_redis(folder)) for _ in range(number)]
        for master in masters:
            stack.enter_context(_redis(folder, "--replicaof", "127.0.0.1", str(master.port)))
        configuration, port = folder / "sentinel.conf", free_port()
        lines = [SENTINEL.format(port=master.port, interval=interval * 1000) for master in masters]
        configuration.write_text(f"port {port}\nlogfile {folder}/sentinel.log\n" + "".join(lines))
        stack.enter_context(_process("redis-sentinel", str(configuration)))
        time.sleep(1)
        watch = Sentinel(masters, port)
        if until(lambda: watch.replicas() == number or None, LONGEST_START) is None:
            raise SystemExit("the sentinel did not find all replicas")
        yield watch


@contextmanager
def haproxy(program: Path, number: int) -> Iterator[tuple[HAProxy, list[Subject]]]:
    """So many naming services that a HAProxy holds for up."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        watched = stack.enter_context(subjects(program, number))
        configuration, where = folder / "haproxy.cfg", folder / "socket"
        lines = [f"    server {subject.port} 127.0.0.1:{subject.port}" for subject in watched]
        configuration.write_text(HAPROXY.format(socket=where) + "\n".join(lines) + "\n")
        stack.enter_context(_process("haproxy", "-db", "-f", str(configuration)))
        watch = HAProxy(where)
        if until(lambda: (where.exists() and watch.up() == number) or None, LONGEST_START) is None:
            raise SystemExit("HAProxy did not find all servers up")
        time.sleep(3)
        yield watch, watched


@contextmanager
def _redis(folder: Path, *more: str) -> Iterator[Subject]:
    port = free_port()
    with _process(*REDIS, str(port), "--dir", str(folder), *more) as process:
        yield Subject(port, process)


@contextmanager
def _process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
