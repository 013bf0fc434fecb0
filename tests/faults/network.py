"""Hosts as network namespaces around a router; packets are lost where the harness says so. Removed when it ends."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

PROGRAMS = {"ip": "iproute2", "nsenter": "util-linux", "setpriv": "util-linux", "mount": "mount"}
CONFIGURATION = Path("/etc/netns")  # what `ip netns exec` lays over /etc


def missing() -> str:
    """What is not installed; empty when nothing is."""
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            return f"{program} is not installed: install the package {package}"
    return ""


def forbidden() -> str:
    """Why there can be no hosts here, if they may not be made."""
    if os.geteuid() != 0:
        return "network namespaces are made by root"
    name = f"ce-try-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        return "this machine permits no network namespaces"
    ip("netns", "del", name)
    return ""


def ip(*words: str) -> None:
    """Run the program ip; it must succeed."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@dataclass(frozen=True)
class Host:
    """A namespace: `address` is its own, `addresses` begins the 250 that its services listen on."""

    name: str
    space: str
    address: str
    addresses: str

    def inside(self, *command: str) -> list[str]:
        """The command as it runs on this host, under its name."""
        named = 'echo "$0" > /proc/sys/kernel/hostname && exec "$@"'
        return ["ip", "netns", "exec", self.space, "unshare", "--uts", "sh", "-c", named, self.name, *command]


class Network:
    """A router and the hosts around it."""

    def __init__(self) -> None:
        self._prefix, self._numbers = f"ce-{os.getpid()}", count(1)
        self._router = f"{self._prefix}-router"
        self._spaces: list[str] = []
        self._dropped: list[tuple[str, str]] = []
        self._add(self._router)
        subprocess.run(
            ["ip", "netns", "exec", self._router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"], check=True
        )

    def host(self, name: str, names: str = "") -> Host:
        """One more host; `names` is the address of the server that it asks for names."""
        number = next(self._numbers)
        space, link = f"{self._prefix}-{name}", f"to{number}"
        near, far, local = f"10.77.{number}.1", f"10.77.{number}.2", f"10.78.{number}"
        self._add(space)
        if names:
            folder = CONFIGURATION / space
            folder.mkdir(parents=True)
            (folder / "resolv.conf").write_text(f"nameserver {names}\n")
        ip("link", "add", link, "netns", self._router, "type", "veth", "peer", "name", "eth0", "netns", space)
        ip("-n", self._router, "addr", "add", f"{near}/24", "dev", link)
        ip("-n", space, "addr", "add", f"{far}/24", "dev", "eth0")
        ip("-n", self._router, "link", "set", link, "up")
        ip("-n", space, "link", "set", "eth0", "up")
        ip("-n", space, "route", "add", "default", "via", near)
        ip("-n", space, "route", "add", "local", f"{local}.0/24", "dev", "lo")
        ip("-n", self._router, "route", "add", f"{local}.0/24", "via", far)
        return Host(name, space, far, local)

    def drop(self, source: str, target: str) -> None:
        """Lose every packet from one address to another, in this direction alone."""
        ip("-n", self._router, "rule", "add", "from", source, "to", target, "blackhole")
        self._dropped.append((source, target))

    def pass_on(self, source: str, target: str) -> None:
        """Lose them no more."""
        ip("-n", self._router, "rule", "del", "from", source, "to", target, "blackhole")
        self._dropped.remove((source, target))

    def heal(self) -> None:
        """Lose nothing more."""
        for pair in list(self._dropped):
            self.pass_on(*pair)

    @contextmanager
    def dropping(self, *pairs: tuple[str, str]) -> Iterator[None]:
        """Lose packets between those pairs, in the direction given, for a while."""
        for pair in pairs:
            self.drop(*pair)
        try:
            yield
        finally:
            for pair in pairs:
                self.pass_on(*pair)

    def close(self) -> None:
        """Remove all of it."""
        for space in self._spaces:
            ip("netns", "del", space)
            shutil.rmtree(CONFIGURATION / space, ignore_errors=True)
        self._spaces = []

    def _add(self, space: str) -> None:
        ip("netns", "add", space)
        self._spaces.append(space)
        ip("-n", space, "link", "set", "lo", "up")
