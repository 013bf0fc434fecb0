"""python -m tests.faults.turned FILE: `manage.py failover run` by clocks that are off by what the file says.

The file holds two numbers: by how many seconds the time of day and the clock since the boot are ahead. The monitor gets
its clock as an argument, as it gets the machine's own otherwise.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_expert.settings")
django.setup()

from failover.cli import run  # noqa: E402  not before django.setup()
from failover.clock import SystemClock  # noqa: E402


class Turned(SystemClock):
    """The machine's clocks, and what somebody did to them."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def boottime(self) -> float:
        return super().boottime() + self._ahead()[1]

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead()[0])

    def _ahead(self) -> tuple[float, float]:
        wall, boot = self._file.read_text().split()
        return float(wall), float(boot)


if __name__ == "__main__":
    run.watch(Turned(Path(sys.argv[1])))
