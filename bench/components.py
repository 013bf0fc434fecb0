"""python -m bench.components: what components ask, beside a bare Django view under the same server and static nginx.

Each round measures all subjects one after the other, so that their ratios of a round can be trusted on a busy machine;
printed are medians over the rounds. The database is SQLite with one token and DOMAINS domains.
docs/performance.md has the table.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench import webs
from bench.loads import Load, Target, full, herd, paced

DOMAINS = 100
ACTIVE = [f"/api/v1/domains/site-{number}/active" for number in range(DOMAINS)]
AGENTS = 1000
HERD = 50_000
RATE = 1000


def admissions(number: int) -> list[str]:
    """As many checks of different agents, of versions that are admitted and of such that are not."""
    ask = (
        "/api/v1/domains/site-{site}/admission?component=Agent%20Application&version=10.{minor}.{patch}&agent=agent-{n}"
    )
    return [ask.format(site=n % DOMAINS, minor=1 + n % 3, patch=n % 20, n=n) for n in range(number)]


def subjects() -> dict[str, tuple[Callable[[int, Path], list[str]], list[str]]]:
    """What is measured: name -> command and paths; only what is installed."""
    ours, bare, empty = "contact_expert.wsgi", "bench.bare", "bench.empty"

    def gunicorn(application: str) -> Callable[[int, Path], list[str]]:
        return lambda port, _: webs.gunicorn_command(application, port)

    def granian(application: str) -> Callable[[int, Path], list[str]]:
        return lambda port, _: webs.granian_command(application, port)

    found = {
        "gunicorn, bare Django view": (gunicorn(bare), ACTIVE),
        "gunicorn, nothing done": (gunicorn(empty), ACTIVE),
        "gunicorn, active": (gunicorn(ours), ACTIVE),
        "gunicorn, admission": (gunicorn(ours), admissions(AGENTS)),
    }
    if webs.granian():
        found |= {
            "granian, bare Django view": (granian(bare), ACTIVE),
            "granian, nothing done": (granian(empty), ACTIVE),
            "granian, active": (granian(ours), ACTIVE),
            "granian, admission": (granian(ours), admissions(AGENTS)),
        }
    if webs.nginx():
        found["nginx, static JSON"] = (lambda port, folder: webs.nginx_command(folder, port), ACTIVE)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}, ", end="")
    print(f"{webs.WORKERS} workers, medians of {options.rounds} rounds of {options.seconds:g} s", flush=True)
    with tempfile.TemporaryDirectory() as name:
        environment = settled(Path(name))
        measure(options.rounds, options.seconds, Path(name), environment)
        gathered(Path(name), environment)
    subprocess.run([sys.executable, "-m", "bench.held"], check=True)


def settled(folder: Path) -> dict[str, str]:
    """The environment of a small installation in that folder, with TOKEN in it."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "contact_expert.settings",
        "SECRET_KEY": "only-for-this-benchmark-0123456789-abcdefghijklmnop",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "false",
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.fleet", str(DOMAINS)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return environment | {"TOKEN": done.stdout.strip().splitlines()[-1]}


def measure(rounds: int, seconds: float, folder: Path, environment: dict[str, str]) -> None:
    """The table of requests a second."""
    loads: dict[tuple[str, int], list[Load]] = {}
    costs: dict[tuple[str, int], list[float]] = {}
    found = subjects()
    for _ in range(rounds):
        for name, (command, paths) in found.items():
            port = webs.free_port()
            target = Target(port, paths, environment["TOKEN"])
            with webs.serving(command(port, folder), target, **environment, API_RATE="1000000") as pid:
                full(target, 64, 1)
                for connections in (64, 256):
                    before = webs.cpu(pid)
                    load = full(target, connections, seconds)
                    costs.setdefault((name, connections), []).append(
                        1e6 * (webs.cpu(pid) - before) / max(1.0, load.rate * seconds)
                    )
                    loads.setdefault((name, connections), []).append(load)
    print(f"{'':28}{'conn.':>6}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'errors':>8}", end="")
    print(f"{'x bare':>8}{'x nginx':>9}{'CPU µs':>8}")
    for name, connections in sorted(loads, key=lambda one: (list(found).index(one[0]), one[1])):
        runs = loads[name, connections]
        rate, p50, p99 = (median(getattr(run, field) for run in runs) for field in ("rate", "p50", "p99"))
        bare = loads.get((f"{name.partition(',')[0]}, bare Django view", connections))
        best = loads.get(("nginx, static JSON", connections))
        errors = sum(run.errors for run in runs)
        print(f"{name:28}{connections:6}{rate:12.0f}{p50:9.1f}{p99:9.1f}{errors:8}", end="")
        print(f"{ratio(runs, bare):>8}{ratio(runs, best):>9}{median(costs[name, connections]):8.0f}", flush=True)


def ratio(runs: list[Load], others: list[Load] | None) -> str:
    """The median of the ratios round by round."""
    return f"{median(run.rate / other.rate for run, other in zip(runs, others, strict=True)):.2f}" if others else ""


def gathered(folder: Path, environment: dict[str, str]) -> None:
    """A fixed rate and the herd, with the rates as they are set by default."""
    servers = {"gunicorn": webs.gunicorn_command} | ({"granian": webs.granian_command} if webs.granian() else {})
    for name, command in servers.items():
        port = webs.free_port()
        first = Target(port, ACTIVE, environment["TOKEN"])
        with webs.serving(command("contact_expert.wsgi", port), first, **environment):
            for what, paths in (("active", ACTIVE), ("admission", admissions(AGENTS))):
                target = Target(port, paths, environment["TOKEN"])
                paced(target, RATE, 2)
                load = paced(target, RATE, 10)
                spread = f"p50 {load.p50:.1f} ms, p99 {load.p99:.1f} ms"
                print(f"{name}, {what} at {RATE}/s: {spread}, {load.errors} errors", flush=True)
            load, took = herd(Target(port, admissions(HERD), environment["TOKEN"]))
            spread = f"{took:.1f} s, p99 {load.p99:.0f} ms, {load.errors} errors"
            print(f"{name}, herd of {HERD}, each its own connection: {spread}", flush=True)


if __name__ == "__main__":
    main()
