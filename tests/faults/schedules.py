"""Several faults at once, drawn from a seed: of services, monitors, packets and the database."""

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

from tests.faults.invariants import violations
from tests.faults.lab import Lab, Site, Watcher
from tests.faults.report import Line

AT_ONCE = 10  # schedules that share a trouble of the world
LENGTH = 18.0
BAD = ("refused", "deaf", "rude", "garbage", "dripping", "endless", "too-slow", "pattern:0001", "pattern:0011")


def play(lab: Lab, number: int, seed: int) -> Line:
    """So many schedules, ten at a time; whatever was out is healed after each, and then every site must be served."""
    line, switches = Line(0, f"several faults at once, seeds {seed} to {seed + number - 1}"), 0
    for first in range(seed, seed + number, AT_ONCE):
        seeds = range(first, min(first + AT_ONCE, seed + number))
        sites = {one: lab.site() for one in seeds}
        lab.ready(list(sites.values()), 90)
        with ThreadPoolExecutor(len(sites) + 1) as pool:
            trouble = pool.submit(disturb, lab, random.Random(first))  # noqa: S311  a schedule, no secret
            plays = [pool.submit(fail, site, random.Random(one)) for one, site in sites.items()]  # noqa: S311
            for done in [trouble, *plays]:
                done.result()
        lab.ready(list(sites.values()), 90)
        for one, site in sites.items():
            switches += len(lab.observer.switches(site.pk))
            line.add([f"seed {one}: {wrong}" for wrong in violations(lab, site)])
        lab.retire()
    line.name += f": {switches} switches"
    return line


def fail(site: Site, draw: random.Random) -> None:
    """Services come and go."""
    over = time.monotonic() + LENGTH
    while time.monotonic() < over:
        time.sleep(draw.uniform(0.3, 6.0))
        service = draw.choice([site.primary, site.primary, site.secondary])
        service.be(draw.choice(BAD) if service.history[-1][1] == "up" else "up")
    for service in (site.primary, site.secondary):
        service.be("up")


def disturb(lab: Lab, draw: random.Random) -> None:
    """One to three troubles of monitors, network and database."""
    over = time.monotonic() + LENGTH
    for _ in range(draw.randint(1, 3)):
        time.sleep(draw.uniform(0.5, 3))
        if time.monotonic() < over:
            draw.choice([killed, stopped, cut, restarted])(lab, draw.choice(lab.watchers), draw.uniform(0.5, 4))


def killed(lab: Lab, watcher: Watcher, seconds: float) -> None:
    watcher.kill()
    time.sleep(seconds)
    watcher.start()


def stopped(lab: Lab, watcher: Watcher, seconds: float) -> None:
    watcher.signal(signal.SIGSTOP)
    time.sleep(seconds)
    watcher.signal(signal.SIGCONT)


def cut(lab: Lab, watcher: Watcher, seconds: float) -> None:
    """From the database, or from the hosts of one side."""
    other = lab.database.host.address if seconds < 2 else f"{lab.east.host.addresses}.0/24"
    with lab.network.dropping((watcher.host.address, other), (other, watcher.host.address)):
        time.sleep(seconds)


def restarted(lab: Lab, watcher: Watcher, seconds: float) -> None:
    lab.database.stop()
    time.sleep(seconds / 2)
    lab.database.start()
