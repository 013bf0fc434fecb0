"""The blackbox exporter as a checker, asked over a few HTTP connections that stay open; the asking is not counted."""

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import psutil

from bench.engine import target
from bench.figures import TIMEOUT, Figures, Setting
from failover.observation import Kind
from scripts.installation import free_port

NAME = "blackbox exporter"
PACKAGE = "prometheus-blackbox-exporter"
AT_ONCE = 16
ENOUGH = 10_000  # checks in a run: it takes ten times as long for one
MODULES = f"modules:\n  tcp_connect:\n    prober: tcp\n    timeout: {TIMEOUT}ms\n"


def program() -> str | None:
    """Its path; None where it is not installed."""
    return shutil.which(PACKAGE)


def check(setting: Setting, port: int) -> Figures:
    """Ask for every target, in rounds until there are enough."""
    checks = max(setting.targets, ENOUGH)
    hosts = (target(number % setting.targets, Kind.TCP, setting.hole_every, port).host for number in range(checks))
    with running() as (process, own_port):
        began = time.monotonic()
        good = asked(own_port, (f"{host}:{port}" for host in hosts))
        wall, times = time.monotonic() - began, process.cpu_times()
        return Figures(
            good=good,
            bad=checks - good,
            wall=wall,
            cpu=times.user + times.system,
            rss=process.memory_info().rss / 2**20,
        )


@contextmanager
def running() -> Iterator[tuple[psutil.Process, int]]:
    """The process, and the port on which it is asked."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        modules = Path(folder) / "modules.yml"
        modules.write_text(MODULES)
        started = subprocess.Popen(
            [program() or PACKAGE, f"--config.file={modules}", f"--web.listen-address=127.0.0.1:{port}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_it_serves(started, port)
            yield psutil.Process(started.pid), port
        finally:
            started.kill()
            started.wait()


def wait_until_it_serves(started: subprocess.Popen[bytes], port: int) -> None:
    while started.poll() is None:
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port)) as connection:
            connection.request("GET", "/-/healthy")
            connection.getresponse().read()
            return
        time.sleep(0.1)
    raise RuntimeError(f"it ended with the exit code {started.returncode}")


def asked(port: int, addresses: Iterator[str]) -> int:
    """How many of the addresses it calls good."""
    lock, good = threading.Lock(), [0] * AT_ONCE

    def ask(place: int) -> None:
        with closing(HTTPConnection("127.0.0.1", port)) as connection:
            while True:
                with lock:
                    address = next(addresses, None)
                if address is None:
                    return
                connection.request("GET", f"/probe?module=tcp_connect&target={address}")
                good[place] += b"\nprobe_success 1" in connection.getresponse().read()

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(good)
