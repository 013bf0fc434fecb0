"""Servers that a benchmark breaks: one process each, killed, stopped, or cut off by dropping its packets."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from scripts.installation import free_port as free_port

TABLE = "inet overshoot"


class Fault(StrEnum):
    """What befalls a server."""

    KILLED = "killed"
    DROPPED = "dropped"
    STOPPED = "stopped"


class Subject:
    """A process that serves a port of its own."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self._process = port, process

    def suffer(self, fault: Fault) -> float:
        """Let it happen; returns when, in seconds since 1970."""
        moment = time.time()
        match fault:
            case Fault.KILLED:
                self._process.kill()
            case Fault.STOPPED:
                os.kill(self._process.pid, signal.SIGSTOP)
            case Fault.DROPPED:
                nft("add", "rule", *TABLE.split(), "input", "tcp", "dport", str(self.port), "drop")
        return moment

    def clear(self) -> None:
        """End the process, whatever became of it."""
        self._process.kill()
        self._process.wait()


@contextmanager
def subjects(program: Path, number: int) -> Iterator[list[Subject]]:
    """So many naming services that answer."""
    made: list[Subject] = []
    try:
        for _ in range(number):
            port = free_port()
            made.append(Subject(port, subprocess.Popen([str(program), "serve", str(port)])))
        time.sleep(0.5)
        yield made
    finally:
        for subject in made:
            subject.clear()


def make_room_for_drops() -> None:
    """A table of nftables for this network namespace, which goes with it."""
    nft("add", "table", *TABLE.split())
    nft("add", "chain", *TABLE.split(), "input", "{ type filter hook input priority 0; }")


def end_drops() -> None:
    """Let everything through again: a port that was cut off may be given to somebody else."""
    nft("flush", "chain", *TABLE.split(), "input")


def nft(*words: str) -> None:
    subprocess.run(["nft", *words], check=True)
