"""`failover run`: the monitor, until SIGTERM or Ctrl-C."""

import gc
import logging
import os
import resource
import secrets
import signal
import socket
import threading
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from failover import conf
from failover.cli.words import Exit
from failover.clock import Clock, SystemClock
from failover.companions import accompany
from failover.delivery import Delivery, Postmen, deliver
from failover.engine import Engine
from failover.models import Monitor as MonitorRow
from failover.monitor import Identity, Monitor

HELP = "watch all servers and fail over, until SIGTERM or Ctrl-C"
GRACE = 1.5
AFTER_A_FAULT = 1.0
DESCRIPTORS = 16384

log = logging.getLogger(__name__)


def add_arguments(parser: ArgumentParser) -> None:
    """None: the settings say how often and how long."""


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Run rounds until told to stop."""
    return watch(SystemClock())


def watch(clock: Clock) -> tuple[str, int]:
    """The same by that clock."""
    _refuse_old_tables()
    _permit_descriptors()
    _collect_seldom()
    stop = _told_to_stop()
    pace = conf.pace()
    host = socket.gethostname()
    identity = Identity(f"{host}:{os.getpid()}:{secrets.token_hex(2)}", settings.VERSION, predecessor(host))
    monitor = Monitor(
        identity=identity,
        pace=pace,
        prober=Engine(pace=pace, logging_as=settings.LOGGING),
        clock=clock,
        quorum=conf.quorum(),
        least=conf.least_monitors(),
    )
    courier = _courier(monitor, clock, stop)
    accompany(leads=lambda: monitor.leadership.valid, clock=clock, stop=stop)
    while not stop.wait(_round(monitor)):
        pass
    monitor.stop()
    courier.join(timeout=0.2)  # what is under way may be sent again by the next one
    return "The monitor stopped.", 0


def _courier(monitor: Monitor, clock: Clock, stop: threading.Event) -> threading.Thread:
    """The thread that delivers notices while this monitor leads; no subscriber delays a round."""
    delivery = Delivery(leads=lambda: monitor.leadership.valid, post=Postmen(), clock=clock)
    thread = threading.Thread(target=deliver, args=(delivery, stop), name="notices", daemon=True)
    thread.start()
    return thread


def predecessor(host: str) -> str:
    """The latest monitor of this machine whose process is gone, if any; its count is this one's own."""
    with suppress(OperationalError):
        here = MonitorRow.objects.filter(identity__startswith=f"{host}:").order_by("-heartbeat_at")
        return next((one for one in here.values_list("identity", flat=True) if not _runs(one)), "")
    return ""


def _runs(identity: str) -> bool:
    """Whether the process of that identity, of this machine, still runs; in a container each of them has one number."""
    try:
        if (pid := int(identity.split(":")[-2])) == os.getpid():
            return False
        os.kill(pid, 0)
    except (ProcessLookupError, ValueError, IndexError):
        return False
    except PermissionError:
        return True
    return True


def _told_to_stop() -> threading.Event:
    """Set by SIGTERM and SIGINT, also while the main thread waits for the database.

    A thread waits for the signals, because a handler would run only after the call that is under way. A database that
    hangs must not keep the process beyond what an operator waits for.
    """
    stop, signals = threading.Event(), {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before other threads start, which inherit it

    def wait() -> None:
        signal.sigwait(signals)
        stop.set()
        time.sleep(GRACE)
        os._exit(0)

    threading.Thread(target=wait, name="signals", daemon=True).start()
    return stop


def _refuse_old_tables() -> None:
    """Stop where only `migrate` can help. A database that is away is waited for, which the rounds do."""
    with suppress(OperationalError):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(
                "The database has not the tables of this version. Run: manage.py migrate", returncode=Exit.NOT_STARTED
            )


def _collect_seldom() -> None:
    """What a monitor remembers of 20,000 servers lives long and goes without the collector, which stops everything for
    half a second to look at all of it; cycles are rare and can wait."""
    gc.set_threshold(50_000, 50, 1000)


def _permit_descriptors() -> None:
    """As many as thousands of dead servers take, if the system lets us: the usual limit of 1,024 does not do."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _round(monitor: Monitor) -> float:
    """One round; a fault that nobody foresaw ends the round, not the watch. Returns the seconds to the next."""
    try:
        return monitor.run_once()
    except Exception:  # the loop boundary
        log.exception("a round failed")
        return AFTER_A_FAULT
