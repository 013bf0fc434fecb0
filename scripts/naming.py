"""Naming services of the demo: real local processes, omniNames where it is installed."""

import shutil
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.children import LOOK_EVERY, Child, Stop, start
from scripts.installation import ADDRESS, Fault, free_port

SOFTWARE = "omniNames"
PATIENCE = 15.0


@dataclass
class NamingService:
    """One of the demo's servers: which it is, where it listens, and its process."""

    domain: str
    role: str
    port: int
    child: Child
    command: list[str]

    @property
    def title(self) -> str:
        return f"{self.domain}, {self.role}"


def command(port: int, folder: Path) -> list[str]:
    """How a naming service is started on a port, keeping its files in the folder."""
    program = shutil.which(SOFTWARE)
    if program is None:
        return [sys.executable, "-m", "scripts.responder", str(port)]
    folder.mkdir(parents=True, exist_ok=True)
    endpoint = f"giop:tcp:{ADDRESS}:{port}"
    files = ["-datadir", str(folder), "-errlog", str(folder / "log"), "-nohostname"]
    return [program, "-start", str(port), "-always", *files, "-ORBendPoint", endpoint, "-ORBtraceLevel", "0"]


def open_service(domain: str, role: str, folder: Path, environment: Mapping[str, str]) -> NamingService:
    """Start the naming service of one server on a free port."""
    port = free_port()
    words = command(port, folder / f"{port}")
    child = start(f"naming service of {domain}, {role}", words, environment, silent=True)
    return NamingService(domain, role, port, child, words)


def wait_until_they_listen(services: list[NamingService], stop: Stop) -> None:
    """Return when every service accepts connections; raises Fault when one does not."""
    deadline = time.monotonic() + PATIENCE
    for service in services:
        while not stop and not _listens(service.port):
            if not service.child.alive or time.monotonic() > deadline:
                raise Fault(f"The {service.child.name} does not listen on port {service.port}.")
            time.sleep(LOOK_EVERY)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((ADDRESS, port)) == 0
