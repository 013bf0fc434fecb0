"""Real processes of the project, for the tests that start them."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

BASE_DIR = Path(__file__).resolve().parent.parent
Found = TypeVar("Found")
LONG_ENOUGH = 60.0
PROMPT = 5.0  # seconds, on a busy machine: what waits for a time-out or for the lease takes ten
OWN = (
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "DJANGO_SUPERUSER_PASSWORD",
    "DJANGO_SUPERUSER_USERNAME",
    "HTTPS",
    "PORT",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "VAR_DIR",
)
DEPLOYED = {"SECRET_KEY": "a-key-of-a-test-" + "0123456789" * 5, "ALLOWED_HOSTS": "console.example"}


def environment(**variables: str) -> dict[str, str]:
    """The environment of this process without the project's variables, and with those given."""
    return {name: value for name, value in os.environ.items() if name not in OWN} | variables


def finished(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that ended by itself, with what it wrote; this Python runs it."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=BASE_DIR,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=LONG_ENOUGH,
        check=False,
    )


class Running:
    """A process that goes on until it is told to stop; its output is kept in a file."""

    def __init__(self, module: str, output: Path, *arguments: str, **variables: str) -> None:
        self.output = output
        with output.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=BASE_DIR,
                env=environment(PYTHONUNBUFFERED="1", **variables),
                stdout=file,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self.family: list[psutil.Process] = []

    @property
    def text(self) -> str:
        return self.output.read_text()

    def wait_for(self, pattern: str, seconds: float = LONG_ENOUGH) -> re.Match[str]:
        """The first match in the output; AssertionError with the output if none comes."""
        found = until(lambda: re.search(pattern, self.text) or self.ended() or None, seconds)
        assert isinstance(found, re.Match), f"no {pattern!r} in:\n{self.text}"
        return found

    def ended(self) -> bool:
        return self.process.poll() is not None

    def children(self) -> list[psutil.Process]:
        """Every process below this one now."""
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        return self.family

    def stop(self, number: signal.Signals = signal.SIGINT, seconds: float = 15.0) -> int:
        """Signal it, wait for its end, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def left_over(self) -> list[psutil.Process]:
        """Those of the children seen before that still live."""
        return list(psutil.wait_procs(self.family, timeout=3)[1])

    def clear(self) -> None:
        """End whatever is left, after a test that failed."""
        if not self.ended():
            self.children()
            self.process.kill()
            self.process.wait()
        for process in self.left_over():
            process.kill()


def until(look: Callable[[], Found | None], seconds: float) -> Found | None:
    """What `look` finds first; None when time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.1)
    return None
