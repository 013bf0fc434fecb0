"""Row 19: a subscriber that does not take what it is told. Hours of it pass by turning the deliverer's clock."""

import subprocess
import sys

from tests.faults.between import clerk_of
from tests.faults.clocks import Clocks, late
from tests.faults.crash import INTERVAL, PATIENCE, Trial, gathered
from tests.faults.database import local_url
from tests.faults.lab import Lab, end, say, start
from tests.faults.report import Line
from tests.faults.sink import PORT
from tests.processes import BASE_DIR, DEPLOYED, environment

PAST_A_WAIT = 2200.0  # seconds; no notice waits longer for its next try
A_DAY = 25 * 3600.0
TRY = 14.0  # seconds that a try may take, with the look before it
WAITING = "SELECT count(*) FROM failover_notice WHERE delivered_at IS NULL AND dead_at IS NULL"
TRIED = "SELECT coalesce(max(attempts), 0) FROM failover_notice WHERE delivered_at IS NULL"
DEAD = "SELECT count(*) FROM failover_notice WHERE dead_at IS NOT NULL"
SEQUENCES = "SELECT sequence FROM failover_notice WHERE delivered_at IS NOT NULL ORDER BY sequence"
LATENESS = "SELECT max(lateness) FROM failover_monitor"


class Told:
    """A trial whose subscriber has bad manners from the beginning."""

    def __init__(self, lab: Lab, manners: str) -> None:
        self._lab, self.manners, self.clocks = lab, manners, Clocks(lab)
        self.trial = Trial(lab, command=self.clocks.command)
        self.clerk, address = clerk_of(lab, self.trial), lab.west.address()
        self._file = lab.folder / f"taken-{address}"
        self._file.touch()
        command = (sys.executable, "-m", "tests.faults.sink", address, str(self._file))
        self._sink = start(lab.west.host.inside(*command))
        self.be(manners)
        self.clerk.does(f"subscribe http://{address}:{PORT}/")

    def be(self, manners: str) -> None:
        say(self._sink, manners)

    def switched(self) -> float:
        """The active server fails, and is left as soon as ever; seconds until then."""
        seconds = self.trial.ends(self.trial.fail())
        self.trial.wrong += late(seconds, INTERVAL)
        return seconds

    def tried(self, times: int) -> None:
        """Turn the clock until everything was tried so often."""
        for number in range(1, times + 1):
            if not self._lab.wait(lambda: self.number_of(TRIED) >= number, TRY):  # noqa: B023  called at once
                self.trial.wrong.append(f"not tried {number} times: {self.trial.rows(TRIED)}")
            if number < times:
                self.clocks.turn(PAST_A_WAIT)

    def number_of(self, statement: str) -> int:
        """What a statement counts."""
        return int(str(self.trial.rows(statement)[0][0]))

    def arrives(self) -> None:
        """Everything that is not dead, at least once and in order."""
        self.be("ok")
        self.clocks.turn(PAST_A_WAIT)
        if not self._lab.wait(lambda: self.trial.rows(WAITING) == [(0,)], PATIENCE):
            self.trial.wrong.append(f"I6: {self.trial.rows(WAITING)[0][0]} notices never arrived")
        taken = list(dict.fromkeys(map(int, self._file.read_text().split())))
        stored = [row[0] for row in self.trial.rows(SEQUENCES)]
        if taken != stored or not stored:
            self.trial.wrong.append(f"I6: delivered were {stored}, what arrived is {taken}")

    def verdict(self, seconds: float) -> tuple[list[str], float]:
        lateness = self.trial.rows(LATENESS)[0][0]
        if not isinstance(lateness, float) or lateness > 0.5:
            self.trial.wrong.append(f"I9: checks were {lateness} s late")
        return [f"{self.manners}: {one}" for one in self.trial.wrong], seconds

    def close(self) -> None:
        self.clerk.close()
        self.trial.close()
        end(self._sink)


def bad_manners(lab: Lab) -> Line:
    """It refuses for an hour and more, and then takes everything."""

    def play(manners: str) -> tuple[list[str], float]:
        told = Told(lab, manners)
        try:
            seconds = told.switched()
            for role in ("primary", "secondary"):
                told.clerk.does(f"switch {role}")
            told.tried(3)
            told.arrives()
            return told.verdict(seconds)
        finally:
            told.close()

    return gathered(play, ["refuse", "500", "hang", "drip", "endless"])


def dead_letters(lab: Lab) -> Line:
    """It takes nothing for a day: what was given up can be seen, and what comes later arrives."""

    def play(manners: str) -> tuple[list[str], float]:
        told = Told(lab, manners)
        try:
            seconds = told.switched()
            told.tried(5)
            told.clocks.turn(A_DAY)
            if not lab.wait(lambda: told.number_of(DEAD) >= 1, TRY):
                told.trial.wrong.append("nothing was given up after a day")
            if "Desk" not in seen(lab, told.trial):
                told.trial.wrong.append("the dead letter cannot be seen")
            told.clerk.does("switch primary")
            told.arrives()
            return told.verdict(seconds)
        finally:
            told.close()

    return gathered(play, ["500"])


def seen(lab: Lab, trial: Trial) -> str:
    """What `failover notices --dead` says."""
    variables = environment(**DEPLOYED, DATABASE_URL=local_url(lab.folder, trial.name))
    command = [sys.executable, "manage.py", "failover", "notices", "--dead"]
    return subprocess.run(command, cwd=BASE_DIR, env=variables, capture_output=True, text=True, check=True).stdout
