"""`failover prune`: remove the history that is too old, all at once instead of bit by bit as the monitor does."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from failover import conf
from failover.cli.words import Exit
from failover.retention import remove_some

HELP = "remove minutes and changes of health that are older than FAILOVER_HISTORY_DAYS"


def add_arguments(parser: ArgumentParser) -> None:
    """None: the setting says how old."""


def handle(options: dict[str, Any]) -> tuple[str, int]:
    """Remove in small batches, so that a monitor that runs does not wait."""
    now, gone = timezone.now(), 0
    while removed := remove_some(now):
        gone += removed
    return f"Removed {gone} rows older than {conf.history().days} days.", Exit.DONE
