"""Processes that live and die together."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scripts.installation import BASE_DIR, Fault

LOOK_EVERY = 0.1
PATIENCE = 10.0  # seconds between asking a process to stop and ending it


class Stop:
    """Turns true at Ctrl-C, at SIGTERM, and when the terminal is closed."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True

    def __bool__(self) -> bool:
        return self.asked


class Stopped(Exception):
    """Somebody asked to stop."""


@dataclass
class Child:
    """A process with a name that people know it by, leading a process group of its own."""

    name: str
    process: "subprocess.Popen[bytes]"

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def end(self) -> str:
        """How it ended, as part of a sentence."""
        code = self.process.returncode
        return f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"

    def send(self, number: signal.Signals) -> None:
        """Signal the process alone; it tells its own children."""
        if self.alive:
            self.process.send_signal(number)

    def end_group(self) -> None:
        """End whatever is left of its group at once."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()


def start(name: str, command: Sequence[str], environment: Mapping[str, str], *, silent: bool = False) -> Child:
    """Start a child in a process group of its own, so that Ctrl-C in the terminal reaches this process alone."""
    output = subprocess.DEVNULL if silent else None
    process = subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env=environment,
        process_group=0,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
    )
    return Child(name, process)


def run(name: str, command: Sequence[str], environment: Mapping[str, str], stop: Stop) -> None:
    """Run a step to its end; raises Stopped when asked to stop, Fault when it fails, having said why itself."""
    child = start(name, command, environment)
    try:
        while child.alive:
            if stop:
                raise Stopped
            time.sleep(LOOK_EVERY)
    finally:
        stop_all([child])
    if child.process.returncode:
        raise Fault(code=child.process.returncode if child.process.returncode > 0 else 1)


def watch(children: Iterable[Child], stop: Stop) -> None:
    """Wait until asked to stop; raises Fault when a child ends before."""
    while not stop:
        look_after(children)
        time.sleep(LOOK_EVERY)


def look_after(children: Iterable[Child]) -> None:
    """Raise Fault when a child has ended."""
    for child in children:
        if not child.alive:
            raise Fault(f"The {child.name} ended unexpectedly, {child.end}. Everything else was stopped too.")


def stop_all(children: Sequence[Child], patience: float = PATIENCE) -> None:
    """Ask all to stop and wait for them; end those that do not."""
    for child in children:
        child.send(signal.SIGTERM)
    deadline = time.monotonic() + patience
    while any(child.alive for child in children) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY)
    for child in children:
        child.end_group()
