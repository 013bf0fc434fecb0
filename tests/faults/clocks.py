"""Row 13: the clocks of a monitor's machine are set, wrong, or asleep. The harness turns them; see turned.py."""

import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from tests.faults.crash import INTERVAL, Trial, gathered
from tests.faults.lab import Lab
from tests.faults.report import Line

NUMBERS = count(1)
HOUR = 3600.0
PERIOD_AND_CHECKS = 3.0  # seconds beside the interval, on a busy machine
AUTUMN, SPRING = datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)
READY = "SELECT count(*) FROM failover_monitor WHERE ready"


class Clocks:
    """The file that says how far a monitor's clocks are off, and the command that runs it by them."""

    def __init__(self, lab: Lab, wall: float = 0.0) -> None:
        self._file = lab.folder / f"clocks-{next(NUMBERS)}"
        self.wall, self.boot = wall, 0.0
        self.turn()
        self.command = (sys.executable, "-m", "tests.faults.turned", str(self._file))

    def turn(self, wall: float = 0.0, boot: float = 0.0) -> None:
        """Set them on by so many seconds."""
        self.wall, self.boot = self.wall + wall, self.boot + boot
        new = Path(f"{self._file}.new")
        new.write_text(f"{self.wall} {self.boot}")
        new.rename(self._file)


def always_off(lab: Lab) -> Line:
    """Off from the start, and over both ends of daylight saving: nothing is different."""

    def play(wall: str) -> tuple[list[str], float]:
        clocks = Clocks(lab, 0.0 if wall in ("autumn", "spring") else float(wall))
        trial = Trial(lab, command=clocks.command)
        try:
            if wall in ("autumn", "spring"):
                moment = AUTUMN if wall == "autumn" else SPRING
                trial.watchers.pop().kill()
                clocks.turn(moment.timestamp() - time.time() - 12)
                restarted(lab, trial, clocks)
                time.sleep(max(0.0, moment.timestamp() - 1 - time.time() - clocks.wall))
            began = trial.fail()
            seconds = trial.ends(began)
            return [f"{wall}: {one}" for one in trial.wrong + late(seconds, INTERVAL)], seconds
        finally:
            trial.close()

    return gathered(play, [str(HOUR), str(-HOUR), "autumn", "spring"])


def restarted(lab: Lab, trial: Trial, clocks: Clocks) -> None:
    """Another monitor by the same clocks, when it has taken over and sees everything."""
    trial.watchers.append(trial.watcher(clocks.command))
    assert lab.wait(lambda: "leads, term" in trial.watchers[-1].text, 30), trial.watchers[-1].text
    time.sleep(2)


def set_in_the_countdown(lab: Lab) -> Line:
    """The clocks disagree then on how long the outage is: it is counted anew, and neither less nor twice."""

    def play(words: str) -> tuple[list[str], float]:
        wall, boot = map(float, words.split())
        clocks = Clocks(lab)
        trial = Trial(lab, command=clocks.command)
        try:
            began = trial.fail()
            assert lab.wait(lambda: trial.state()[-1] == 1, 20), "no countdown began"
            trial.watchers[0].signal(signal.SIGSTOP)
            clocks.turn(wall, boot)
            time.sleep(0.5)
            turned = time.monotonic()
            trial.watchers[0].signal(signal.SIGCONT)
            seconds = trial.ends(began)
            early = ["I2: the count went on"] if began + seconds - turned < INTERVAL else []
            wrong = trial.wrong + early + late(began + seconds - turned, INTERVAL)
            return [f"{words}: {one}" for one in wrong], seconds
        finally:
            trial.close()

    return gathered(play, [f"{HOUR} 0", f"-{HOUR} 0", f"{HOUR} {HOUR}"])  # the last as after a suspend


def late(seconds: float, interval: float) -> list[str]:
    most = interval + PERIOD_AND_CHECKS
    return [f"I8: switched after {seconds:.1f} s, not {most:g}"] if seconds > most else []


def two_apart(wall: float) -> Callable[[Lab], Line]:
    """The leader's time of day is off, and the one that takes over has the right one."""

    def play(lab: Lab) -> Line:
        def one(_: str) -> tuple[list[str], float]:
            trial = Trial(lab, command=Clocks(lab, wall).command)
            try:
                trial.watchers.append(trial.watcher())
                assert lab.wait(lambda: trial.rows(READY) == [(2,)], 30), "the second monitor is not ready"
                trial.watchers[0].kill()
                began = trial.fail()
                return trial.wrong, trial.ends(began)
            finally:
                trial.close()

        return gathered(one, [""])

    return play
