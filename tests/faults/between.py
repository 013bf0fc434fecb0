"""Row 17 between decision and commit, and row 11 over SQLite: somebody writes or locks while a switch is under way."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from tests.faults.clocks import late
from tests.faults.crash import INTERVAL, PATIENCE, Trial, gathered
from tests.faults.database import local_url
from tests.faults.lab import Lab, Watcher, end, say
from tests.faults.report import Line
from tests.processes import BASE_DIR, DEPLOYED, environment

BEFORE_THE_DOMAIN = "3"  # the statement of a switch that locks the domain; the lease is locked by then
LOCKED = 30.0
ROUND_FAILED = "a round failed"


class Clerk:
    """Somebody at the console of a database."""

    def __init__(self, url: str) -> None:
        variables = environment(DATABASE_URL=url, DJANGO_SETTINGS_MODULE="tests.settings")
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.faults.clerk"], cwd=BASE_DIR, env=variables,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.does("look")

    def does(self, order: str) -> None:
        """Wait until it is done."""
        say(self._process, order)

    def close(self) -> None:
        end(self._process)


def clerk_of(lab: Lab, trial: Trial) -> Clerk:
    """Somebody at the console of a trial."""
    return Clerk(local_url(lab.folder, trial.name))


def edited_between(lab: Lab) -> Line:
    """Each edit comes after the decision and before the switch has locked its domain."""
    return gathered(lambda order: edited(lab, order), ["point", "rename", "delete", "bulk", "turn"])


def imported_in_a_countdown(lab: Lab) -> Line:
    """Its domain is changed beside what the countdown is about, and fifty others come: the countdown goes on."""

    def play(_: str) -> tuple[list[str], float]:
        trial = Trial(lab)
        clerk = clerk_of(lab, trial)
        try:
            began = trial.fail()
            assert lab.wait(lambda: trial.state()[-1] == 1, 20), "no countdown began"
            clerk.does("bulk")
            done = time.monotonic()
            seconds = switched(trial, began)
            return trial.wrong + late(began + seconds - done, INTERVAL), seconds
        finally:
            clerk.close()
            trial.close()

    return gathered(play, [""])


def edited(lab: Lab, order: str) -> tuple[list[str], float]:
    trial = Trial(lab, "stop", BEFORE_THE_DOMAIN)
    clerk, spare, victim = clerk_of(lab, trial), lab.east.service(), trial.watchers[0]
    try:
        began = trial.fail()
        if not lab.wait(lambda: f"stop at {BEFORE_THE_DOMAIN}" in victim.text, PATIENCE):
            return [f"{order}: the point was not reached"], 0.0
        clerk.does(f"point {spare.address}" if order == "point" else order)
        done = time.monotonic()
        victim.signal(signal.SIGCONT)
        seconds = came_of(trial, order, began, done)
        trial.wrong += [ROUND_FAILED] if ROUND_FAILED in victim.text else []
        return [f"{order}: {one}" for one in trial.wrong], seconds
    finally:
        clerk.close()
        trial.close()


def came_of(trial: Trial, order: str, began: float, done: float) -> float:
    """Seconds until the switch, where there is to be one."""
    if order in ("point", "delete"):
        time.sleep(INTERVAL + 5)
        if made := trial.rows("SELECT epoch FROM failover_switchevent"):
            trial.wrong.append(f"switched on what was no more: {made}")
        if trial.rows("SELECT 1 FROM failover_countdown WHERE ended_at IS NULL"):
            trial.wrong.append("I7: the countdown did not end")
        return 0.0
    if order == "turn":
        time.sleep(max(0.0, done + INTERVAL - 0.3 - time.monotonic()))
        if trial.state()[0]:
            trial.wrong.append("I5: switched before a full interval after automatic failover was on again")
    return switched(trial, began)


def switched(trial: Trial, began: float) -> float:
    """As Trial.ends(), whatever other domains there are."""
    epoch = "SELECT epoch FROM appservers_domain ORDER BY id LIMIT 1"
    deadline = time.monotonic() + PATIENCE
    while trial.rows(epoch) != [(1,)] and time.monotonic() < deadline:
        time.sleep(0.1)
    seconds = time.monotonic() - began
    time.sleep(3)
    if (events := trial.rows("SELECT epoch, to_role FROM failover_switchevent")) != [(1, "secondary")]:
        trial.wrong.append(f"I1: the events are {events}")
    return seconds


def sqlite_locked(lab: Lab) -> Line:
    """Somebody has the one file for himself for half a minute, from within the countdown on."""
    folder = lab.folder / "sqlite"
    folder.mkdir()
    file = folder / "db.sqlite3"
    url, line = f"sqlite:///{file}", Line()
    migrate = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(migrate, cwd=BASE_DIR, env=environment(**DEPLOYED, DATABASE_URL=url), check=True)
    clerk, primary, secondary = Clerk(url), lab.east.service(), lab.west.service()
    clerk.does(f"create {primary.address} {secondary.address}")
    watcher = Watcher(lab.crashes, url, folder)
    try:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as person:
            up = "SELECT count(*) FROM failover_serverhealth WHERE status = 'up'"
            assert lab.wait(lambda: person.execute(up).fetchone() == (2,), 60), watcher.text
            primary.be("refused")
            counting = "SELECT count(*) FROM failover_countdown WHERE ended_at IS NULL"
            assert lab.wait(lambda: person.execute(counting).fetchone() == (1,), 20), watcher.text
            person.execute("BEGIN EXCLUSIVE")
            time.sleep(LOCKED)
            state = "SELECT epoch, (SELECT count(*) FROM failover_switchevent) FROM appservers_domain"
            wrong = [] if person.execute(state).fetchone() == (0, 0) else ["something was written under the lock"]
            person.execute("ROLLBACK")
            began = time.monotonic()
            lab.wait(lambda: person.execute(state).fetchone() == (1, 1), PATIENCE)
            seconds = time.monotonic() - began
            time.sleep(3)
            if (found := person.execute(state).fetchone()) != (1, 1):
                wrong.append(f"epoch and events are {found}")
            wrong += [ROUND_FAILED] if ROUND_FAILED in watcher.text else []
            line.add(wrong, seconds)
    finally:
        watcher.kill()
        clerk.close()
    return line
