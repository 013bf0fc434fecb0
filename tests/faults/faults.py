"""The table: every fault of FAILOVER.md section 8 by its name, and what it is to lead to."""

import signal
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults import between, clocks, crash, means, ordered, plays, release, told, world
from tests.faults.lab import Lab
from tests.faults.plays import Play
from tests.faults.report import Line


@dataclass(frozen=True)
class Alone:
    """A fault of one site; many of them are injected at the same time."""

    row: int
    name: str
    play: Play
    kind: str = "giop"
    interval: float = 2.0
    short: bool = False  # in the gate's selection


@dataclass(frozen=True)
class Together:
    """A fault of a monitor, the network or the database: it touches every site, and has the laboratory to itself."""

    row: int
    name: str
    play: Callable[[Lab], Line]
    short: bool = False


ALONE = (
    Alone(1, "naming service killed", plays.failing("refused"), short=True),
    Alone(1, "host gone, packets dropped", plays.host_gone, short=True),
    Alone(1, "naming service stopped, asked for an answer", plays.failing("deaf"), short=True),
    Alone(1, "naming service stopped, only connected to (documented as blind)", plays.failing("deaf", 0), kind="tcp"),
    Alone(1, "omniNames stopped, asked for an answer", plays.omninames(signal.SIGSTOP, "deaf")),
    Alone(1, "omniNames killed, only connected to", plays.omninames(signal.SIGKILL, "refused"), kind="tcp"),
    Alone(2, "accepts and closes", plays.failing("rude")),
    Alone(2, "garbage", plays.failing("garbage")),
    Alone(2, "another protocol", plays.failing("http")),
    Alone(2, "one byte a second", plays.failing("dripping")),
    Alone(2, "a length of 2 GB, without end", plays.failing("endless"), short=True),
    Alone(2, "slow but in time", plays.failing("slow", 0)),
    Alone(2, "too slow", plays.failing("too-slow")),
    Alone(3, "one success of four: the count is frozen, not cleared", plays.failing("pattern:0001")),
    Alone(3, "exactly RISE successes clear it", plays.failing("pattern:00011", 0), interval=4.0),
    Alone(3, "FALL - 1 failures are nothing", plays.failing("pattern:0011", 0), short=True),
    Alone(4, "outage of the interval - 1 s", plays.lasting(-1.0, 0), interval=3.0, short=True),
    Alone(4, "outage of the interval, as the majority counts it", plays.until_the_deadline),
    Alone(4, "outage of the interval and two periods", plays.lasting(1.0, 1)),
    Alone(5, "standby dies before", plays.standby_first),
    Alone(5, "standby dies in the countdown", plays.standby_in_the_countdown, interval=3.0, short=True),
    Alone(5, "standby dies in the last tick", plays.standby_in_the_last_tick),
    Alone(5, "both down, the active is back first", plays.both("primary", 0), short=True),
    Alone(5, "both down, the standby is back first", plays.both("secondary", 1)),
    Alone(5, "both down, both back at once", plays.both("both", 0)),
    Alone(16, "manual and automatic at once", plays.by_hand_at_the_deadline),
    Alone(16, "four clicks of two operators", plays.two_operators, short=True),
    Alone(17, "edited to one that answers", plays.edited_to_one_that_answers, interval=3.0, short=True),
    Alone(17, "edited to one that is out too", plays.edited_to_one_that_is_out, interval=3.0),
    Alone(17, "renamed in the countdown", plays.renamed, interval=3.0),
    Alone(17, "swapped in the countdown", plays.swapped, interval=3.0),
    Alone(17, "deleted in the countdown", plays.deleted, interval=3.0),
    Alone(18, "paused in the countdown, resumed", plays.paused_in_a_countdown, interval=3.0, short=True),
    Alone(18, "pause that expires", plays.pause_that_expires),
    Alone(18, "pause that begins and expires in the countdown", plays.pause_that_expires_in_a_countdown, interval=3.0),
    Alone(18, "paused while held, resumed", plays.paused_while_held),
    Alone(18, "paused at the deadline", plays.paused_at_the_deadline),
)
TOGETHER = (
    Together(6, "monitor killed at every statement of a switch", crash.killed_everywhere),
    Together(6, "monitor killed around the COMMIT", crash.killed_around_the_commit, short=True),
    Together(6, "command killed at every point of a switch by hand", ordered.killed_by_hand),
    Together(6, "monitor killed at every point of a scheduled switch", ordered.killed_as_scheduled),
    Together(7, "leader stopped for 1 s in the countdown", world.stopped(1.0)),
    Together(7, "leader stopped for 14 s in the countdown", world.stopped(14.0)),
    Together(7, "leader stopped for ten intervals in the countdown", world.stopped(40.0)),
    Together(7, "leader stopped for 7 s between decision and commit", crash.stopped_inside),
    Together(8, "five monitors, the leader killed again and again", world.leaders_killed),
    Together(9, "leader cut off from the active server", world.cut_from_the_active, short=True),
    Together(9, "leader cut off from both servers", world.cut_from_both),
    Together(9, "leader hears nothing from the active server", world.deaf_leader),
    Together(9, "leader cut off from the database in the countdown", world.cut_from_the_database),
    Together(10, "all targets fail for one monitor", world.blind_monitor),
    Together(10, "a real outage of all active servers", world.all_out),
    Together(11, "database stopped for 3 s in the countdown", world.database_stopped, short=True),
    Together(11, "database read-only for 5 s", world.database_read_only),
    Together(11, "disk of the database and the logs full for 6 s", world.disk_full),
    Together(11, "database slow: frozen for 5 s", world.database_frozen),
    Together(11, "domain row locked for 6 s at the deadline", world.row_locked),
    Together(11, "deadlock with the switch", world.deadlocked),
    Together(11, "connection cut at the COMMIT", crash.cut_at_the_commit),
    Together(11, "SQLite locked for 30 s in the countdown", between.sqlite_locked),
    Together(12, "database loses the last switch; components refuse it", world.history_lost),
    Together(13, "monotonic clocks a day apart at a takeover", crash.clocks_apart),
    Together(13, "time of day an hour off, and over the ends of DST", clocks.always_off),
    Together(13, "time of day set by an hour in the countdown, suspend", clocks.set_in_the_countdown),
    Together(13, "leader an hour ahead, killed; the next has the right time", clocks.two_apart(3600.0)),
    Together(13, "leader an hour behind, killed; the next has the right time", clocks.two_apart(-3600.0)),
    Together(14, "name servers silent, then NXDOMAIN, then SERVFAIL", world.names_lost),
    Together(14, "address changed in the countdown", world.address_changed),
    Together(14, "ten addresses, nine of them dead", world.nine_of_ten_dead),
    Together(14, "100 dead names", world.dead_names),
    Together(15, "90 % of the targets dropped", world.most_dropped),
    Together(17, "another domain is edited again and again", world.others_edited),
    Together(17, "bulk import in a countdown", between.imported_in_a_countdown),
    Together(17, "edited, renamed, deleted, imported between decision and commit", between.edited_between),
    Together(19, "subscriber refuses, 500s, hangs, drips, endless for hours", told.bad_manners),
    Together(19, "subscriber that takes nothing for a day: dead letters", told.dead_letters),
    Together(20, "probe engine stopped for 5 s", means.engine_stopped),
    Together(20, "no descriptors", means.no_descriptors),
    Together(20, "no ports", means.no_ports),
    Together(20, "log disk full", crash.log_disk_full),
    Together(21, "monitors replaced one by one in a countdown", release.rolled),
    Together(21, "migration of a later release in a countdown, then rolled", release.migrated),
)
SHORT = [fault.name for fault in (*ALONE, *TOGETHER) if fault.short]
