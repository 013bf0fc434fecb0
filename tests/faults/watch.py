"""python -m tests.faults.watch ACT POINT [PART]: `manage.py failover PART`, coming to grief at a point of a switch.

PART is `run` unless given. ACT is kill, stop (SIGSTOP), cut (the connection: what is sent does not arrive) or mute (the
answer does not); POINT is the number of a statement of the switch, `commit` (before it) or `committed` (after it).
`count nowhere` comes to no grief and writes the statements down. Uses Django's documented wrapper of statements and
psycopg2's documented class of connections; nothing of the project is patched.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import django
import psycopg2.extensions
from django.core.management import execute_from_command_line
from django.db import connection

SWITCHES = {"switch_automatically", "switch_as_scheduled", "switch_by_hand"}


class Grief:
    """Happens once."""

    def __init__(self, act: str, point: str) -> None:
        self._act, self._point, self._number = act, point, 0
        self._done = False

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django calls it for every statement."""
        if connection.in_atomic_block and switching():
            self._number = 1 if "set_config" in sql else self._number + 1
            if self._act == "count":
                print(f"statement {self._number}: {sql[:60]}", flush=True)
            self.at(str(self._number))
        return execute(sql, params, many, context)

    def at(self, point: str, to: "psycopg2.extensions.connection | None" = None) -> None:
        """Now, if this is the point."""
        if point != self._point or self._done:
            return
        self._done = True
        print(f"{self._act} at {point}", flush=True)
        if self._act == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._act == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif self._act in ("cut", "mute") and to is not None:
            with socket.socket(fileno=os.dup(to.fileno())) as wire:
                wire.shutdown(socket.SHUT_RDWR if self._act == "cut" else socket.SHUT_RD)


def switching() -> bool:
    """Whether a switch is under way further up."""
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name not in SWITCHES:
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None


def main(act: str, point: str, *part: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_expert.settings")
    django.setup()
    grief = Grief(act, point)

    class Connection(psycopg2.extensions.connection):
        def commit(self) -> None:
            here = switching()
            if here:
                grief.at("commit", self)
            super().commit()
            if here:
                grief.at("committed", self)

    connection.settings_dict["OPTIONS"]["connection_factory"] = Connection
    with connection.execute_wrapper(grief.statement):
        execute_from_command_line(["manage.py", "failover", *(part or ["run"])])


if __name__ == "__main__":
    main(*sys.argv[1:])
