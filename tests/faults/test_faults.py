"""The gate's selection of `make faults`: real monitors, a real PostgreSQL, faults by their names; see __main__.py."""

import os
import re
import subprocess
import sys

import pytest

from tests import needs
from tests.faults.faults import SHORT
from tests.processes import BASE_DIR, environment

MOST = "240"  # seconds; told to end, the harness still removes what it made
HARNESS = ["timeout", "--kill-after=30", MOST, sys.executable, "-W", "ignore", "-m", "tests.faults", "--short"]


def test_every_fault_of_the_selection_is_injected_and_survived() -> None:
    """One test, for the laboratory takes longer to build than most faults to inject."""
    needs.network_namespaces()
    if os.environ.get("EXPECTED_DATABASE") == "postgresql":
        pytest.skip("the harness has a PostgreSQL of its own: once in the gate is enough")
    variables = environment(DJANGO_SETTINGS_MODULE="tests.settings")
    done = subprocess.run(HARNESS, cwd=BASE_DIR, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    injected = re.findall(r"^ ?\d+  (.+?) +[1-9]\d* injected", done.stdout, re.MULTILINE)
    assert sorted(injected) == sorted(SHORT), done.stdout
