"""Whose place a monitor takes when it starts; FAILOVER.md section 6: it inherits only its own count."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from failover.cli.run import predecessor
from failover.testing import MonitorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def gone() -> int:
    """The number of a process that ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def monitor(identity: str, seconds_ago: int) -> str:
    row = MonitorFactory.create(identity=identity, heartbeat_at=timezone.now() - timedelta(seconds=seconds_ago))
    return str(row.identity)


def test_the_first_process_of_a_container_takes_the_place_of_the_first_one_before_it() -> None:
    before = monitor(f"web-1:{os.getpid()}:a1b2", 3)
    assert predecessor("web-1") == before


def test_of_two_monitors_of_a_machine_the_one_that_is_gone_is_the_predecessor(gone: int) -> None:
    before = monitor(f"web-1:{gone}:a1b2", 3)
    monitor(f"web-1:{os.getppid()}:c3d4", 1)  # runs
    monitor(f"web-2:{gone}:e5f6", 1)
    assert predecessor("web-1") == before


def test_where_all_run_or_none_was_there_is_no_predecessor() -> None:
    monitor(f"web-1:{os.getppid()}:c3d4", 1)
    assert predecessor("web-1") == predecessor("web-2") == ""
