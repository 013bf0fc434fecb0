"""make demo: the console on throw-away data, three domains with real local naming services, and a failover to watch."""

import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from scripts import console, installation, naming
from scripts.children import LOOK_EVERY, Child, Stop, Stopped, look_after, run, start, stop_all
from scripts.installation import Fault
from scripts.naming import NamingService
from scripts.run import say, told

DOMAINS = {"Budapest East": ("primary", "secondary"), "Szeged": ("primary", "secondary"), "Wien": ("primary",)}
UNSET = ("DATABASE_URL", "DATABASE_URL_FILE", "SECRET_KEY", "SECRET_KEY_FILE")
CALM = 10.0  # seconds of service before the demo ends a server


class Demo:
    """Everything that the demo starts."""

    def __init__(self, stop: Stop, folder: Path) -> None:
        self.stop = stop
        self.folder = folder
        self.processes: list[Child] = []
        self.services: list[NamingService] = []

    def play(self) -> None:
        port = installation.port(os.environ)
        given = {name: value for name, value in os.environ.items() if name not in UNSET}
        # The list of events says what the monitor's log would.
        environment = installation.environment({"LOG_LEVEL": "ERROR"} | given | {"VAR_DIR": str(self.folder)})
        say("Preparing three domains on throw-away data ...")
        self.open_services(environment)
        console.prepare(environment, self.stop)
        run("domains", module("demo_domains", self.described()), environment, self.stop)
        self.processes.append(console.web(environment, port))
        self.processes.append(console.monitor(environment))
        console.wait_until_it_serves(self.processes[0], port, self.stop)
        self.introduce(port)
        self.processes.append(start("list of events", module("demo_events"), environment))
        self.act()

    def open_services(self, environment: dict[str, str]) -> None:
        for domain, roles in DOMAINS.items():
            for role in roles:
                self.services.append(naming.open_service(domain, role, self.folder / "naming", environment))
        naming.wait_until_they_listen(self.services, self.stop)

    def described(self) -> str:
        """The domains as scripts.demo_domains reads them."""
        ports = {(service.domain, service.role): service.port for service in self.services}
        return json.dumps(
            [
                {"name": domain, "primary": ports[domain, "primary"], "secondary": ports.get((domain, "secondary"))}
                for domain in DOMAINS
            ]
        )

    def introduce(self, port: int) -> None:
        """Say what runs where, and how to end any of it."""
        say(f"\nContact Expert is at http://{installation.ADDRESS}:{port}/ - Ctrl-C stops and removes it.")
        say("Each server's naming service is a process of its own. End one, and watch its domain:\n")
        for service in self.services:
            pid = service.child.process.pid
            say(f"  {service.title:<26} {installation.ADDRESS}:{service.port:<6} pid {pid:<8} kill {pid}")
        say(f"\nIn {CALM:.0f} seconds the demo itself ends {self.services[0].title}. It may be out for 6 seconds.\n")

    def act(self) -> None:
        """End the first server after a while, then stay until asked to stop, telling of every server that ends."""
        curtain = time.monotonic() + CALM
        running = list(self.services)
        while not self.stop:
            if curtain and time.monotonic() > curtain:
                curtain = 0.0
                self.services[0].child.send(signal.SIGKILL)
            for service in [service for service in running if not service.child.alive]:
                running.remove(service)
                say(f"{time.strftime('%H:%M:%S')}  {service.title}: its naming service has ended. To start it again:")
                say(f"          {shlex.join(service.command)} &")
            look_after(self.processes)
            time.sleep(LOOK_EVERY)

    def close(self) -> None:
        stop_all(self.processes)
        stop_all([service.child for service in self.services], patience=2)


def module(name: str, *words: str) -> list[str]:
    return [sys.executable, "-m", f"scripts.{name}", *words]


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="contact-expert-demo-"))
    demo = Demo(Stop(), folder)
    try:
        demo.play()
    except Stopped:
        pass
    except Fault as fault:
        return told(fault)
    finally:
        demo.close()
        shutil.rmtree(folder, ignore_errors=True)
    say("Stopped; the demo's data is removed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
