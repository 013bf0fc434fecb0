"""Row 6: a monitor comes to grief at every point of a switch. Each trial has a database of its own."""

import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from tests.faults.lab import MANAGE, Lab, Service, Watcher
from tests.faults.report import Line

AT_ONCE = 4
INTERVAL = 2.0
PATIENCE = 40.0  # the lease's TTL, a start and the count, on a busy machine
UP = "SELECT count(*) FROM failover_serverhealth WHERE status = 'up'"
REFUSALS = "SELECT code FROM failover_switchrefusal"
STATE = "epoch, active, events, notices, open countdowns"
NUMBERS = count(1)


class Trial:
    """A domain in a database of its own, a monitor that comes to grief, and the one that comes after it."""

    def __init__(self, lab: Lab, *words: str, command: tuple[str, ...] = MANAGE) -> None:
        self._lab, self.wrong, self.number = lab, list[str](), next(NUMBERS)
        self.name = f"trial_{self.number}"
        lab.database.rows(f"CREATE DATABASE {self.name} TEMPLATE {lab.EMPTY}", name="template1")
        self.primary, self.secondary = lab.east.service(), lab.west.service()
        self._point("primary", self.primary)
        self._point("secondary", self.secondary)
        self.watchers = [self.watcher((sys.executable, "-m", "tests.faults.watch", *words) if words else command)]
        assert lab.wait(lambda: self.rows(UP) == [(2,)], 60), self.watchers[0].text
        time.sleep(1)

    def watcher(self, command: tuple[str, ...] = MANAGE) -> Watcher:
        folder = self._lab.folder / f"{self.name}-{time.monotonic_ns()}"
        folder.mkdir()
        return Watcher(self._lab.crashes, self._lab.database.url(self.name), folder, command=command)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        return self._lab.database.rows(statement, name=self.name)

    def fail(self) -> float:
        return self.primary.be("refused")

    def state(self) -> tuple[object, ...]:
        """Epoch, active server, events, notices of a switch, and countdowns that are open; in one look."""
        return self.rows(
            "SELECT epoch, active_role, (SELECT count(*) FROM failover_switchevent),"
            " (SELECT count(*) FROM failover_notice WHERE kind = 'switched'),"
            " (SELECT count(*) FROM failover_countdown WHERE ended_at IS NULL) FROM appservers_domain"
        )[0]

    def whole(self, counting: int = 1) -> None:
        """Nothing happened, or all of it; before it so many countdowns were open."""
        self.wrong += half(self.state(), counting)

    def ends(self, began: float) -> float:
        """Seconds until the one switch is there; then it stays the only one."""
        if not self._lab.wait(lambda: self.state()[0] == 1, PATIENCE):
            self.wrong.append(f"I8: never switched: {self.rows(REFUSALS)}")
        seconds = time.monotonic() - began
        time.sleep(3)
        if self.state()[:4] != (1, "secondary", 1, 1):
            self.wrong.append(f"I1, I6: {STATE} are {self.state()}")
        return seconds

    def close(self) -> None:
        for one in self.watchers:
            one.kill()

    def _point(self, role: str, service: Service) -> None:
        self._lab.database.rows(
            "UPDATE appservers_applicationserver SET server_fqdn = %s WHERE role = %s",
            service.address, role, name=self.name,
        )  # fmt: skip


def half(state: tuple[object, ...], counting: int) -> list[str]:
    """What is wrong with that state, if it is neither of before a switch nor of after it."""
    either = [(0, "primary", 0, 0, counting), (1, "secondary", 1, 1, 0)]
    return [] if state in either else [f"half a switch: {STATE} are {state}"]


def killed(lab: Lab, point: str) -> tuple[list[str], float]:
    """It is killed there and started again by whoever supervises it."""
    trial = Trial(lab, "kill", point)
    try:
        began = trial.fail()
        victim = trial.watchers[0]
        if not lab.wait(lambda: victim.ended, PATIENCE):
            return [f"{point}: the point was not reached"], 0.0
        trial.whole()
        trial.watchers.append(trial.watcher())
        seconds = trial.ends(began)
        return [f"{point}: {one}" for one in trial.wrong], seconds
    finally:
        trial.close()


def killed_at(lab: Lab, points: list[str]) -> Line:
    return gathered(lambda point: killed(lab, point), points)


def gathered(play: Callable[[str], tuple[list[str], float]], points: list[str]) -> Line:
    """Some trials at the same time."""
    line = Line()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for wrong, seconds in pool.map(play, points):
            line.add(wrong, seconds)
    return line


def killed_around_the_commit(lab: Lab) -> Line:
    return killed_at(lab, ["commit", "committed"])


def killed_everywhere(lab: Lab) -> Line:
    """Before each statement that a switch without grief has; after the last comes the COMMIT."""
    trial = Trial(lab, "count", "nowhere")
    try:
        trial.ends(trial.fail())
        return killed_at(lab, statements(trial.watchers[0]))
    finally:
        trial.close()


def statements(watcher: Watcher) -> list[str]:
    """The numbers of the statements that it wrote down."""
    lines = [line for line in watcher.text.splitlines() if line.startswith("statement ")]
    return [str(number) for number in range(1, max(int(line.split()[1].rstrip(":")) for line in lines) + 1)]


def stopped_inside(lab: Lab) -> Line:
    """Its decision is too old when it goes on; another switch attempt follows, and that one is whole."""

    def play(point: str) -> tuple[list[str], float]:
        trial = Trial(lab, "stop", point)
        try:
            began = trial.fail()
            victim = trial.watchers[0]
            if not lab.wait(lambda: f"stop at {point}" in victim.text, PATIENCE):
                return [f"{point}: the point was not reached"], 0.0
            time.sleep(7)
            trial.whole()
            if trial.state()[0] and point != "committed":
                trial.wrong.append("switched while it stood still")
            victim.signal(signal.SIGCONT)
            return [f"{point}: {one}" for one in trial.wrong], trial.ends(began)
        finally:
            trial.close()

    return gathered(play, ["3", "6", "commit", "committed"])


def cut_at_the_commit(lab: Lab) -> Line:
    """The COMMIT does not arrive (cut), or its answer does not (mute)."""

    def play(act: str) -> tuple[list[str], float]:
        trial = Trial(lab, act, "commit")
        try:
            began = trial.fail()
            seconds = trial.ends(began)
            if f"{act} at commit" not in trial.watchers[0].text:
                trial.wrong.append("the point was not reached")
            return [f"{act}: {one}" for one in trial.wrong], seconds
        finally:
            trial.close()

    return gathered(play, ["cut", "mute"])


def clocks_apart(lab: Lab) -> Line:
    """Two monitors whose monotonic clocks, and those since the boot, are a day apart; the one that leads is killed."""
    apart = ("unshare", "--time", "--fork", "--monotonic=100000", "--boottime=200000", *MANAGE)

    def play(_: str) -> tuple[list[str], float]:
        trial = Trial(lab, command=apart)
        try:
            trial.watchers.append(trial.watcher())
            assert lab.wait(lambda: trial.rows("SELECT count(*) FROM failover_monitor WHERE ready") == [(2,)], 30)
            trial.watchers[0].kill()
            began = trial.fail()
            return trial.wrong, trial.ends(began)
        finally:
            trial.close()

    return gathered(play, [""])


def log_disk_full(lab: Lab) -> Line:
    """Every line of its log fails."""
    shell = f"exec {' '.join(MANAGE)} >/dev/full 2>/dev/full"

    def play(_: str) -> tuple[list[str], float]:
        trial = Trial(lab)
        trial.close()
        trial.watchers = [trial.watcher(("sh", "-c", shell))]
        time.sleep(1)
        try:
            return trial.wrong, trial.ends(trial.fail())
        finally:
            trial.close()

    return gathered(play, [""])
