"""Row 6 for the switches that people order: whoever makes one, by hand or as scheduled, is killed at every point."""

import sys
import time

from tests.faults.between import clerk_of
from tests.faults.crash import PATIENCE, Trial, gathered, statements
from tests.faults.lab import MANAGE, Lab
from tests.faults.report import Line

BY_HAND = ("switch", "trial", "--to", "secondary", "--reason", "a fault", "--yes")
AROUND = ["commit", "committed"]
OUTCOMES = "SELECT outcome FROM failover_scheduledswitch"


def killed_by_hand(lab: Lab) -> Line:
    """The command is killed, and given again."""

    def ordered(act: str, point: str) -> Trial:
        trial = Trial(lab)
        command = (sys.executable, "-m", "tests.faults.watch", act, point, *BY_HAND)
        trial.watchers.append(trial.watcher(command))
        return trial

    def play(point: str) -> tuple[list[str], float]:
        trial = ordered("kill", point)
        try:
            began = time.monotonic()
            if not lab.wait(lambda: f"kill at {point}" in trial.watchers[1].text, PATIENCE):
                return [f"{point}: the point was not reached"], 0.0
            trial.watchers[1].process.wait()
            trial.whole(counting=0)
            trial.watchers.append(trial.watcher((*MANAGE[:-1], *BY_HAND)))
            return [f"{point}: {one}" for one in trial.wrong], trial.ends(began)
        finally:
            trial.close()

    counted = ordered("count", "nowhere")
    try:
        counted.ends(time.monotonic())
        return gathered(play, statements(counted.watchers[1]) + AROUND)
    finally:
        counted.close()


def killed_as_scheduled(lab: Lab) -> Line:
    """The monitor is killed, and started again."""

    def ordered(act: str, point: str) -> Trial:
        trial = Trial(lab, act, point)
        clerk = clerk_of(lab, trial)
        clerk.does("plan secondary")
        clerk.close()
        return trial

    def play(point: str) -> tuple[list[str], float]:
        trial = ordered("kill", point)
        try:
            began = time.monotonic()
            if not lab.wait(lambda: trial.watchers[0].ended, PATIENCE):
                return [f"{point}: the point was not reached"], 0.0
            trial.whole(counting=0)
            trial.watchers.append(trial.watcher())
            seconds = trial.ends(began)
            if (outcomes := trial.rows(OUTCOMES)) != [("made",)]:
                trial.wrong.append(f"the schedule ended as {outcomes}")
            return [f"{point}: {one}" for one in trial.wrong], seconds
        finally:
            trial.close()

    counted = ordered("count", "nowhere")
    try:
        counted.ends(time.monotonic())
        return gathered(play, statements(counted.watchers[0]) + AROUND)
    finally:
        counted.close()
