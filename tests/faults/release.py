"""Row 21: another release comes while a countdown runs."""

import signal
import time

from tests.faults.lab import Lab
from tests.faults.plays import due
from tests.faults.report import Line
from tests.faults.world import one_site, verdict


def rolled(lab: Lab) -> Line:
    site, _ = one_site(lab, 6.0)
    site.fail()
    due(lab, site)
    replaced(lab)
    return verdict(lab, [site], 1, 40)


def replaced(lab: Lab) -> None:
    """Every monitor ends and is followed by another, one by one."""
    for one in lab.watchers:
        one.process.send_signal(signal.SIGTERM)
        one.process.wait(10)
        one.start()
        time.sleep(1)


MIGRATION = (
    "ALTER TABLE appservers_domain ADD COLUMN of_a_later_release integer",
    "ALTER TABLE failover_switchevent ADD COLUMN of_a_later_release integer NOT NULL DEFAULT 0",
    "ALTER TABLE failover_monitor ADD COLUMN of_a_later_release text NOT NULL DEFAULT ''",
    "CREATE INDEX of_a_later_release ON failover_countdown (ended_at, due_at)",
)
BACK = (
    "ALTER TABLE appservers_domain DROP COLUMN of_a_later_release",
    "ALTER TABLE failover_switchevent DROP COLUMN of_a_later_release",
    "ALTER TABLE failover_monitor DROP COLUMN of_a_later_release",
    "DROP INDEX of_a_later_release",
)


def migrated(lab: Lab) -> Line:
    """A release that only adds: its tables come first, under monitors that do not know them, and locked for a while."""
    site, _ = one_site(lab, 6.0)
    site.fail()
    due(lab, site)
    lab.rows(";".join(["BEGIN", *MIGRATION, "SELECT pg_sleep(2)", "COMMIT"]))
    replaced(lab)
    line = verdict(lab, [site], 1, 40)
    lab.rows(";".join(["BEGIN", *BACK, "COMMIT"]))
    return line
