"""python -m bench.counted FILE WORD ...: manage.py with these words, noting each SQL statement in a file.

A line holds when it began and how long it took (seconds, the first on the machine's monotonic clock), and its first
words. BEGIN counts where Django sends it as a statement; COMMIT does not.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TextIO

from django.core.management import execute_from_command_line
from django.db.backends.signals import connection_created

LONGEST = 60


def noted(file: TextIO, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Execute a statement and write the line; what Django calls a database wrapper."""
    began = time.monotonic()
    try:
        return execute(sql, *rest)
    finally:
        print(f"{began:.6f} {time.monotonic() - began:.6f} {' '.join(sql[:LONGEST].split())}", file=file)


def main(path: str, words: list[str]) -> None:
    with open(path, "a", buffering=1) as file:
        wrapper = partial(noted, file)

        def install(connection: Any, **_: Any) -> None:
            if wrapper not in connection.execute_wrappers:
                connection.execute_wrappers.append(wrapper)

        connection_created.connect(install, weak=False)
        execute_from_command_line(["manage.py", *words])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
