"""`make faults`: inject every fault by its name and print a line for each; ends with 1 when one was not survived."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import django

FOLDER = Path(tempfile.mkdtemp(prefix="contact-expert-faults-", dir="/tmp"))
os.environ["DATABASE_URL"] = f"postgresql://postgres:@/postgres?host={FOLDER}"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.faults import schedules, world  # noqa: E402  not before django.setup()
from tests.faults.faults import ALONE, TOGETHER, Alone, Together  # noqa: E402
from tests.faults.invariants import of_all  # noqa: E402
from tests.faults.lab import QUIET, Lab, Site, lab  # noqa: E402
from tests.faults.network import forbidden, missing  # noqa: E402
from tests.faults.plays import Play  # noqa: E402
from tests.faults.report import Line  # noqa: E402

LOGS = Path("/tmp/contact-expert-faults-logs")
SIZE = "2g"  # in memory, of which a tenth is used; one fault fills it


def alone(laboratory: Lab, faults: list[Alone]) -> list[Line]:
    """Each fault on a site of its own, all at the same time."""
    sites = [laboratory.site(interval=fault.interval, kind=fault.kind) for fault in faults]
    laboratory.ready(sites)
    with ThreadPoolExecutor(max(1, len(faults))) as pool:
        return list(pool.map(lambda pair: one_alone(laboratory, *pair), zip(faults, sites, strict=True)))


def one_alone(laboratory: Lab, fault: Alone, site: Site) -> Line:
    try:
        line = judged(laboratory, site, fault.play)
    except Exception:  # noqa: BLE001  the others go on
        line = Line(trials=1, wrong=[traceback.format_exc()])
    line.row, line.name = fault.row, fault.name
    return line


def judged(laboratory: Lab, site: Site, play: Play) -> Line:
    switches = play(laboratory, site)
    if switches is None:
        switches = len(laboratory.observer.switches(site.pk)) if site.pk in laboratory.observer.domains else 0
        if switches > 1:
            site.notes.append(f"{switches} switches")
    return world.verdict(laboratory, [site], switches)


def together(laboratory: Lab, fault: Together) -> Line:
    try:
        line = fault.play(laboratory)
    except Exception:  # noqa: BLE001  the others go on
        line = Line(trials=1, wrong=[traceback.format_exc()])
    line.row, line.name = fault.row, fault.name
    return line


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "--row", action="append", default=[], help="a row of FAILOVER.md section 8, or all; may be repeated"
    )
    parser.add_argument("--only", default="", help="only faults with these words in their name")
    parser.add_argument("--short", action="store_true", help="only the selection of the gate")
    parser.add_argument("--schedules", type=int, default=0, help="so many schedules of several faults at once as well")
    parser.add_argument("--seed", type=int, default=1, help="the first schedule's seed; the others follow")
    parser.add_argument("--keep", action="store_true", help="keep the logs of the monitors")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was made is removed then, too
    if why := missing() or forbidden():
        FOLDER.rmdir()
        print(f"Nothing is injected: {why}.")
        return 3
    every = "all" in chosen.row or not (chosen.row or chosen.schedules)
    rows = set(range(1, 22) if every else map(int, chosen.row))
    began = time.monotonic()
    with in_memory(FOLDER), lab(FOLDER) as laboratory:
        laboratory.monitors(3)
        for _ in range(QUIET):
            laboratory.site()
        said = []
        for line in lines(laboratory, rows, chosen.only, short=chosen.short):
            print(line, flush=True)
            said.append(line)
        if chosen.schedules:
            said.append(schedules.play(laboratory, chosen.schedules, chosen.seed))
            print(said[-1], flush=True)
        wrong = of_all(laboratory)
        print(*wrong, sep="\n", end="\n" if wrong else "")
        if chosen.keep:
            keep_logs(LOGS)
    held = not wrong and not any(line.wrong for line in said)
    print(f"{'All held' if held else 'VIOLATED'}, {time.monotonic() - began:.0f} s.")
    return 0 if held else 1


@contextmanager
def in_memory(folder: Path) -> Iterator[None]:
    """Make the folder a file system of its own, which one of the faults fills; remove it afterwards."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "faults", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def keep_logs(folder: Path) -> None:
    """Copy what the monitors wrote."""
    folder.mkdir(exist_ok=True)
    for log in FOLDER.glob("**/monitor-*.log"):
        shutil.copy(log, folder)
    print(f"Logs: {folder}")


def lines(laboratory: Lab, rows: set[int], only: str, *, short: bool) -> Iterator[Line]:
    """The line of each fault, as soon as it is known."""

    def wanted(fault: Alone | Together) -> bool:
        return fault.row in rows and only in fault.name and (fault.short or not short)

    yield from alone(laboratory, [fault for fault in ALONE if wanted(fault)])
    for fault in TOGETHER:
        laboratory.retire()
        if wanted(fault):
            yield together(laboratory, fault)


if __name__ == "__main__":
    sys.exit(main())
