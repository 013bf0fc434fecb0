"""`failover run`: the monitor, until SIGTERM or Ctrl-C."""

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
from failover.clock import SystemClock
from failover.monitor import Identity, Monitor
from failover.probes import Prober

HELP = "watch all servers and fail over, until SIGTERM or Ctrl-C"
GRACE = 1.5
AFTER_A_FAULT = 1.0
DESCRIPTORS = 16384

log = logging.getLogger(__name__)


def add_arguments(parser: ArgumentParser) -> None:
    """None: the settings say how often and how long."""


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Run rounds until told to stop."""
    _refuse_old_tables()
    _permit_descriptors()
    stop = _told_to_stop()
    pace = conf.pace()
    identity = Identity(f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}", settings.VERSION)
    monitor = Monitor(identity=identity, pace=pace, prober=Prober(pace=pace), clock=SystemClock())
    while not stop.wait(_round(monitor)):
        pass
    monitor.stop()
    return "The monitor stopped.", 0


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
